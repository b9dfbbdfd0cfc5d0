"""What mail servers report: that a letter did not arrive (RFC 3464), or that its reader complained (RFC 5965)."""

import re
from dataclasses import dataclass
from email import message_from_bytes

from flufl.bounce import all_failures

from convene.inbox.mime import Part, cut

CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
# In running text three numbers may be anything; these stand after a reply code, or a number sign as qmail has it.
ODD_CODE = re.compile(rb"(?:\b[45]\d\d[ -]|#)([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
NAMED = re.compile(rb"(charset)", re.IGNORECASE)
VAGUE = re.compile(r"[245]\.0\.0")
# What the other library is given: it reads a message whole, so it gets a message that is small.
MOST_ODD = 64 * 1024
MOST_MARKS = 300


@dataclass(frozen=True, slots=True)
class Bounce:
    """What became of a letter: `action` failed, delayed, delivered, ...; `code` is an enhanced status (RFC 3463)."""

    action: str
    code: str
    said: str  # what the other server said, for the log


@dataclass(frozen=True, slots=True)
class Complaint:
    """A feedback report, and by what it names the letter: its Message-ID, or an address it would come back to."""

    type: str
    message_id: str
    addresses: tuple[str, ...]


def bounce(parts: list[Part]) -> Bounce | None:
    """The delivery status in a multipart/report, of its worst recipient; ours always have one."""
    for part in parts:
        if part.kind not in ("message/delivery-status", "message/global-delivery-status"):
            continue
        found = []
        for group in re.split(r"\r?\n[ \t]*\r?\n", part.text())[:20]:
            fields = cut(group.strip().encode("utf-8", "replace") + b"\n\n")
            action = first(fields, "Action").lower()
            if not action:
                continue
            said = first(fields, "Diagnostic-Code").partition(";")[2].strip() or first(fields, "Status")
            found.append(Bounce(action.split(" ")[0], code_of(first(fields, "Status"), said), said[:200]))
        ranks = {"failed": 0, "delayed": 1}
        return min(found, key=lambda one: ranks.get(one.action, 2)) if found else None
    return None


def code_of(status: str, said: str) -> str:
    """The status; where that says next to nothing, the one in the server's own words."""
    given, inside = CODE.search(status), CODE.search(said)
    if given and not (VAGUE.fullmatch(given[1]) and inside and inside[1][0] == given[1][0]):
        return given[1]
    return inside[1] if inside else ""


def odd_bounce(raw: bytes) -> Bounce | None:
    """A bounce in one of the many formats that keep to no standard, as the flufl.bounce library knows them."""
    raw = raw[:MOST_ODD]
    if raw.count(b"\n--") > MOST_MARKS or raw.lower().count(b"message/") > 20:
        return None
    try:
        # Without the charsets, as the library would follow any that a stranger names.
        temporary, permanent = all_failures(message_from_bytes(NAMED.sub(b"x-\\1", raw)))
    except Exception:  # whatever a stranger's message does to it, it is then no bounce that we can read
        return None
    if not (temporary or permanent):
        return None
    found = ODD_CODE.search(cut(raw).body)
    code = found[1].decode("ascii") if found else ""
    return Bounce("failed" if permanent else "delayed", code, code)


def complaint(parts: list[Part]) -> Complaint | None:
    """A feedback report with what it gives of the letter it is about."""
    report = next((part for part in parts if part.kind == "message/feedback-report"), None)
    if report is None:
        return None
    fields = cut(report.text().strip().encode("utf-8", "replace") + b"\n\n")
    addresses = fields.words("Original-Mail-From")[:1]
    message_id = ""
    for part in parts:
        if part.kind in ("message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers"):
            letter = cut(part.content())
            message_id = first(letter, "Message-ID")
            addresses += letter.words("Return-Path")[:1]
            break
    return Complaint(first(fields, "Feedback-Type").lower(), message_id, tuple(addresses))


def first(part: Part, name: str) -> str:
    return "".join(part.words(name)[:1])
