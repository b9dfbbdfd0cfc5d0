"""Quiet hours exist so that no nudge wakes anybody and no offer runs out while its person sleeps.

Quiet is from 20:00 until 08:00 on the clocks of the zone. Lengths are measured between moments in UTC, so a
night with a clock change is an hour longer or shorter and a waking day is what it really was.
"""

from datetime import UTC, datetime, time, timedelta

from convene.calendar.zones import local, zone

WAKES = time(8)
SLEEPS = time(20)


class BackwardsTime(ValueError):
    """A length of time to add must not be negative."""


def is_quiet(when_utc: datetime, name: str) -> bool:
    """Whether clocks in the zone show 20:00 or later, or earlier than 08:00."""
    return not WAKES <= local(when_utc, name).time() < SLEEPS


def end_of_quiet(when_utc: datetime, name: str) -> datetime:
    """The moment itself, in UTC, or when it is quiet the next 08:00."""
    there = local(when_utc, name)
    if WAKES <= there.time() < SLEEPS:
        return there.astimezone(UTC)
    morning = there.date() if there.time() < WAKES else there.date() + timedelta(days=1)
    return _at(datetime.combine(morning, WAKES), name)


def add_waking(when_utc: datetime, duration: timedelta, name: str) -> datetime:
    """The first moment, in UTC, by which this much time outside the quiet hours has gone by.

    So a length that just fills a day ends at 20:00, not at 08:00 next morning. Raises BackwardsTime.
    """
    if duration < timedelta():
        raise BackwardsTime("a length of time to add is not negative")
    now, left = local(when_utc, name).astimezone(UTC), duration
    while left:
        now = end_of_quiet(now, name)
        evening = _at(datetime.combine(local(now, name).date(), SLEEPS), name)
        if left <= evening - now:
            return now + left
        left -= evening - now
        now = evening
    return now


def _at(wall: datetime, name: str) -> datetime:
    # Unlike zones.utc this never refuses: where a day was skipped at the date line, the next one's hour
    # stands for it.
    return wall.replace(tzinfo=zone(name)).astimezone(UTC)
