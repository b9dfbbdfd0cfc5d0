"""When a member hears of posts by mail: of each, once a day, once a week, or never; and up to which post."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from convene.calendar import zones

CHOICES = {
    "every": "Each one as it is written",
    "daily": "Once a day, if there is something new",
    "weekly": "Once a week, if there is something new",
    "none": "Nothing by mail: I look here",
}
HOUR = time(8, 0)  # of their own morning, so that nothing is held for the night
WEEKDAY = 0  # Monday
SETTLES = timedelta(minutes=10)  # a post can be mended before it is mailed


@dataclass(frozen=True, slots=True)
class Cut:
    """What a digest holds: posts written after `after`, up to and with `until`."""

    after: datetime
    until: datetime


def cut(choice: str, zone: str, told_until: datetime, now: datetime) -> Cut | None:
    """What to tell this member now, or none: moments in UTC; `told_until` is the cut of the last telling.

    A daily digest is cut at 08:00 on the clocks of `zone`, a weekly one at 08:00 on Monday; each post (`every`)
    ten minutes after it was written. A worker that was away for days sends one digest, not three.
    """
    if choice == "every":
        until = now - SETTLES
    elif choice in ("daily", "weekly"):
        until = last_cut(choice, zone, now)
    else:
        return None
    return Cut(told_until, until) if until > told_until else None


def last_cut(choice: str, zone: str, now: datetime) -> datetime:
    """The latest moment of cutting that has come."""
    there = zones.local(now, zone)
    day = there.date()
    if choice == "weekly":
        day -= timedelta(days=(day.weekday() - WEEKDAY) % 7)
    found = moment(datetime.combine(day, HOUR), zone)
    if found > now:
        step = timedelta(days=7 if choice == "weekly" else 1)
        found = moment(datetime.combine(day - step, HOUR), zone)
    return found


def moment(wall: datetime, zone: str) -> datetime:
    """That wall time there; an hour later where the clocks skip it."""
    try:
        return zones.utc(wall, zone)
    except zones.NoSuchTime:
        return zones.utc(wall + timedelta(hours=1), zone)
