"""What a circle's rhythm gives: its dates from what the host chose, and in which words it cannot be.

Every time here is a wall time of the circle's zone. Facts in, dates out: no clock, no database.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from convene.calendar import zones
from convene.calendar.rhythm import BadRhythm, Every, Rhythm

MOST = 104  # sessions planned at once: two years of weeks
RHYTHMS: dict[str, tuple[str, Every, int]] = {
    "week": ("Every week", Every.WEEK, 1),
    "fortnight": ("Every second week", Every.WEEK, 2),
    "month_weekday": ("Every month, on such a weekday (the second Tuesday)", Every.MONTH_ON_WEEKDAY, 1),
    "month_last": ("Every month, on the last such weekday", Every.MONTH_ON_LAST_WEEKDAY, 1),
    "month_day": ("Every month, on such a day (the 12th)", Every.MONTH_ON_DAY, 1),
}


class NeverFalls(ValueError):
    """Not one date is left: all are skipped, or the last day is before the first."""


class TooManyDates(ValueError):
    """More than MOST dates at once."""


class NotLast(ValueError):
    """The first date is not the last such weekday of its month."""


class SkippedHour(ValueError):
    """On `day` the clocks go forward over this hour."""

    def __init__(self, day: date):
        super().__init__(day)
        self.day = day


@dataclass(frozen=True, slots=True)
class Pattern:
    """Every such date from `first` on: so many sessions, or up to and with a day; `skipped` dates do not count."""

    every: str  # a key of RHYTHMS
    first: date
    at: time
    count: int | None = None
    until: date | None = None
    skipped: frozenset[date] = frozenset()

    def kept(self) -> str:
        """As it is written down (JSON)."""
        whole = {
            "every": self.every,
            "first": self.first.isoformat(),
            "at": f"{self.at:%H:%M}",
            "count": self.count,
            "until": self.until.isoformat() if self.until else None,
        }
        return json.dumps(whole)


def read(kept: str, skipped: str = "") -> Pattern | None:
    """The pattern that `kept` wrote down, or none."""
    if not kept:
        return None
    whole = json.loads(kept)
    return Pattern(
        every=whole["every"],
        first=date.fromisoformat(whole["first"]),
        at=time.fromisoformat(whole["at"]),
        count=whole["count"],
        until=date.fromisoformat(whole["until"]) if whole["until"] else None,
        skipped=frozenset(date.fromisoformat(line) for line in skipped.split()),
    )


def dates(pattern: Pattern, zone: str) -> list[datetime]:
    """The wall time of every session. Raises NeverFalls, TooManyDates, NotLast, SkippedHour.

    A count is of sessions that are held, so that whoever asks for seven and skips a holiday gets seven.
    """
    _, every, interval = RHYTHMS[pattern.every]
    first = datetime.combine(pattern.first, pattern.at)
    if pattern.count is not None and pattern.count > MOST:
        raise TooManyDates
    if pattern.until is not None and pattern.until < pattern.first:
        raise NeverFalls
    more = len(pattern.skipped) if pattern.count is not None else 0
    count = min(pattern.count + more, MOST + more) if pattern.count is not None else None
    try:
        starts = Rhythm(every, interval, count=count, until=pattern.until).starts(first)
    except BadRhythm as wrong:
        raise reason(pattern, wrong) from wrong
    found = [start for start in starts if start.date() not in pattern.skipped][: pattern.count]
    if not found:
        raise NeverFalls
    if len(found) > MOST:
        raise TooManyDates
    for start in found:
        exists(start, zone)
    return found


def reason(pattern: Pattern, wrong: BadRhythm) -> ValueError:
    week_later = pattern.first + timedelta(days=7)
    if pattern.every == "month_last" and week_later.month == pattern.first.month:
        return NotLast()
    return NeverFalls() if "before it begins" in str(wrong) else TooManyDates()


def exists(start: datetime, zone: str) -> datetime:
    """The moment of a wall time; of an hour that comes twice, the first. Raises SkippedHour."""
    try:
        return zones.utc(start, zone)
    except zones.NoSuchTime as error:
        raise SkippedHour(start.date()) from error


def passed_over(pattern: Pattern, found: Sequence[datetime]) -> list[date]:
    """The first of each month that has no such day (the 31st), or no such weekday (the fifth Friday), between two."""
    if pattern.every not in ("month_day", "month_weekday") or not found:
        return []
    held = {(start.year, start.month) for start in found}
    held |= {(day.year, day.month) for day in pattern.skipped}
    month, missing = found[0].date().replace(day=1), []
    while (month.year, month.month) < (found[-1].year, found[-1].month):
        if (month.year, month.month) not in held:
            missing.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    return missing


def twice(found: Iterable[datetime], zone: str) -> list[date]:
    """The days on which the clocks show this hour twice; the session is at the first of the two."""
    place = zones.zone(zone)
    return [
        start.date()
        for start in found
        if start.replace(tzinfo=place, fold=0).astimezone(UTC)
        < start.replace(tzinfo=place, fold=1).astimezone(UTC)
    ]


def free(taken: Iterable[str], day: date, at: str) -> str:
    """A name in the series for a session on this day: its day at the hour of the series, or the next one free."""
    used = set(taken)
    while (name := f"{day.isoformat()}T{at}") in used:
        day += timedelta(days=1)
    return name


def shifted(starts_at: datetime, zone: str, days: int, at: time) -> datetime:
    """The moment so many days later, at this hour by the clocks there. Raises SkippedHour."""
    there = zones.local(starts_at, zone)
    return exists(datetime.combine(there.date() + timedelta(days=days), at), zone)
