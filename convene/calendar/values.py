"""Values exist so that no text a person typed can become more than the value it was meant to be.

The icalendar library escapes, quotes, folds and encodes; here is what it leaves to its caller. Sources: RFC
5545 sections 3.1 and 3.3, RFC 6068 (mailto), and docs/decisions/calendar-library.md.
"""

import re
from datetime import UTC, datetime
from urllib.parse import quote

from icalendar import vCalAddress, vDatetime, vText, vUri

# Breaks include what str.splitlines() takes for one: parsers in Python cut there, even inside a value.
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# The byte order mark goes with them: the library drops it at the start of a value and keeps it elsewhere.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff]")
_LINE_ENDS = re.compile(r"[^\S\n]+(?=\n)")
_WIDE_GAPS = re.compile(r"[^\S\n]{5,}|\t")
_URI_SAFE = ":/?#[]@!$&'()*+,;=%~"
_WORD = r"[^\s<>()\[\]\"\\,:;@\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff]+"
_ADDRESS = re.compile(f"{_WORD}@{_WORD}")
_MAILTO = str.maketrans({"%": "%25", "?": "%3F", "#": "%23"})


class BadAddress(ValueError):
    """The address is not one bare local@domain, so it cannot stand behind mailto:."""


class Text(vText):
    r"""TEXT that keeps a typed \N, as in C:\News: the library alone would break the line there."""

    def to_ical(self) -> bytes:
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def plain(value: str) -> str:
    """The value on one line: every run of breaks and blanks is one space, control characters are gone."""
    return " ".join(_clean(value).split())


def prose(value: str) -> str:
    r"""The value on as many lines as it has, each ended by one \n, without control characters.

    A gap is never wider than four blanks, for a folded line made only of blanks is read as an empty one by
    some parsers.
    """
    lines = _LINE_ENDS.sub("", _clean(_BREAKS.sub("\n", value)))
    return _WIDE_GAPS.sub("    ", lines).strip()


def mailbox(name: str, address: str, **parameters: str) -> vCalAddress:
    """`mailto:local@domain` with the name as CN, or without one where the name is empty.

    A backslash is dropped from the name: in a parameter it means nothing, but some parsers let it swallow the
    closing quote. Letters outside ASCII stay in the address, for calendars compare it as text. Raises
    BadAddress for a display name, angle brackets, blanks, a quoted local part, or anything but one @.
    """
    if _ADDRESS.fullmatch(address) is None:
        raise BadAddress("an address must be a bare local@domain")
    if cn := plain(name.replace("\\", " ")):
        parameters["CN"] = cn
    return vCalAddress(f"mailto:{address.translate(_MAILTO)}", params=parameters)


def uri(value: str, **parameters: str) -> vUri:
    """A URI value: what RFC 3986 does not allow is percent-encoded, line breaks among it."""
    return vUri(quote(value.strip(), safe=_URI_SAFE, errors="replace"), params=parameters)


def moment(when: datetime) -> vDatetime:
    """An aware time as UTC, to the second."""
    return vDatetime(when.astimezone(UTC))


def _clean(value: str) -> str:
    # Half of a surrogate pair has no bytes in UTF-8; the library would stop there.
    return _CONTROLS.sub("", value.encode("utf-8", "replace").decode())
