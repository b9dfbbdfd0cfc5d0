"""Invites exist so that an event lands in a person's own calendar, moves when it moves and goes when it goes.

Times are written in UTC without a VTIMEZONE: see docs/decisions/single-events-in-utc.md. The bytes depend on
the entry and the guest alone, so that a letter tried again is the same letter. Sources: RFC 5545, RFC 5546
(iTIP), RFC 7986.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Component, Event, vCalAddress, vInt

from convene.calendar.values import Text, mailbox, moment, plain, prose, uri
from convene.calendar.zones import spoken, zone

PRODUCT = "-//Convene//Convene//EN"
UNTITLED = "Event"
_ROLE = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION"}


class BadEntry(ValueError):
    """The facts make no event: a naive time, no UID, an end before its start, a negative SEQUENCE."""


class CalledOff(ValueError):
    """Nobody can be asked to an event that is called off."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a calendar sees it; every time aware, in UTC.

    `uid` is made once and kept; `sequence` and `stamp` belong to the revision shown, never to the clock at
    rendering; `zone` is the IANA name of the place the event keeps its hours by. Texts are plain, not HTML.
    Raises BadEntry or zones.UnknownZone for facts that no calendar could show.
    """

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    description: str
    location: str
    url: str
    conference_url: str | None
    organiser_name: str
    organiser_address: str
    called_off: bool = False
    created_at: datetime | None = None

    def __post_init__(self) -> None:
        times = (self.stamp, self.starts_at, self.ends_at, self.created_at)
        if any(time is not None and time.utcoffset() is None for time in times):
            raise BadEntry("every time needs a zone")
        if self.starts_at.replace(microsecond=0) >= self.ends_at.replace(microsecond=0):
            raise BadEntry("the end must come after the start")
        if not self.uid or self.uid != plain(self.uid).replace(" ", ""):
            raise BadEntry("a UID is one word")
        if self.sequence < 0:
            raise BadEntry("SEQUENCE counts from nought")
        zone(self.zone)


@dataclass(frozen=True, slots=True)
class Guest:
    """The one person a file is addressed to."""

    name: str
    address: str


def request(entry: Entry, guest: Guest) -> bytes:
    """METHOD:REQUEST for a new or changed place. Raises CalledOff, values.BadAddress."""
    if entry.called_off:
        raise CalledOff("an event that is called off sends cancel(), not request()")
    event = vevent(entry, "CONFIRMED")
    event["ATTENDEE"] = asked(guest)
    return calendar({"METHOD": Text("REQUEST")}, [event])


def cancel(entry: Entry, guest: Guest) -> bytes:
    """METHOD:CANCEL, for a place given up as for an event called off. Raises values.BadAddress.

    `entry.sequence` is already higher than that of every REQUEST sent to this person; a calendar ignores a
    lower one.
    """
    event = vevent(entry, "CANCELLED")
    event["ATTENDEE"] = told(guest)
    return calendar({"METHOD": Text("CANCEL")}, [event])


def published(entry: Entry) -> bytes:
    """METHOD:PUBLISH, the download for anybody: no address but the organiser's. Raises values.BadAddress."""
    return calendar({"METHOD": Text("PUBLISH")}, [public_event(entry)])


def public_event(entry: Entry) -> Event:
    """The VEVENT that a stranger may read."""
    return vevent(entry, "CANCELLED" if entry.called_off else "CONFIRMED")


def calendar(head: Mapping[str, object], components: Iterable[Component]) -> bytes:
    """The file around components; `head` holds the calendar's properties beside those that never change."""
    whole = Calendar({"VERSION": Text("2.0"), "PRODID": Text(PRODUCT), "CALSCALE": Text("GREGORIAN"), **head})
    for component in components:
        whole.add_component(component)
    written: bytes = whole.to_ical()
    return written


def asked(guest: Guest) -> vCalAddress:
    """The ATTENDEE of a REQUEST. Raises values.BadAddress."""
    return mailbox(guest.name, guest.address, **_ROLE, RSVP="TRUE")


def told(guest: Guest) -> vCalAddress:
    """The ATTENDEE of a CANCEL, who is asked nothing. Raises values.BadAddress."""
    return mailbox(guest.name, guest.address, **_ROLE)


def vevent(entry: Entry, status: str, when: str | None = None) -> Event:
    """The event without anybody but its host; `when` says its time in words where one date is not all of it."""
    # A place given up or an event called off has no room to join, and must not keep the hour blocked.
    live = status == "CONFIRMED"
    room = entry.conference_url if live else None
    # Values are set, not given to add(): it guesses a type from the name, and an unknown name goes unescaped.
    event = Event(
        {
            "UID": Text(entry.uid),
            "SEQUENCE": vInt(entry.sequence),
            "DTSTAMP": moment(entry.stamp),
            "LAST-MODIFIED": moment(entry.stamp),
            "DTSTART": moment(entry.starts_at),
            "DTEND": moment(entry.ends_at),
            "SUMMARY": Text(plain(entry.title) or UNTITLED),
            "DESCRIPTION": Text(_description(entry, room, when)),
            "ORGANIZER": mailbox(entry.organiser_name, entry.organiser_address),
            "STATUS": Text(status),
            "TRANSP": Text("OPAQUE" if live else "TRANSPARENT"),
        }
    )
    if entry.created_at is not None:
        event["CREATED"] = moment(entry.created_at)
    if location := plain(entry.location):
        event["LOCATION"] = Text(location)
    if url := uri(entry.url):
        event["URL"] = url
    if room and (link := uri(room, VALUE="URI", FEATURE="VIDEO", LABEL="Join online")):
        event["CONFERENCE"] = link
    return event


def _description(entry: Entry, room: str | None, when: str | None) -> str:
    """What the host wrote, then when it is by the event's own clock, and the links it does not already hold.

    UTC loses the event's own zone and few calendars show URL or CONFERENCE, so both are said in words as
    well.
    """
    own = prose(entry.description)
    words = {word.strip(".,;:!?()<>[]\"'") for word in own.split()}
    facts = [when or spoken(entry.starts_at, entry.ends_at, entry.zone)]
    for label, link in (("Join online", room), ("Event page", entry.url)):
        if link and (address := uri(link)) and address not in words and link not in words:
            facts.append(f"{label}: {address}")
    return "\n\n".join(part for part in (own, "\n".join(facts)) if part)
