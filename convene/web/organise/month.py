"""The programme as a month: weeks of seven days, each with what is on that day where the host is."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from convene.calendar import zones
from convene.events.models import Event

NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FIRST, LAST = 2000, 2100  # years that may be leafed to


@dataclass(frozen=True, slots=True)
class Month:
    """`weeks` of (day, its events); a day outside the month is none. `before` and `after` name other months."""

    name: str
    weeks: list[list[tuple[date | None, list[Event]]]]
    before: str
    after: str
    today: date


def asked_for(text: str, now: datetime, zone: str) -> tuple[int, int]:
    """The year and month of "2026-05"; of anything else, this month's."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if found and FIRST <= int(found[1]) <= LAST and 1 <= int(found[2]) <= 12:
        return int(found[1]), int(found[2])
    today = zones.local(now, zone).date()
    return today.year, today.month


def month(year: int, number: int, events: Sequence[Event], now: datetime, zone: str) -> Month:
    """What is on in a month, each event on the day on which it starts where it is."""
    on: dict[date, list[Event]] = {}
    for event in sorted(events, key=lambda one: (one.starts_at, one.id)):
        on.setdefault(zones.local(event.starts_at, event.zone).date(), []).append(event)
    weeks = [
        [(day, on.get(day, [])) if day.month == number else (None, []) for day in week]
        for week in calendar.Calendar().monthdatescalendar(year, number)
    ]
    count = year * 12 + number - 1
    before, after = (f"{(count + step) // 12:04}-{(count + step) % 12 + 1:02}" for step in (-1, 1))
    today = zones.local(now, zone).date()
    return Month(f"{date(year, number, 1):%B} {year}", weeks, before, after, today)
