"""A line to the mailbox, and whether anything came since the last look: all that most minutes need, at little cost."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import unquote, urlsplit

SECONDS = 20  # that one word with the server may take


class Away(Exception):
    """The mailbox cannot be read now; the text is one sentence for the operator, without the password."""


@contextmanager
def opened(url: str) -> Iterator[imaplib.IMAP4]:
    """The folder that the setting names, opened for reading and marking. Raises Away."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    line: imaplib.IMAP4 | None = None
    try:
        if parts.scheme == "imaps":
            secure = ssl.create_default_context()
            line = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=secure, timeout=SECONDS)
        else:
            line = imaplib.IMAP4(host, parts.port or 143, timeout=SECONDS)
        try:
            line.login(quoted(unquote(parts.username or "")), unquote(parts.password or ""))
        except imaplib.IMAP4.error:
            raise Away(f"the inbox at {host} does not let us in: check the name and password") from None
        folder = folder_of(url)
        if line.select(quoted(folder))[0] != "OK":
            raise Away(f"the inbox at {host} has no folder {folder!r}")
        yield line
    except (OSError, imaplib.IMAP4.error, UnicodeError) as fault:
        raise Away(f"the inbox at {host} cannot be read ({type(fault).__name__})") from None
    finally:
        if line is not None:
            with suppress(OSError, imaplib.IMAP4.error):
                line.logout()


def folder_of(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/")) or "INBOX"


def quoted(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def asked(answer: tuple[str, list]) -> list:
    """The data of an answer. Raises IMAP4.error unless the server said OK."""
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(answer[0])
    return answer[1]


def mark(line: imaplib.IMAP4, url: str) -> str:
    """What stays the same for as long as nothing new comes (RFC 3501, section 2.3.1.1); empty if it is not told."""
    told = line.status(quoted(folder_of(url)), "(UIDVALIDITY UIDNEXT)")
    numbers = [re.search(name + rb" (\d+)", told[1][0] or b"") for name in (rb"UIDVALIDITY", rb"UIDNEXT")]
    return ".".join(found[1].decode("ascii") for found in numbers if found) if all(numbers) else ""
