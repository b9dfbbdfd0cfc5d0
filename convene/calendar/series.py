"""A series exists so that a circle's sessions are one entry in a calendar, and one of them can move or go alone.

Each file holds the whole: the rule, every date that is off and every session that differs from it. Calendars
drop what a file leaves out: a moved session went back to its old hour after a file without it. Times carry
their zone: see docs/decisions/series-carry-their-zone.md. Sources: RFC 5545, RFC 5546 (iTIP).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from icalendar import Event, Timezone, vCalAddress, vDatetime, vRecur

from convene.calendar.invite import BadEntry, CalledOff, Entry, Guest, asked, calendar, told, vevent
from convene.calendar.rhythm import MOST, BadRhythm, Rhythm, fitting
from convene.calendar.values import Text, moment
from convene.calendar.vtimezone import vtimezone
from convene.calendar.zones import local, spoken, spoken_date, zone


@dataclass(frozen=True, slots=True)
class Session:
    """One date of a series and what is its own; None is as in the series.

    `original` is the wall time at which the series has it: its first day, and the hour of the series. It names
    the session for ever, wherever it is moved to; one that was never at that hour is a moved one. `starts_at`
    and `ends_at` are moments; an end left out comes as long after the start as in the series. A session taken
    back is given again without `cancelled`.
    """

    original: datetime
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    title: str | None = None
    description: str | None = None
    location: str | None = None
    url: str | None = None
    conference_url: str | None = None
    sequence: int = 0
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """Dates with one UID; `whole` is what they share, its times those of the first date.

    `dates` are the wall times of all starts in order, the cancelled among them, or the rhythm that gives them. A
    list is all at one hour, on any days: it is written as the rhythm that has them, less the days between.
    `sessions` are those that differ from it; any other may be there too. `whole.sequence` rises with every
    change to any of them, as for one event. Raises BadEntry, rhythm.BadRhythm.
    """

    whole: Entry
    dates: Rhythm | tuple[datetime, ...]
    sessions: tuple[Session, ...] = ()

    def __post_init__(self) -> None:
        starts = self.starts()
        own = [session.original for session in self.sessions]
        if any(one.tzinfo is not None or one.microsecond for one in (*starts, *own)):
            raise BadEntry("a date of a series is a wall time, to the second")
        if not starts or len(starts) > MOST or list(starts) != sorted(set(starts)):
            raise BadEntry(f"a series has one to {MOST} dates, each once and in order")
        if self.meant(starts[0]) != self.whole.starts_at:
            raise BadEntry("the series starts at its first date")
        if len(own) != len(set(own)) or not set(own) <= set(starts):
            raise BadEntry("a session is on a date of the series, and alone there")
        self.rhythm()
        for session in self.sessions:
            self._as_entry(session)

    def starts(self) -> tuple[datetime, ...]:
        """The wall time of every date, cancelled or not."""
        if isinstance(self.dates, Rhythm):
            there = local(self.whole.starts_at, self.whole.zone)
            return self.dates.starts(there.replace(tzinfo=None, fold=0))
        return self.dates

    def rhythm(self) -> Rhythm | None:
        """That of the dates, and perhaps of others between them; None for a single date. Raises BadRhythm."""
        if isinstance(self.dates, Rhythm):
            return self.dates
        if (found := fitting(self.dates)) is None and len(self.dates) > 1:
            raise BadRhythm(f"no rhythm of at most {MOST} dates, all at one hour, has all of these")
        return found

    def kept(self) -> tuple[datetime, ...]:
        """The wall time of every date that is not cancelled."""
        off = {session.original for session in self.sessions if session.cancelled}
        return tuple(start for start in self.starts() if start not in off)

    def meant(self, original: datetime) -> datetime:
        """The moment of a date, as RFC 5545 reads it: a skipped hour by the offset before, of two the first."""
        return original.replace(tzinfo=zone(self.whole.zone), fold=0).astimezone(UTC)

    def held(self, original: datetime) -> Entry:
        """The session on that date as an entry of its own, as if not cancelled. Raises BadEntry."""
        if original not in self.starts():
            raise BadEntry("the series has no such date")
        own = (session for session in self.sessions if session.original == original)
        return self._as_entry(next(own, Session(original)))

    def _as_entry(self, session: Session) -> Entry:
        starts = session.starts_at or self.meant(session.original)
        ends = session.ends_at or starts + (self.whole.ends_at - self.whole.starts_at)
        texts = {
            name: words
            for name in ("title", "description", "location", "url", "conference_url")
            if (words := getattr(session, name)) is not None
        }
        sequence = max(session.sequence, self.whole.sequence)
        return replace(self.whole, starts_at=starts, ends_at=ends, sequence=sequence, **texts)


def of_sessions(whole: Entry, sessions: Iterable[Session]) -> Series:
    """The series that has these sessions and no other date, in whatever rhythm they fall.

    `whole` may give the times of any of them: its length counts, and the first date is the earliest original.
    Raises BadEntry.
    """
    ordered = tuple(sorted(sessions, key=lambda session: session.original))
    if not ordered:
        raise BadEntry("a series has a session")
    first = ordered[0].original.replace(tzinfo=zone(whole.zone), fold=0).astimezone(UTC)
    length = whole.ends_at - whole.starts_at
    dates = tuple(session.original for session in ordered)
    return Series(replace(whole, starts_at=first, ends_at=first + length), dates, ordered)


def renumbered(series: Series, uid: str, sequence: int) -> Series:
    """The same series as one person's invite has it: under this UID, in the revision last sent to them."""
    return replace(series, whole=replace(series.whole, uid=uid, sequence=sequence))


def request(series: Series, guest: Guest) -> bytes:
    """METHOD:REQUEST, for a new place as for any change: a session moved, off, or on again.

    Raises CalledOff where no date is left to ask anybody to; values.BadAddress.
    """
    if series.whole.called_off or not series.kept():
        raise CalledOff("a series that is called off sends cancel(), not request()")
    return _file("REQUEST", series, _components(series, "CONFIRMED"), asked(guest))


def cancel(series: Series, guest: Guest) -> bytes:
    """METHOD:CANCEL of every date, for a place given up or a series called off. Raises values.BadAddress."""
    return _file("CANCEL", series, [_master(series, "CANCELLED")], told(guest))


def cancel_one(series: Series, original: datetime, guest: Guest) -> bytes:
    """METHOD:CANCEL of one date. Whatever is sent next must have it as cancelled, or as on again.

    Raises BadEntry for a date that is not of the series; values.BadAddress.
    """
    return _file("CANCEL", series, [_instance(series, original, "CANCELLED")], told(guest))


def published(series: Series) -> bytes:
    """METHOD:PUBLISH, the download for anybody: no address but the organiser's. Raises values.BadAddress."""
    return calendar({"METHOD": Text("PUBLISH")}, [*blocks([series]), *components(series)])


def components(series: Series) -> list[Event]:
    """What a stranger may read, for a feed; the feed adds `blocks` of all its series once."""
    off = series.whole.called_off or not series.kept()
    return _components(series, "CANCELLED" if off else "CONFIRMED")


def blocks(many: Iterable[Series]) -> list[Timezone]:
    """One VTIMEZONE for each zone that these series name, wide enough for all of them, by name."""
    days: dict[str, list[date]] = {}
    for series in many:
        starts, name = series.starts(), series.whole.zone
        own = [series.held(session.original) for session in series.sessions]
        moments = [
            series.whole.ends_at,
            *(entry.starts_at for entry in own),
            *(entry.ends_at for entry in own),
        ]
        found = [starts[0].date(), starts[-1].date(), *(local(when, name).date() for when in moments)]
        days.setdefault(name, []).extend(found)
    return [vtimezone(name, min(days[name]), max(days[name])) for name in sorted(days) if name != "UTC"]


def _file(method: str, series: Series, events: list[Event], person: vCalAddress) -> bytes:
    for event in events:
        event["ATTENDEE"] = person
    return calendar({"METHOD": Text(method)}, [*blocks([series]), *events])


def _components(series: Series, status: str) -> list[Event]:
    whole, own = series.whole, {session.original for session in series.sessions}
    length = whole.ends_at - whole.starts_at
    # Where the clocks change on a session it says its own times too: calendars differ about an hour that is
    # skipped or comes twice, and about the end of a session that the change makes longer or shorter.
    apart = [
        start
        for start in series.kept()
        if not _is_even(start, start + length, whole.zone) or (start in own and _differs(series, start))
    ]
    return [_master(series, status), *(_instance(series, start, status) for start in apart)]


def _master(series: Series, status: str) -> Event:
    whole, first, rhythm = series.whole, series.starts()[0], series.rhythm()
    event = vevent(whole, status, _spoken(series))
    event["DTSTART"] = _wall(first, whole.zone)
    event["DTEND"] = _wall(first + (whole.ends_at - whole.starts_at), whole.zone)
    if rhythm is not None:
        kept = set(series.kept())
        event["RRULE"] = vRecur(rhythm.rule(first))
        if off := [_wall(start, whole.zone) for start in rhythm.starts(first) if start not in kept]:
            event["EXDATE"] = off
    return event


def _instance(series: Series, original: datetime, status: str) -> Event:
    entry = series.held(original)
    event = vevent(entry, status)
    event["RECURRENCE-ID"] = _wall(original, entry.zone)
    event["DTSTART"], event["DTEND"] = _there(entry.starts_at, entry.zone), _there(entry.ends_at, entry.zone)
    return event


def _differs(series: Series, original: datetime) -> bool:
    entry, whole = series.held(original), series.whole
    starts = series.meant(original)
    ends = starts + (whole.ends_at - whole.starts_at)
    return entry != replace(whole, starts_at=starts, ends_at=ends, sequence=entry.sequence)


def _is_even(starts: datetime, ends: datetime, name: str) -> bool:
    """Whether both wall times come once and by one offset."""
    place = zone(name)
    walls = [wall.replace(tzinfo=place, fold=fold) for wall in (starts, ends) for fold in (0, 1)]
    return len({wall.utcoffset() for wall in walls}) == 1


def _there(when: datetime, name: str) -> vDatetime:
    """The moment by the clocks of the zone; in UTC where they show that hour twice."""
    wall = local(when, name).replace(tzinfo=None, fold=0)
    return _wall(wall, name) if _is_even(wall, wall, name) else moment(when)


def _wall(wall: datetime, name: str) -> vDatetime:
    if name == "UTC":
        return moment(wall.replace(tzinfo=UTC))
    written = vDatetime(wall)
    written.params["TZID"] = name  # given at once it would be dropped again, for the time itself has no zone
    return written


def _spoken(series: Series) -> str:
    """Like "Tuesday 12 May 2026, 6.30pm to 8pm (London), and 5 more dates until Tuesday 16 June 2026"."""
    own = {session.original: session.starts_at for session in series.sessions}
    dates = series.kept() or series.starts()
    held = sorted((own.get(start) or series.meant(start), start) for start in dates)
    first, (last, _) = series.held(held[0][1]), held[-1]
    words = spoken(first.starts_at, first.ends_at, first.zone)
    if len(held) == 1:
        return words
    more = "one more date," if len(held) == 2 else f"{len(held) - 1} more dates until"
    return f"{words}, and {more} {spoken_date(last, series.whole.zone)}"
