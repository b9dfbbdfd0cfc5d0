"""What a mail program sends back when somebody presses Yes, No or Maybe: an iTIP REPLY or COUNTER (RFC 5546).

Programs differ: the method may stand only in the Content-Type, the organiser may be missing, and other guests may be
listed. So the file is read line by line, and a line that cannot be read is passed over.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from icalendar.parser import Contentline, Contentlines

from convene.inbox.mime import Part

KINDS = ("text/calendar", "application/ics", "text/x-vcalendar")
METHODS = ("REPLY", "COUNTER")
MOST_LINES = 3000
MOST_GUESTS = 50
MOMENT = re.compile(r"(\d{8})T(\d{6})Z?")


@dataclass(frozen=True, slots=True)
class Guest:
    """One ATTENDEE line: whose answer it is, who pressed for them, and what. Addresses as written, without mailto."""

    address: str
    sent_by: str
    answer: str  # PARTSTAT in small letters


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """The answer of one file. `stamp` is none where it could not be read; `proposed` is a COUNTER's new start."""

    method: str  # reply or counter
    uid: str
    sequence: int
    stamp: datetime | None
    date: tuple[str, str] | None  # RECURRENCE-ID and its TZID: of one date of a series alone
    guests: tuple[Guest, ...]
    words: str
    proposed: datetime | None


Line = tuple[str, dict[str, str], str]


def calendar_answer(parts: list[Part]) -> CalendarAnswer | None:
    """The first REPLY or COUNTER among the parts of a message, or none."""
    for part in parts:
        if part.kind not in KINDS and not "".join(part.words("Content-Type")).lower().endswith('.ics"'):
            continue
        lines = read_lines(part.text())
        method = (value_of(outside(lines), "METHOD") or part.parameter("method")).upper()
        if method not in METHODS:
            continue
        found = [of_event(method.lower(), event) for event in events(lines)]
        for one in sorted(
            found, key=lambda one: one.date is not None
        ):  # the whole series before one of its dates
            if one.uid and one.guests:
                return one
    return None


def read_lines(text: str) -> list[Line]:
    """The properties of the file in order, as (name, parameters, value)."""
    found = []
    for line in Contentlines.from_ical(text)[:MOST_LINES]:
        try:
            name, parameters, value = Contentline(line).parts()
        except (ValueError, IndexError):
            continue
        flat = {key.upper(): ",".join(given) if isinstance(given, list) else str(given)
                for key, given in parameters.items()}  # fmt: skip
        found.append((str(name).upper(), flat, str(value)))
    return found


def outside(lines: list[Line]) -> list[Line]:
    """The calendar's own properties, before its first component."""
    found: list[Line] = []
    for line in lines:
        if line[0] == "BEGIN" and line[2].upper() != "VCALENDAR":
            break
        found.append(line)
    return found


def events(lines: list[Line]) -> list[list[Line]]:
    """The properties of each VEVENT, without those of what stands inside it."""
    found: list[list[Line]] = []
    path: list[str] = []
    for line in lines:
        if line[0] == "BEGIN":
            path.append(line[2].upper())
            if path[-1] == "VEVENT":
                found.append([])
        elif line[0] == "END":
            path = path[:-1]
        elif path and path[-1] == "VEVENT":
            found[-1].append(line)
    return found


def of_event(method: str, event: list[Line]) -> CalendarAnswer:
    guests = [line for line in event if line[0] == "ATTENDEE"][:MOST_GUESTS]
    number = value_of(event, "SEQUENCE").strip()
    return CalendarAnswer(
        method=method,
        uid=value_of(event, "UID").strip()[:200],
        sequence=int(number) if re.fullmatch(r"[0-9]{1,9}", number) else 0,
        stamp=moment(value_of(event, "DTSTAMP")),
        date=next(((value[:40], given.get("TZID", "")[:80]) for name, given, value in event
                   if name == "RECURRENCE-ID" and value), None),
        guests=tuple(Guest(bare(value), bare(given.get("SENT-BY", "")), given.get("PARTSTAT", "").lower())
                     for _, given, value in guests),
        words=plain(value_of(event, "COMMENT")),
        proposed=moment(value_of(event, "DTSTART")) if method == "counter" else None,
    )  # fmt: skip


def value_of(lines: list[Line], name: str) -> str:
    return next((value for found, _, value in lines if found == name), "")


def bare(address: str) -> str:
    """The address of a mailto, however its scheme is written."""
    return unquote(re.sub(r"^mailto:", "", address.strip(' "'), flags=re.IGNORECASE)).strip()[:254]


def moment(text: str) -> datetime | None:
    """A moment in UTC; one without a zone is taken as UTC, as every stamp must be."""
    found = MOMENT.match(text.strip())
    if found is None:
        return None
    try:
        read = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return read if 1970 <= read.year < 2200 else None  # the ends of time have no clock that could be told


def plain(text: str) -> str:
    """People's words as plain text: no control characters but line ends, and no more than a host would read."""
    text = text.replace("\r\n", "\n")
    return "".join(c for c in text if c == "\n" or (c.isprintable())).strip()[:1000]
