"""A rhythm exists because people say "every second Tuesday" while the house keeps dates: each from the other.

Every time here is a wall time of the series' own zone, without an offset. Source: RFC 5545, section 3.3.10.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from math import gcd

MOST = 500  # dates in one series; a week apart that is nine years
_WEEK = timedelta(days=7)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class BadRhythm(ValueError):
    """The rhythm has no end, two ends, no step, or more dates than a series holds."""


class Every(Enum):
    """What comes round; the weekday, its place in the month or the day of the month are those of the first."""

    WEEK = "week"
    MONTH_ON_WEEKDAY = "the second Tuesday of the month"
    MONTH_ON_LAST_WEEKDAY = "the last Tuesday of the month"
    MONTH_ON_DAY = "the 12th of the month"  # a month without that day is passed over


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every `interval` weeks or months, so many dates (`count`) or up to and with a local day (`until`).

    `weekdays`, Monday 0, are for dates on several days of each week; the first date's is always one. Raises
    BadRhythm.
    """

    every: Every
    interval: int = 1
    count: int | None = None
    until: date | None = None
    weekdays: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if (self.count is None) == (self.until is None):
            raise BadRhythm("a rhythm ends by count or by day, and by one of them")
        if self.interval < 1 or (self.count is not None and not 1 <= self.count <= MOST):
            raise BadRhythm(f"a rhythm has steps of one or more and at most {MOST} dates")
        if self.weekdays and (self.every is not Every.WEEK or not self.weekdays <= set(range(7))):
            raise BadRhythm("several days of the week are for a rhythm of weeks")

    def starts(self, first: datetime) -> tuple[datetime, ...]:
        """Every start from `first` on. Raises BadRhythm for too many, or for a first that is not on it."""
        if self.every is Every.MONTH_ON_LAST_WEEKDAY and not _is_last(first):
            raise BadRhythm("the first date is not on the last such weekday of its month")
        found: list[datetime] = []
        for start in self._onwards(first):
            if self.until is not None and start.date() > self.until:
                break
            if len(found) == MOST:
                raise BadRhythm(f"at most {MOST} dates")
            found.append(start)
            if len(found) == self.count:
                break
        if not found:
            raise BadRhythm("the rhythm ends before it begins")
        return tuple(found)

    def rule(self, first: datetime) -> dict[str, object]:
        """The RRULE for dates from `first` on, by COUNT: calendars lose the last date to an UNTIL."""
        weekday = _WEEKDAYS[first.weekday()]
        week = [_WEEKDAYS[day] for day in sorted(self.weekdays | {first.weekday()})]
        parts: dict[str, object] = {"FREQ": "WEEKLY" if self.every is Every.WEEK else "MONTHLY"}
        if self.interval > 1:
            parts["INTERVAL"] = self.interval
        if self.every is Every.WEEK:
            parts["BYDAY"] = week
        elif self.every is Every.MONTH_ON_DAY:
            parts["BYMONTHDAY"] = first.day
        else:
            nth = _nth(first) if self.every is Every.MONTH_ON_WEEKDAY else -1
            parts["BYDAY"] = f"{nth}{weekday}"
        return {**parts, "COUNT": len(self.starts(first))}

    def _onwards(self, first: datetime) -> Iterator[datetime]:
        if self.every is Every.WEEK:
            week = [timedelta(days=day) for day in sorted(self.weekdays | {first.weekday()})]
            monday = first - timedelta(days=first.weekday())
            while True:
                yield from (monday + day for day in week if monday + day >= first)
                monday += _WEEK * self.interval
        months = first.year * 12 + first.month - 1
        # A 29 February on every 40th year or so is the rarest that still comes.
        for step in range(0, MOST * 48 * self.interval, self.interval):
            year, month = divmod(months + step, 12)
            if year > date.max.year:
                return
            if (day := self._day(year, month + 1, first)) is not None:
                yield datetime.combine(day, first.time())

    def _day(self, year: int, month: int, first: datetime) -> date | None:
        start = date(year, month, 1)
        if self.every is Every.MONTH_ON_DAY:
            day = start + timedelta(days=first.day - 1)
        else:
            day = start + timedelta(days=(first.weekday() - start.weekday()) % 7)
            if self.every is Every.MONTH_ON_LAST_WEEKDAY:
                while not _is_last(day):
                    day += _WEEK
            else:
                day += _WEEK * (_nth(first) - 1)
        return day if day.month == month else None


def fitting(starts: Sequence[datetime]) -> Rhythm | None:
    """The rhythm that has all these starts, in order, and the fewest others.

    None for a single one, for starts at different hours, and where the rhythm would have more than MOST dates.
    """
    if len(starts) < 2 or len({start.time() for start in starts}) > 1:
        return None
    fits = []
    for rhythm in _candidates(starts):
        try:
            dates = rhythm.starts(starts[0])
        except BadRhythm:
            continue
        if set(starts) <= set(dates):
            fits.append(replace(rhythm, count=len(dates), until=None))
    return min(fits, key=lambda rhythm: rhythm.count or 0, default=None)


def _candidates(starts: Sequence[datetime]) -> Iterator[Rhythm]:
    """Simple ones first, for of equals the first is taken."""
    first, until = starts[0], starts[-1].date()
    weekdays = frozenset(start.weekday() for start in starts)
    months = gcd(*((one.year - first.year) * 12 + one.month - first.month for one in starts))
    if len(weekdays) == 1:
        yield Rhythm(Every.WEEK, gcd(*((start - first).days // 7 for start in starts)), until=until)
        if months and len({_nth(start) for start in starts}) == 1:
            yield Rhythm(Every.MONTH_ON_WEEKDAY, months, until=until)
        if months and all(_is_last(start) for start in starts):
            yield Rhythm(Every.MONTH_ON_LAST_WEEKDAY, months, until=until)
    if months and len({start.day for start in starts}) == 1:
        yield Rhythm(Every.MONTH_ON_DAY, months, until=until)
    yield Rhythm(Every.WEEK, until=until, weekdays=weekdays)


def _nth(day: date) -> int:
    return (day.day + 6) // 7


def _is_last(day: date) -> bool:
    return (day + _WEEK).month != day.month
