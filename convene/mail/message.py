"""From a row to the bytes that go over the wire: the same row gives the same bytes, however often it is tried.

Headers that hold people's words are written by the library's email package, which knows how to quote and encode
them. The parts below are put together here: their headers never differ, and asking the library to parse and fold
the same dozen lines for every letter took nine tenths of the time that a letter takes.
"""

import binascii
import hashlib
import re
from email.header import Header
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, parseaddr, quote
from functools import lru_cache

from convene.mail.letter import one_line
from convene.mail.models import OutgoingMail

# RFC 2045 allows encoded lines of 76; the library's default of 78 breaks it.
POLICY = SMTP.clone(max_line_length=76)
END = b"\r\n"
BASE64_BYTES = 57  # become 76 characters
# The letter was frozen with its language in its first lines (templates/mail/base.html); a row has no other word of it.
LANGUAGE = re.compile(r'<html lang="([A-Za-z0-9-]{2,12})">')


@lru_cache
def sender_address(mail_from: str) -> str:
    """The bare address of CONVENE_MAIL_FROM: the ORGANIZER of every invite, for life."""
    return parseaddr(mail_from)[1]


def build(mail: OutgoingMail, mail_from: str) -> bytes:
    """A whole message with CRLF line ends: text and HTML, and the invite both as a part and as a file."""
    head = [
        sender(mail.from_name, mail_from),
        mailbox("To", mail.to_name, mail.to_address),
        subject(mail.subject),
        line("Date", format_datetime(mail.posted_at)),
        line("Message-ID", mail.message_id),
    ]
    if mail.reply_to:
        head.append(words("Reply-To", mail.reply_to))
    head += [line("Auto-Submitted", "auto-generated"), line("X-Auto-Response-Suppress", "OOF, AutoReply")]
    if spoken := LANGUAGE.search(mail.html, 0, 200):
        head.append(line("Content-Language", spoken[1]))  # RFC 3282
    if mail.unsubscribe_url:
        # On one line however long: the library would turn it into encoded words, which no mail program reads.
        head.append(line("List-Unsubscribe", f"<{mail.unsubscribe_url}>"))
        head.append(line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if mail.list_id:
        head.append(list_id(mail.list_id))
    head.append(line("MIME-Version", "1.0"))
    return b"".join(head) + body(mail)


# Headers


def line(name: str, value: str) -> bytes:
    """A header whose value is made by a machine. Raises ValueError where it would not stay one line of ASCII."""
    if "\r" in value or "\n" in value:
        raise ValueError(f"a line end in {name}")
    return f"{name}: {value}\r\n".encode("ascii")


@lru_cache(maxsize=64)
def words(name: str, value: str) -> bytes:
    """A header that many letters share, encoded and folded by the library. Raises ValueError for a line end."""
    return POLICY.fold_binary(*POLICY.header_store_parse(name, value))


@lru_cache(maxsize=64)
def sender(name: str, mail_from: str) -> bytes:
    """The From header: few who write, many letters."""
    return mailbox("From", name, sender_address(mail_from))


def mailbox(header: str, name: str, address: str) -> bytes:
    """A header of one address, whatever stands in the name. Raises HeaderParseError for what is no address."""
    name = one_line(name)
    box = Address(display_name=name, addr_spec=address)
    if name.isascii() and len(header) + len(str(box)) < 74:
        return line(header, str(box))
    if not name:
        return f"{header}:\r\n {box.addr_spec}\r\n".encode("ascii")
    # A long plain name is encoded too: folding it, the library drops its quotes, and a comma makes two senders of one.
    # The name's lines end before its address, which a mail program may well be given on a line of its own.
    return f"{header}: {encoded(header, name, 'utf-8')}\r\n <{box.addr_spec}>\r\n".encode("ascii")


@lru_cache(maxsize=64)
def list_id(value: str) -> bytes:
    """The List-Id header (RFC 2919) of "A name <label.host>"; the library would encode a long label with the name."""
    name, _, label = one_line(value).rpartition("<")
    name = name.strip()
    if not name.isascii():
        name = encoded("List-Id", name, "utf-8")
    elif not re.fullmatch(r"[\w !#$%&'*+/=?^`{|}~-]*", name):
        name = f'"{quote(name)}"'
    return f"List-Id: {name}\r\n <{label}\r\n".encode("ascii")


def subject(text: str) -> bytes:
    text = one_line(text)
    plain = text.isascii() and all(len(word) <= 60 for word in text.split(" "))
    return f"Subject: {encoded('Subject', text, 'us-ascii' if plain else 'utf-8')}\r\n".encode("ascii")


def encoded(header: str, text: str, charset: str) -> str:
    """Words for a header, folded by the library's older and sounder part.

    Its newer one (seen in Python 3.11.7) may break a line right after "Subject:", which some programs show as a
    leading space, and loses the space between two encoded words that fall on two lines.
    """
    return Header(text, charset, maxlinelen=76, header_name=header).encode(linesep="\r\n")


# Parts


def body(mail: OutgoingMail) -> bytes:
    """Gmail reads the invite as an alternative, Outlook and Apple as a file; both are the same bytes."""
    alternatives = [
        quoted(b'text/plain; charset="utf-8"', mail.text),
        quoted(b'text/html; charset="utf-8"', mail.html),
    ]
    if not mail.invite:
        return multipart(b"alternative", boundary(mail, 0), alternatives)
    method = (mail.invite_method or "REQUEST").encode("ascii")
    invite = base64_lines(mail.invite)
    alternatives.append(part(b'text/calendar; method="' + method + b'"; charset="utf-8"', b"base64", invite))
    file = (
        b'application/ics; name="invite.ics"'
        + END
        + b'Content-Disposition: attachment; filename="invite.ics"'
    )
    inner = multipart(b"alternative", boundary(mail, 1), alternatives)
    return multipart(b"mixed", boundary(mail, 0), [inner, part(file, b"base64", invite)])


def boundary(mail: OutgoingMail, number: int) -> bytes:
    """From the Message-ID, so that a retry is equal to the first try to the byte. "=_" stands in no encoded text."""
    return b"=_" + hashlib.sha256(f"{mail.message_id}:{number}".encode()).hexdigest()[:32].encode()


def multipart(kind: bytes, mark: bytes, parts: list[bytes]) -> bytes:
    head = b"Content-Type: multipart/" + kind + b';\r\n boundary="' + mark + b'"' + END + END
    return head + b"".join(b"--" + mark + END + one + END for one in parts) + b"--" + mark + b"--" + END


def part(kind: bytes, encoding: bytes, content: bytes) -> bytes:
    return b"Content-Type: " + kind + END + b"Content-Transfer-Encoding: " + encoding + END + END + content


def quoted(kind: bytes, text: str) -> bytes:
    """A text as quoted-printable (RFC 2045, section 6.7), its lines ended by CRLF."""
    lines = END.join(text.encode().splitlines()) + END
    return part(kind, b"quoted-printable", binascii.b2a_qp(lines, istext=True))


def base64_lines(content: bytes) -> bytes:
    pieces = (content[at : at + BASE64_BYTES] for at in range(0, len(content), BASE64_BYTES))
    return b"".join(binascii.b2a_base64(piece, newline=False) + END for piece in pieces)
