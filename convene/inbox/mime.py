"""A message taken apart within bounds: no size, depth or number of parts that a stranger chose can hold us up.

The library's own parser builds an object for every part; a million of them cost minutes and gigabytes. So a message
is cut here by its boundaries, the first few hundred parts alone are looked at, and only their heads are parsed.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import islice

MOST_BYTES = 5_000_000  # of a message that is read whole; of a larger one, the head alone
MOST_HEAD = 128 * 1024
MOST_PARTS = 200
MOST_DEPTH = 10
MOST_TEXT = 256 * 1024  # of one decoded part

# Those of real mail programs. Python knows stranger ones, and some take a minute over one part (punycode).
CHARSETS = re.compile(r"utf-?8|us-ascii|ascii|utf-16(le|be)?|iso-8859-\d{1,2}|latin-?1|windows-125\d|cp125\d")

BLANK = re.compile(rb"\r?\n\r?\n")
HEADERS = BytesHeaderParser()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a message: its headers, and its content as it came."""

    head: Message
    body: bytes

    @property
    def kind(self) -> str:
        return self.head.get_content_type()

    def words(self, name: str) -> list[str]:
        """Every header of this name, unfolded, each cut to a length that no real one reaches."""
        found = [re.sub(r"\s+", " ", str(value)[:8000]) for value in self.head.get_all(name, [])]
        return ["".join(c for c in value if c.isprintable()).strip() for value in found]

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, or an empty text."""
        found = self.head.get_param(name)
        return (found[2] if isinstance(found, tuple) else str(found or "")).strip()

    def content(self) -> bytes:
        """The content without its transfer encoding, no more of it than a calendar or a report needs."""
        encoding = "".join(self.words("Content-Transfer-Encoding")[:1]).lower()
        body = self.body[: 2 * MOST_TEXT]
        if encoding == "base64":
            body = from_base64(body)
        elif encoding == "quoted-printable":
            body = binascii.a2b_qp(body)
        return body[:MOST_TEXT]

    def text(self) -> str:
        charset = self.parameter("charset").strip("'\"").lower()
        charset = charset if CHARSETS.fullmatch(charset) else "utf-8"
        try:
            text = self.content().decode(charset, "replace")
        except LookupError:  # a number that no charset has
            text = self.content().decode("utf-8", "replace")
        return text.replace("\0", "")  # which no database keeps


def from_base64(body: bytes) -> bytes:
    """What can be decoded: letters outside the alphabet are left out, and so is a last group that was cut off."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def cut(raw: bytes) -> Part:
    """A message, or a part of one, cut into head and content."""
    if raw.startswith((b"\n", b"\r\n")):
        return Part(HEADERS.parsebytes(b""), raw)
    found = BLANK.search(raw, 0, MOST_HEAD)
    head = raw[: found.start() if found else MOST_HEAD]
    return Part(HEADERS.parsebytes(head + b"\n\n"), raw[found.end() :] if found else b"")


def pieces(body: bytes, boundary: str) -> Iterator[bytes]:
    """What stands between the boundaries of a multipart (RFC 2046, section 5.1), one after the other."""
    if not 0 < len(boundary) <= 200:
        return
    mark = re.compile(
        rb"(?:\A|\n)--" + re.escape(boundary.encode("utf-8", "replace")) + rb"(--)?[ \t]*(?:\r?\n|\Z)"
    )
    start = None
    for found in mark.finditer(body):
        if start is not None:
            yield body[start : found.start()]
        if found[1]:
            return
        start = found.end()
    if start is not None:  # cut off, or never ended
        yield body[start:]


def walk(whole: Part) -> list[Part]:
    """The parts that hold something, from the first on; a message inside a message stays closed."""
    found: list[Part] = []
    waiting = [(whole, 0)]
    looked_at = 0
    while waiting and looked_at < MOST_PARTS:
        part, depth = waiting.pop()
        looked_at += 1
        if part.head.get_content_maintype() != "multipart":
            found.append(part)
        elif depth < MOST_DEPTH:
            inside = [
                cut(piece) for piece in islice(pieces(part.body, part.parameter("boundary")), MOST_PARTS)
            ]
            waiting += [(one, depth + 1) for one in reversed(inside)]
    return found
