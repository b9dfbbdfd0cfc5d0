"""The rules around one event: a plan a week before, a reminder, thanks, and whether a group met."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.nudges.rules.base import Call, Timing

THANK_LASTS = timedelta(hours=18)  # thanked 18 to 36 hours after the end
MEET_LASTS = timedelta(days=4)  # asked on the next day or the days after, and before it is asked again
REMINDED_AHEAD = timedelta(days=1)  # a reminder tells of what else comes on its day
LAST_MINUTES = timedelta(minutes=10)  # before the start, in which a reminder only makes people late
HELD_A_PLACE = "they had a place at this event"
HAS_PLACE = "they have a place at this event"


@dataclass(frozen=True, slots=True)
class Part:
    """One person's part in one event; moments in UTC."""

    starts_at: datetime
    ends_at: datetime
    state: str  # of the signup
    confirmed_at: datetime | None
    answered: bool = False  # what this rule asks was answered
    group_asked: bool = False  # N9 asks about their group instead


@dataclass(frozen=True, slots=True)
class Meeting:
    """One person's seat in a group that was to meet."""

    met_at: datetime  # when the group was to meet
    state: str  # of the signup, or confirmed where there is none
    others: int  # people in the group beside them who are still known
    answered: bool = False


def plan(part: Part, timing: Timing, step: int = 1) -> Call:
    """N2: a week before, "How will you get there?" A date and a time in mind are kept more often (Milkman 2011)."""
    due_at, until = part.starts_at - timing.away, part.starts_at - timedelta(days=1)
    stop = ""
    if part.state != "confirmed":
        stop = "they no longer have a place"
    elif part.confirmed_at and part.confirmed_at > due_at:
        stop = "they took their place after that"
    elif part.answered:
        stop = "they have answered"
    return Call(due_at, until, HAS_PLACE, stop)


def reminder(part: Part, timing: Timing, step: int = 1) -> Call:
    """N3: one day before, to those with a place, not to somebody who took it within that day; a second an hour before.

    A second one is for those who chose it, or for an event online whose host did.
    """
    away = timing.away if step == 1 or timing.again is None else timing.again
    due_at, until = part.starts_at - away, part.starts_at
    stop = ""
    if part.state != "confirmed":
        stop = "they no longer have a place"
    elif part.confirmed_at and part.confirmed_at > due_at:
        stop = "they took their place within the last day" if step == 1 else "they took their place just now"
    if step > 1:
        until -= LAST_MINUTES
    return Call(due_at, until, HAS_PLACE, stop)


def thank_you(part: Part, timing: Timing, step: int = 1) -> Call:
    """N12: 18 to 36 hours after the end, to all who had a place; the words depend on whether they came."""
    due_at = part.ends_at + timing.away
    stop = ""
    if part.state != "confirmed":
        stop = "they had no place"
    elif part.answered:
        stop = "they have answered"
    elif part.group_asked:
        stop = "they are asked about their group instead"
    return Call(due_at, due_at + THANK_LASTS, HELD_A_PLACE, stop)


def did_you_meet(meeting: Meeting, timing: Timing, step: int = 1) -> Call:
    """N9: the day after a group of a circle was to meet, or as long after an event as its hosts chose who asked its
    groups to meet again; and once more five days on, to whoever has not answered."""
    due_at = meeting.met_at + timing.away
    if step > 1:
        due_at += timing.again or timedelta()
    stop = ""
    if meeting.answered:
        stop = "they have answered"
    elif meeting.state != "confirmed":
        stop = "they had no place"
    elif not meeting.others:
        stop = "nobody else of their group is left"
    return Call(due_at, due_at + MEET_LASTS, "their group was to meet", stop)
