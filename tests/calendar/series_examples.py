"""Series that the tests start from, each with every session that a calendar must then show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from convene.calendar.rhythm import Every, Rhythm
from convene.calendar.series import Series, Session
from convene.calendar.zones import zone as zone_of
from tests.calendar.examples import EVENT, event
from tests.calendar.series_readers import Seen

ZONES = [
    "Europe/London",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "America/Santiago",
    "Africa/Cairo",
    "UTC",
]
# A summer's day and a winter's, on each half of the earth, and one that no table of changes reaches; each is a
# Tuesday, the second of its month.
FIRSTS = [datetime(2026, 7, 14, 18, 30), datetime(2027, 1, 12, 18, 30), datetime(2050, 7, 12, 18, 30)]
# node-ical asks Node for a zone by name and not the file. Morocco changes its law more often than the two tables,
# Node's and ours, are of one year.
ITS_OWN_LAW = {"Africa/Casablanca"}
LENGTH = timedelta(minutes=90)
WEEK = timedelta(days=7)


def at(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=zone_of(zone)).astimezone(UTC)


def seen(wall: datetime, zone: str, title: str = EVENT.title, location: str = EVENT.location) -> Seen:
    return Seen(at(wall, zone), at(wall + LENGTH, zone), title, location)


def series(
    zone: str, first: datetime, dates: Rhythm | tuple[datetime, ...], *sessions: Session, sequence: int = 3
) -> Series:
    starts = at(first, zone)
    whole = event(zone=zone, starts_at=starts, ends_at=starts + LENGTH, sequence=sequence)
    return Series(whole, dates, sessions)


class Case(NamedTuple):
    """What is sent, and every session that a calendar must then show."""

    made: Series
    wanted: list[Seen]


WEEKLY = Rhythm(Every.WEEK, count=53)
MOVED_BY = timedelta(days=1, hours=-3)


def weekly(zone: str, first: datetime) -> Case:
    return Case(series(zone, first, WEEKLY), [seen(first + WEEK * week, zone) for week in range(53)])


def fortnightly(zone: str, first: datetime) -> Case:
    rhythm = Rhythm(Every.WEEK, 2, until=(first + WEEK * 52).date())
    return Case(series(zone, first, rhythm), [seen(first + WEEK * week, zone) for week in range(0, 53, 2)])


def months(first: datetime) -> list[datetime]:
    return [
        first.replace(
            year=first.year + (first.month + month - 1) // 12, month=(first.month + month - 1) % 12 + 1
        )
        for month in range(13)
    ]


def monthly_by_day(zone: str, first: datetime) -> Case:
    rhythm = Rhythm(Every.MONTH_ON_DAY, count=13)
    return Case(series(zone, first, rhythm), [seen(start, zone) for start in months(first)])


def monthly_by_weekday(zone: str, first: datetime) -> Case:
    wanted = []
    for start in months(first):
        tuesday = next(day for day in range(8, 15) if start.replace(day=day).weekday() == 1)
        wanted.append(seen(start.replace(day=tuesday), zone))
    return Case(series(zone, first, Rhythm(Every.MONTH_ON_WEEKDAY, count=13)), wanted)


def a_list_of_days(zone: str, first: datetime) -> Case:
    starts = tuple(first + timedelta(days=days) for days in (0, 3, 11, 80, 101, 260, 300, 365))
    return Case(series(zone, first, starts), [seen(start, zone) for start in starts])


def weeks_the_host_skips(zone: str, first: datetime) -> Case:
    starts = tuple(first + WEEK * week for week in (0, 1, 2, 4, 5, 10, 11, 30, 31, 52))
    return Case(series(zone, first, starts), [seen(start, zone) for start in starts])


def moved(zone: str, first: datetime) -> Case:
    """One in the middle, on another day at another hour, with words of its own; and the first of all."""
    case, there, places = weekly(zone, first), first + WEEK * 20, {0, 20}
    sessions = (
        Session(there, at(there + MOVED_BY, zone), title="Moved; here", location="Barn", sequence=4),
        Session(first, at(first + timedelta(hours=1), zone)),
    )
    wanted = [one for week, one in enumerate(case.wanted) if week not in places]
    wanted += [seen(there + MOVED_BY, zone, "Moved; here", "Barn"), seen(first + timedelta(hours=1), zone)]
    return Case(series(zone, first, WEEKLY, *sessions, sequence=4), wanted)


def one_off(zone: str, first: datetime) -> Case:
    case, there = weekly(zone, first), first + WEEK * 20
    made = series(zone, first, WEEKLY, Session(there, cancelled=True), sequence=4)
    return Case(made, [one for one in case.wanted if one.starts != at(there, zone)])


def the_first_off(zone: str, first: datetime) -> Case:
    made = series(zone, first, WEEKLY, Session(first, cancelled=True), sequence=4)
    return Case(made, weekly(zone, first).wanted[1:])


def on_again(zone: str, first: datetime) -> Case:
    made = series(zone, first, WEEKLY, Session(first + WEEK * 20, cancelled=False), sequence=5)
    return Case(made, weekly(zone, first).wanted)


def on_again_and_moved_while_another_is_off(zone: str, first: datetime) -> Case:
    back, off, case = first + WEEK * 20, first + WEEK * 40, weekly(zone, first)
    sessions = Session(back, at(back + MOVED_BY, zone)), Session(off, cancelled=True)
    wanted = [one for week, one in enumerate(case.wanted) if week not in {20, 40}]
    return Case(series(zone, first, WEEKLY, *sessions, sequence=6), [*wanted, seen(back + MOVED_BY, zone)])


def alone(zone: str, first: datetime) -> Case:
    return Case(series(zone, first, (first,)), [seen(first, zone)])


CASES: list[Callable[[str, datetime], Case]] = [
    weekly,
    fortnightly,
    monthly_by_day,
    monthly_by_weekday,
    a_list_of_days,
    weeks_the_host_skips,
    moved,
    one_off,
    the_first_off,
    on_again,
    on_again_and_moved_while_another_is_off,
    alone,
]
