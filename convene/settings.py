"""What each setting may be: checks of single values, each of which says in one sentence what is wrong with it."""

import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones


class BadSetting(Exception):
    """A setting that Convene cannot start with; the text is one sentence for the operator."""


def kept_secret(path: Path) -> str:
    """The secret in this file, made once. It appears there whole, so that two first starts agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # readable by its owner alone
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            Path(draft).replace(path)
        Path(draft).unlink(missing_ok=True)
    value = path.read_text().strip()
    if len(value) < 32:
        raise BadSetting(f"{path} is damaged; delete it and start again (open sign-ins and links will end).")
    return value


def whole(environ: Mapping[str, str], name: str, default: int, *, least: int, most: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, and is {text[:40]!r}.")
    return int(text)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def base_url(text: str) -> str:
    problem = (
        f"CONVENE_BASE_URL must be an address such as https://convene.example.org, and is {text[:80]!r}."
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadSetting(problem) from None
    if parts.username is not None or parts.password is not None:
        raise BadSetting("CONVENE_BASE_URL must hold no name and password: it stands in every letter.")
    name = parts.hostname or ""
    if (
        parts.scheme not in ("http", "https")
        or not re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", name)
        or parts.path not in ("", "/")
        or parts.query
        or parts.fragment
    ):
        raise BadSetting(problem)
    if parts.scheme == "http" and not is_loopback(name):
        raise BadSetting("CONVENE_BASE_URL must begin with https:// for any address but this machine's own.")
    host = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


def database_url(text: str, testing: bool) -> str:
    """An address for SQLAlchemy, with the driver that is installed; sqlite:///PATH or postgresql://..."""
    scheme, _, rest = text.partition("://")
    if text == "sqlite://" and testing:
        return text
    if scheme == "sqlite" and rest.startswith("/") and rest not in ("/", "/:memory:"):
        # From here, as SQLite itself reads a path; Flask-SQLAlchemy would begin at a folder of its own.
        path = Path.cwd() / rest.removeprefix("/")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise BadSetting(
                f"CONVENE_DATABASE_URL needs the folder {path.parent}: {fault.strerror}."
            ) from None
        return f"sqlite:///{path}"
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not parts.path.strip("/"):
        raise BadSetting(
            "CONVENE_DATABASE_URL must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME."
        )
    return f"postgresql+psycopg://{rest}"


def mail_url(text: str, development: bool, testing: bool) -> str:
    """`folder:PATH`, `smtp://`, `smtps://` or, in tests, `memory:`; a development copy may not mail the world."""
    if (text == "memory:" and testing) or (text.startswith("folder:") and len(text) > len("folder:")):
        return text
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise BadSetting(
            "CONVENE_MAIL_URL must be smtp://USER:PASSWORD@HOST:PORT, smtps://... or folder:PATH."
        )
    if development and not is_loopback(parts.hostname):
        raise BadSetting(
            "CONVENE_MAIL_URL names a real mail server; set CONVENE_BASE_URL to the public address first."
        )
    return text


def mail_from(text: str, host: str, development: bool) -> str:
    if not text:
        if development:
            return "Convene <convene@localhost.localdomain>"
        raise BadSetting(
            "CONVENE_MAIL_FROM is missing; it is the address letters come from, such as events@example.org."
        )
    name, address = parseaddr(text)
    complete = text == address or (
        name and text.endswith(f"<{address}>") and not re.search(r"[\r\n\0]", text)
    )
    if not complete or not re.fullmatch(r"[\w!#$%&'*+/=?^`{|}~.-]+@[\w.-]+\.[\w-]+", address, re.ASCII):
        raise BadSetting(
            f"CONVENE_MAIL_FROM must be an address such as Convene <events@example.org>, and is {text[:80]!r}."
        )
    return text


def zone_name(text: str) -> str:
    if text not in available_timezones() - {"Factory"}:
        raise BadSetting(f"CONVENE_TIMEZONE must be a zone such as Europe/London, and is {text[:60]!r}.")
    return text


def inbox_url(text: str, development: bool) -> str:
    """`imaps://USER:PASSWORD@HOST/FOLDER`, `imap://...` on this machine, `pipe:`, or nothing.

    `?trust=NAME` names the mail server whose Authentication-Results are believed.
    """
    if text in ("", "pipe:") or text.startswith("pipe:?"):
        return text
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    own = is_loopback(parts.hostname or "")
    if parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username:
        raise BadSetting(
            "CONVENE_INBOX_URL must be imaps://USER:PASSWORD@HOST/INBOX, or pipe: for a mail server here."
        )
    if parts.scheme == "imap" and not own:
        raise BadSetting("CONVENE_INBOX_URL must begin with imaps:// for a server that is not this machine.")
    if development and not own:
        raise BadSetting(
            "CONVENE_INBOX_URL names a real mailbox; set CONVENE_BASE_URL to the public address first."
        )
    if set(parse_qs(parts.query)) - {"trust"}:
        raise BadSetting(
            "CONVENE_INBOX_URL knows no option but ?trust=NAME, the name of your own mail server."
        )
    return text


def dkim_key(path: str, selector: str) -> str:
    """The private key that letters are signed with, read from its file; empty where the relay signs."""
    if bool(path) != bool(selector):
        raise BadSetting("CONVENE_DKIM_KEY_FILE and CONVENE_DKIM_SELECTOR go together: give both or neither.")
    if not path:
        return ""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", selector, re.IGNORECASE):
        raise BadSetting(
            f"CONVENE_DKIM_SELECTOR must be one DNS label such as convene, and is {selector[:40]!r}."
        )
    try:
        key = Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as fault:
        raise BadSetting(
            f"CONVENE_DKIM_KEY_FILE cannot be read ({type(fault).__name__}): {path[:80]}."
        ) from None
    if "PRIVATE KEY-----" not in key:
        raise BadSetting(
            "CONVENE_DKIM_KEY_FILE must hold a private key in PEM form, as openssl genrsa writes it."
        )
    return key
