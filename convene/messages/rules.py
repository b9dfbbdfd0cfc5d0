"""When the one letter about new events goes: once a week, of use for two days, and nothing in it twice."""

from datetime import date, datetime, time, timedelta

from convene.calendar import zones

DAY, HOUR = 1, time(9)  # Tuesday at nine: people are back at their mail, and the week is still ahead
USEFUL = timedelta(days=2)
LOOKED_BACK = timedelta(days=28)  # what is older is no news, also to somebody who had no letter for weeks


def last_turn(now: datetime, zone: str) -> datetime:
    """The latest Tuesday, nine o'clock in this zone, that is not after now."""
    here = zones.local(now, zone)
    day = here.date() - timedelta(days=(here.weekday() - DAY) % 7)
    turn = moment(day, zone)
    return turn if turn <= now else moment(day - timedelta(days=7), zone)


def next_turn(now: datetime, zone: str) -> datetime:
    return moment(zones.local(last_turn(now, zone), zone).date() + timedelta(days=7), zone)


def moment(day: date, zone: str) -> datetime:
    """That hour of a day; of a day that was left out at the date line, the same hour in UTC."""
    at = datetime.combine(day, HOUR)
    try:
        return zones.utc(at, zone)
    except zones.NoSuchTime:
        return zones.utc(at, "UTC")


def is_due(now: datetime, zone: str) -> bool:
    """Whether the letter of this week may still be written."""
    return now - last_turn(now, zone) < USEFUL


def is_new(announced: datetime, since: datetime, turn: datetime) -> bool:
    """Whether an event announced then is news in this turn's letter for somebody who knows all up to `since`."""
    return max(since, turn - LOOKED_BACK) < announced <= turn
