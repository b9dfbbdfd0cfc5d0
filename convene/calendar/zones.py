"""Zones exist because an event keeps the hours of its place and the database keeps UTC: both ways, and in
words.

"when" is always an aware time; "name" is an IANA zone name. Everything here raises UnknownZone for any other
name.
"""

from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, reset_tzpath

from convene.calendar.spoken import HOUSE, SPEECHES

# The zone database of the lock, not the machine's: theirs may be years old, and would say another hour.
reset_tzpath(to=())


class UnknownZone(ValueError):
    """The name is not that of an IANA time zone."""


class NoSuchTime(ValueError):
    """No clock in the zone ever shows this time: it was skipped when the clocks changed."""


class NoZone(ValueError):
    """A time came without its zone, or a wall-clock time came with one."""


@cache
def _known() -> frozenset[str]:
    # The list in the tzdata package, not the folder on the machine: that one holds localtime, posix/ and
    # right/ too, and some file systems would open europe/london.
    listed = (files("tzdata") / "zones").read_text(encoding="ascii").split()
    return frozenset(listed) - {"Factory"}


@cache
def _load(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone(name: str) -> ZoneInfo:
    """The zone of that exact name; old names such as Asia/Calcutta count, for browsers still send them."""
    if name not in _known():
        raise UnknownZone(f"{name!r} is not a time zone")
    return _load(name)


@cache
def names() -> tuple[str, ...]:
    """The zones worth offering in a list, sorted: those that a country uses now, and UTC; about 420."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (row.split("\t") for row in table.splitlines() if row and not row.startswith("#"))
    return tuple(sorted({row[2] for row in rows} & _known() | {"UTC"}))


def local(when_utc: datetime, name: str) -> datetime:
    """The moment on the clocks of the zone, aware. Raises NoZone."""
    if when_utc.utcoffset() is None:
        raise NoZone("a moment needs a zone")
    return when_utc.astimezone(zone(name))


def utc(naive_local: datetime, name: str) -> datetime:
    """The moment when clocks in the zone show this time; of two, the first. Raises NoSuchTime, NoZone."""
    if naive_local.tzinfo is not None:
        raise NoZone("a wall-clock time has no zone of its own")
    wall = naive_local.replace(fold=0)
    try:
        moment = wall.replace(tzinfo=zone(name)).astimezone(UTC)
        shown = moment.astimezone(zone(name)).replace(tzinfo=None, fold=0)
    except OverflowError as error:
        raise NoSuchTime(f"{wall} is beyond the calendar") from error
    if shown != wall:
        raise NoSuchTime(f"clocks in {name} skip {wall:%d %B %Y, %H:%M}")
    return moment


@lru_cache(maxsize=512)
def spoken(starts_at: datetime, ends_at: datetime, name: str, language: str = HOUSE) -> str:
    """Like "Tuesday 12 May 2026, 6.30pm to 8pm (London)"; the second day is named too where there is one.

    Midnight belongs to the evening it ends: 10pm to midnight is one day.
    """
    first, last, speech = local(starts_at, name), local(ends_at, name), SPEECHES[language]
    if last.date() == first.date():
        said = speech.span(first, speech.clock(last))
    elif _at_midnight(last) and last.date() - first.date() == timedelta(days=1):
        said = speech.span(first, speech.midnight)
    else:
        said = speech.days(first, last)
    return f"{said} ({_city(name)})"


def spoken_moment(when: datetime, name: str, language: str = HOUSE) -> str:
    """Like "Tuesday 12 May 2026, 6.30pm (London)"."""
    there, speech = local(when, name), SPEECHES[language]
    return f"{speech.day(there)}, {speech.clock(there)} ({_city(name)})"


def spoken_date(when: datetime, name: str, language: str = HOUSE) -> str:
    """Like "Tuesday 12 May 2026"."""
    return SPEECHES[language].day(local(when, name))


def spoken_time(when: datetime, name: str, language: str = HOUSE) -> str:
    """Like "6.30pm", "8pm", "noon" or "midnight"."""
    there, speech = local(when, name), SPEECHES[language]
    return speech.midnight if _at_midnight(there) else speech.clock(there)


def month(when: datetime, name: str, language: str = HOUSE) -> str:
    """Like "May 2026", for a heading."""
    return SPEECHES[language].month(local(when, name))


def _at_midnight(there: datetime) -> bool:
    return there.hour == 0 and there.minute == 0


def _city(name: str) -> str:
    return name.rpartition("/")[2].replace("_", " ")
