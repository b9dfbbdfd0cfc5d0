"""A zone block exists because a repeated entry keeps its local hour, and calendars know no zone by name alone.

The changes come from the zone database. Those that follow a rule are written as a yearly RRULE, the rest as one
line a date: readers that do not split RDATE:a,b,c were an hour off (docs/decisions/series-carry-their-zone.md).
Sources: RFC 5545 sections 3.6.5 and 3.3.10.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vDatetime, vRecur, vUTCOffset

from convene.calendar.values import Text
from convene.calendar.zones import zone

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# So many years past the last date are looked at. Weekdays and dates come round in 28, so a rule that holds for
# 28 of them without fail is one.
AHEAD = 40
ROUND = 28
_WEEK = timedelta(days=7)
_BEGINNING = datetime.fromisoformat("1970-01-01")


class _Change(NamedTuple):
    """The clocks change when they show `wall`, by the offset before the jump."""

    wall: datetime
    before: timedelta
    after: timedelta
    name: str


class _Rule(NamedTuple):
    """What one of a year's changes has in common with the same one of every other year."""

    month: int
    weekday: int
    days: tuple[int, ...]  # of the month; empty where `nth` says it
    nth: int  # of the weekday in the month, -1 the last; 0 where `days` say it

    def holds(self, wall: datetime) -> bool:
        if (wall.month, wall.weekday()) != (self.month, self.weekday):
            return False
        if self.days:
            return wall.day in self.days
        return _from_the_end(wall) if self.nth == -1 else _nth(wall) == self.nth


def vtimezone(name: str, first: date, last: date) -> Timezone:
    """The block for dates from the first change of the year before `first` to 40 years after `last`.

    Under a rule it holds ever after. TZID is the name itself. Raises zones.UnknownZone.
    """
    zone(name)
    block = Timezone({"TZID": Text(name)})
    for kind, walls, change, rule in _observances(name, first.year - 1, last.year + AHEAD):
        part = (TimezoneDaylight if kind else TimezoneStandard)(
            {
                "DTSTART": vDatetime(walls[0]),
                "TZOFFSETFROM": vUTCOffset(change.before),
                "TZOFFSETTO": vUTCOffset(change.after),
                "TZNAME": Text(change.name),
            }
        )
        if rule is not None:
            part["RRULE"] = _written(rule)
        elif len(walls) > 1:
            # The first is said again, for ical.js does not count DTSTART where there is an RDATE.
            part["RDATE"] = [vDatetime(wall) for wall in walls]
        block.add_component(part)
    return block


_Observance = tuple[bool, tuple[datetime, ...], _Change, _Rule | None]


@lru_cache(maxsize=256)
def _observances(name: str, first: int, last: int) -> tuple[_Observance, ...]:
    """(is it daylight saving, walls, change, rule) for each part of the block, by first wall."""
    changes = _changes(zone(name), first, last)
    by_year = {year: tuple(found) for year, found in groupby(changes, key=lambda one: one.wall.year)}
    cycle = [by_year.get(year, ()) for year in range(last - ROUND + 1, last + 1)]
    rules = _rules(cycle)
    since = last + 1
    while rules and since > first and _follow(by_year.get(since - 1, ()), cycle[-1], rules):
        since -= 1
    parts: list[_Observance] = []
    if since > first:
        start = datetime(first, 1, 1, tzinfo=UTC)
        there = start.astimezone(zone(name))
        offset, called = _offset(zone(name), start), there.tzname() or name
        # Summer time that never ends is standard time: a block needs one part that is.
        daylight = bool(there.dst()) and bool(changes)
        parts.append((daylight, (_BEGINNING,), _Change(_BEGINNING, offset, offset, called), None))
    dated: dict[tuple[bool, timedelta, timedelta, str], list[_Change]] = {}
    for change in changes:
        if change.wall.year < since:
            # A jump ahead that nothing takes back is a new standard time.
            daylight = change.after > change.before and change is not changes[-1]
            dated.setdefault((daylight, *change[1:]), []).append(change)
    for (daylight, *_), found in dated.items():
        parts.append((daylight, tuple(one.wall for one in found), found[0], None))
    for change, rule in zip(by_year.get(since, ()), rules, strict=bool(rules)):
        parts.append((change.after > change.before, (change.wall,), change, rule))
    return tuple(parts)


def _changes(place: ZoneInfo, first: int, last: int) -> list[_Change]:
    """Every change of offset in these years. No zone changes twice within one week."""
    found = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    before = _offset(place, at)
    while at < end:
        soon = at + _WEEK
        if (after := _offset(place, soon)) != before:
            moment = _moment(place, at, soon)
            wall = (moment + before).replace(tzinfo=None)
            found.append(_Change(wall, before, after, moment.astimezone(place).tzname() or place.key))
            before = after
        at = soon
    return [change for change in found if first <= change.wall.year <= last]


def _moment(place: ZoneInfo, early: datetime, late: datetime) -> datetime:
    # Between the two there is one change; by halves to the second.
    before = _offset(place, early)
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        early, late = (middle, late) if _offset(place, middle) == before else (early, middle)
    return late


def _offset(place: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(place).utcoffset() or timedelta()


def _rules(cycle: list[tuple[_Change, ...]]) -> tuple[_Rule, ...]:
    """One rule for each of a year's changes, or none at all where some year goes its own way."""
    per_year = len(cycle[0])
    if any(len(year) != per_year for year in cycle):
        return ()
    rules = [_rule([year[place].wall for year in cycle]) for place in range(per_year)]
    whole = tuple(rule for rule in rules if rule is not None)
    return whole if len(whole) == per_year and all(_follow(y, cycle[-1], whole) for y in cycle) else ()


def _rule(walls: list[datetime]) -> _Rule | None:
    month, weekday = walls[0].month, walls[0].weekday()
    if all(_from_the_end(wall) for wall in walls):
        return _Rule(month, weekday, (), -1)
    if len({_nth(wall) for wall in walls}) == 1:
        return _Rule(month, weekday, (), _nth(walls[0]))
    days = tuple(sorted({wall.day for wall in walls}))
    return _Rule(month, weekday, days, 0) if days[-1] - days[0] == len(days) - 1 == 6 else None


def _follow(year: Iterable[_Change], model: tuple[_Change, ...], rules: tuple[_Rule, ...]) -> bool:
    """Whether this year's changes are those of the model year, each on the day that its rule says."""
    found = tuple(year)
    return len(found) == len(model) and all(
        one[1:] == other[1:] and one.wall.time() == other.wall.time() and rule.holds(one.wall)
        for one, other, rule in zip(found, model, rules, strict=True)
    )


def _written(rule: _Rule) -> vRecur:
    weekday = WEEKDAYS[rule.weekday]
    yearly: dict[str, object] = {"FREQ": "YEARLY", "BYMONTH": rule.month}
    if rule.days:
        return vRecur({**yearly, "BYMONTHDAY": list(rule.days), "BYDAY": weekday})
    return vRecur({**yearly, "BYDAY": f"{rule.nth}{weekday}"})


def _nth(wall: datetime) -> int:
    return (wall.day + 6) // 7


def _from_the_end(wall: datetime) -> bool:
    return (wall + _WEEK).month != wall.month
