"""Ways for a message to leave: a mail server, a folder to read in development, memory in tests."""

import re
import select
import smtplib
import ssl
from pathlib import Path
from typing import ClassVar, Protocol
from urllib.parse import unquote, urlsplit

SMTP_SECONDS = 30
OWN_MACHINE = ("localhost", "127.0.0.1", "::1")


class TryLater(Exception):
    """A passing fault of the line, the server or this recipient; the text is the server's answer."""


class Refused(Exception):
    """The server will never take this message for this recipient."""


class Stopped(Exception):
    """The server refuses us, not the recipient: nothing more should be tried now."""


class Transport(Protocol):
    def send(self, sender: str, recipient: str, message_id: str, content: bytes) -> str: ...

    def close(self) -> None: ...


class Memory:
    """Messages kept in a list, for tests of what would be sent."""

    sent: ClassVar[list[tuple[str, bytes]]] = []

    def send(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        self.sent.append((recipient, content))
        return "250 kept in memory"

    def close(self) -> None:
        pass


class Folder:
    """Each message as an .eml file, named so that the newest sorts last."""

    def __init__(self, path: Path):
        self.path = path

    def send(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        self.path.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^A-Za-z0-9.-]", "_", message_id.strip("<>"))[:120]
        part = self.path / f".{name}.part"
        part.write_bytes(content)
        part.replace(self.path / f"{name}.eml")
        return "250 kept in the folder"

    def close(self) -> None:
        pass


class Smtp:
    """One connection to a mail server, opened when first needed and kept for the letters that follow."""

    def __init__(self, url: str):
        parts = urlsplit(url)
        self.secure = parts.scheme == "smtps"
        self.host = parts.hostname or "localhost"
        self.port = parts.port or (465 if self.secure else 587 if parts.username else 25)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.line: smtplib.SMTP | None = None

    def open(self) -> smtplib.SMTP:
        # Reading the machine's list of authorities takes 20 ms and more: not where nothing is encrypted.
        if self.secure:
            context = ssl.create_default_context()
            line: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=SMTP_SECONDS, context=context)
        else:
            line = smtplib.SMTP(self.host, self.port, timeout=SMTP_SECONDS)
        try:
            line.ehlo()
            if not self.secure and line.has_extn("starttls"):
                line.starttls(context=ssl.create_default_context())
                line.ehlo()
            if self.user:
                if not self.secure and not encrypted(line) and self.host not in OWN_MACHINE:
                    raise Stopped("the mail server offers no encryption, so our password is not sent to it")
                line.login(self.user, self.password)
        except BaseException:
            line.close()
            raise
        return line

    def connect(self) -> smtplib.SMTP:
        """The open connection. Raises Stopped where the server is away or will not have us: no letter's fault."""
        try:
            if self.line is None:
                self.line = self.open()
            return self.line
        except (
            smtplib.SMTPAuthenticationError,
            smtplib.SMTPNotSupportedError,
            smtplib.SMTPHeloError,
        ) as fault:
            raise Stopped(str(fault)) from None
        except ssl.SSLCertVerificationError as fault:
            raise Stopped(f"the mail server's certificate is not valid: {fault.verify_message}") from None
        except (smtplib.SMTPException, OSError) as fault:
            raise Stopped(
                f"the mail server does not answer ({type(fault).__name__}: {fault})"[:300]
            ) from None

    def send(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
        """Hand over one message; returns the server's words. Raises TryLater, Refused or Stopped."""
        used = self.line is not None
        line = self.connect()
        try:
            if used and not still_there(line):
                self.hang_up()
                line = self.connect()
            return self.hand_over(line, sender, recipient, content)
        except (smtplib.SMTPException, OSError) as fault:
            self.hang_up()
            raise TryLater(f"{type(fault).__name__}: {fault}"[:300]) from None
        except ValueError:  # an address that SMTP cannot say: the next letter begins anew
            self.hang_up()
            raise

    def hand_over(self, line: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> str:
        self.expect(line, *line.mail(sender), refused=Stopped)
        self.expect(line, *line.rcpt(recipient), refused=Refused)
        try:
            return self.expect(line, *line.data(content), refused=Refused)
        except smtplib.SMTPDataError as fault:  # refused before a byte of the message was sent
            return self.expect(line, fault.smtp_code, bytes_of(fault), refused=Refused)

    def expect(self, line: smtplib.SMTP, code: int, words: bytes, refused: type[Exception]) -> str:
        text = f"{code} {words.decode(errors='replace')}"[:300]
        if 200 <= code < 300:
            return text
        try:
            if code != 421:
                line.rset()
        except (smtplib.SMTPException, OSError):  # it said no and hung up; no it is
            self.hang_up()
        if code == 421:
            self.hang_up()
        raise (refused if code >= 500 else TryLater)(text)

    def hang_up(self) -> None:
        """End the line without a word, for one that is broken: a farewell would wait for an answer."""
        line, self.line = self.line, None
        if line is not None:
            line.close()

    def close(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            try:
                line.quit()
            except (smtplib.SMTPException, OSError):
                line.close()


def still_there(line: smtplib.SMTP) -> bool:
    """Whether the server has kept the line since the last letter: many end it after so many letters or a quiet minute.

    A server says nothing unasked but a farewell, so what can be read now is the end.
    """
    return line.sock is not None and not select.select([line.sock], [], [], 0)[0]


def encrypted(line: smtplib.SMTP) -> bool:
    return isinstance(line.sock, ssl.SSLSocket)


def bytes_of(fault: smtplib.SMTPResponseException) -> bytes:
    return fault.smtp_error if isinstance(fault.smtp_error, bytes) else str(fault.smtp_error).encode()


def open_transport(url: str) -> Transport:
    """The way out that CONVENE_MAIL_URL names (config has checked its form)."""
    if url == "memory:":
        return Memory()
    if url.startswith("folder:"):
        return Folder(Path(url.removeprefix("folder:")))
    return Smtp(url)
