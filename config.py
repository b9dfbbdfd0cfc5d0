"""Every setting of Convene: the one place that reads the environment, and says in a sentence what is wrong with it."""

import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import available_timezones

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var"

# Each limit: how many, in how many seconds. The environment changes the number, never the window.
LIMITS = {
    "CONVENE_LIMIT_MAILS_PER_ADDRESS_HOUR": (5, 3600),
    "CONVENE_LIMIT_MAILS_PER_ADDRESS_DAY": (10, 86400),
    "CONVENE_LIMIT_MAILS_PER_KNOWN_ADDRESS_HOUR": (20, 3600),
    "CONVENE_LIMIT_PRESSES_PER_PLACE": (20, 3600),
    "CONVENE_LIMIT_SIGN_IN_MAILS_PER_ADDRESS": (5, 3600),
    "CONVENE_LIMIT_SIGNUPS_PER_CLIENT": (200, 600),
    "CONVENE_LIMIT_SIGN_INS_PER_CLIENT": (10, 600),
    "CONVENE_LIMIT_ADDRESSES_PER_EVENT": (600, 60),
}
OTHER = "DATABASE_URL SECRET_KEY BASE_URL MAIL_URL MAIL_FROM TIMEZONE TRUSTED_PROXIES TICK_SECONDS"
OTHER += " OUTBOX_LEASE_SECONDS INBOX_URL NOTES_KEY CHROME"
NAMES = {*(f"CONVENE_{name}" for name in OTHER.split()), *LIMITS}


class BadSetting(Exception):
    """A setting that Convene cannot start with; the text is one sentence for the operator."""


class Config:
    """Settings read from a mapping of environment names; raises BadSetting with one sentence."""

    TESTING = False

    def __init__(self, environ: Mapping[str, str] = os.environ):
        self.refuse_unknown(environ)
        self.PORT = whole(environ, "PORT", 8000, least=1, most=65535)
        self.BASE_URL = base_url(environ.get("CONVENE_BASE_URL", "") or f"http://127.0.0.1:{self.PORT}")
        parts = urlsplit(self.BASE_URL)
        self.HOST = parts.hostname or "127.0.0.1"
        self.HTTPS = parts.scheme == "https"
        # Development is what runs at a loopback address: no separate switch can be forgotten on a server.
        self.DEVELOPMENT = is_loopback(self.HOST)
        self.DATABASE_URL = database_url(
            environ.get("CONVENE_DATABASE_URL", "") or f"sqlite:///{VAR}/convene.sqlite", self.TESTING
        )
        self.SECRET_KEY = self.secret(environ, "CONVENE_SECRET_KEY", "secret_key", least=32)
        self.NOTES_KEY = self.notes_key(environ)
        self.MAIL_URL = mail_url(
            environ.get("CONVENE_MAIL_URL", "") or f"folder:{VAR}/mail", self.DEVELOPMENT, self.TESTING
        )
        self.MAIL_FROM = mail_from(environ.get("CONVENE_MAIL_FROM", ""), self.HOST, self.DEVELOPMENT)
        self.TIMEZONE = zone_name(environ.get("CONVENE_TIMEZONE", "") or "Europe/London")
        self.TRUSTED_PROXIES = whole(environ, "CONVENE_TRUSTED_PROXIES", 0, least=0, most=9)
        self.TICK_SECONDS = whole(environ, "CONVENE_TICK_SECONDS", 2, least=1, most=300)
        # Longer than the SMTP time-out (30 s), so that a slow server's row is not taken up by a second worker.
        least = 1 if self.DEVELOPMENT else 60
        self.OUTBOX_LEASE_SECONDS = whole(
            environ, "CONVENE_OUTBOX_LEASE_SECONDS", 300, least=least, most=86400
        )
        self.INBOX_URL = environ.get("CONVENE_INBOX_URL", "")
        self.LIMITS = {
            name: (whole(environ, name, number, least=1, most=1_000_000), seconds)
            for name, (number, seconds) in LIMITS.items()
        }
        self.flask_settings()

    def flask_settings(self) -> None:
        """Settings under the names that Flask and its extensions know them by."""
        self.SQLALCHEMY_DATABASE_URI = self.DATABASE_URL
        # The text of an error reaches the log, and names and letters must not be in it.
        quiet = {"hide_parameters": True}
        if self.DATABASE_URL.startswith("sqlite"):
            self.SQLALCHEMY_ENGINE_OPTIONS: dict[str, object] = {
                "connect_args": {"isolation_level": None, "timeout": 15},
                **quiet,
            }
        else:
            self.SQLALCHEMY_ENGINE_OPTIONS = {
                "isolation_level": "AUTOCOMMIT",  # for reading; extensions.begin_write opens a transaction
                "pool_size": 5,
                "max_overflow": 10,
                **quiet,
            }
        self.TRUSTED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] if self.DEVELOPMENT else [self.HOST]
        self.SESSION_COOKIE_NAME = "__Host-convene" if self.HTTPS else "convene"
        self.SESSION_COOKIE_SECURE = self.HTTPS
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.MAX_CONTENT_LENGTH = 256 * 1024
        self.MAX_FORM_MEMORY_SIZE = 256 * 1024
        self.MAX_FORM_PARTS = 100
        self.WTF_CSRF_TIME_LIMIT = (
            None  # a form may lie open on a phone all day; the token ends with its cookie
        )
        self.SEND_FILE_MAX_AGE_DEFAULT = timedelta(days=365)  # static addresses carry a content hash

    @staticmethod
    def refuse_unknown(environ: Mapping[str, str]) -> None:
        for name in sorted(environ):
            if name.startswith("CONVENE_") and name not in NAMES and not name.startswith("CONVENE_TEST_"):
                raise BadSetting(
                    f"{name} is not a setting of Convene; docs/operators.md lists those there are."
                )

    def secret(self, environ: Mapping[str, str], name: str, file: str, least: int) -> str:
        value = environ.get(name, "")
        if value:
            if len(value) < least:
                raise BadSetting(
                    f"{name} must be at least {least} characters of chance, and has {len(value)}."
                )
            return value
        if not self.DEVELOPMENT:
            raise BadSetting(
                f"{name} is missing; make one with: python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return kept_secret(VAR / file)

    def notes_key(self, environ: Mapping[str, str]) -> str:
        """The key for safeguarding notes; empty where the operator has not made one (notes are then refused)."""
        value = environ.get("CONVENE_NOTES_KEY", "")
        if value and len(value) < 32:
            raise BadSetting(
                f"CONVENE_NOTES_KEY must be at least 32 characters of chance, and has {len(value)}."
            )
        return value or (kept_secret(VAR / "notes_key") if self.DEVELOPMENT else "")


class DevConfig(Config):
    """Development on one's own machine: whatever the environment says, the address is loopback."""

    def __init__(self, environ: Mapping[str, str] = os.environ):
        super().__init__({**environ, "CONVENE_BASE_URL": ""})


class TestConfig(Config):
    """Tests: mail stays in memory, secrets are fixed, nothing is written beside the code."""

    __test__ = False
    TESTING = True

    def __init__(self, environ: Mapping[str, str] | None = None):
        super().__init__(
            {
                "CONVENE_DATABASE_URL": "sqlite://",
                "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
                "CONVENE_NOTES_KEY": "a-notes-key-for-tests-that-protects-nobody",
                "CONVENE_BASE_URL": "http://localhost",
                "CONVENE_MAIL_URL": "memory:",
                "CONVENE_MAIL_FROM": "Convene <convene@example.org>",
                **(environ or {}),
            }
        )


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
