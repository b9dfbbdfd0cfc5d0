"""The rules of circles: somebody asks to join, an action is due, a member was missed, sessions without an action."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.nudges.rules.base import Call, Timing

FEW_DAYS = timedelta(days=4)
ASK_LASTS = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Due:
    """An action that somebody said they would do; `due_at` is the end of its day."""

    due_at: datetime
    state: str  # owned, doing, done, dropped
    owned_at: datetime | None = None  # when it came to this person
    still_theirs: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody's wish to join a circle, for its host."""

    asked_at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """A member's last two sessions, both over and marked."""

    last_ended_at: datetime
    missed_both: bool  # neither came nor said before that they could not
    still_member: bool = True
    host_is_member: bool = False  # the one who would be told


@dataclass(frozen=True, slots=True)
class NoAction:
    """A circle whose last two sessions left no action; it is said with the next agenda."""

    next_starts_at: datetime
    sessions_without: int
    has_open_action: bool


def action_due(action: Due, timing: Timing, step: int = 1) -> Call:
    """N14: three days before an action is due; and once two days after."""
    if step == 1:
        due_at, until = action.due_at - timing.away, action.due_at
    else:
        due_at = action.due_at + (timing.again or timedelta())
        until = due_at + FEW_DAYS
    stop = ""
    if action.state == "done":
        stop = "it is done"
    elif action.state == "dropped":
        stop = "it was dropped"
    elif not action.still_theirs:
        stop = "somebody else does it now"
    elif step == 1 and action.owned_at and action.owned_at > due_at:
        stop = "they took it on a moment ago"
    return Call(due_at, until, "they said they would do this", stop)


def asked_to_join(ask: Asked, timing: Timing, step: int = 1) -> Call:
    """N18: at once to the host; again after three days without an answer."""
    due_at = ask.asked_at + timing.away
    if step > 1:
        due_at += timing.again or timedelta()
    stop = "it has been answered" if ask.answered else ""
    return Call(due_at, due_at + ASK_LASTS, "somebody asked to join a circle that they host", stop)


def missed_two(absence: Missed, timing: Timing, step: int = 1) -> Call:
    """N19: the day after the second session running that a member missed; to the host, gently."""
    due_at = absence.last_ended_at + timing.away
    stop = ""
    if not absence.still_member:
        stop = "they have left the circle"
    elif absence.host_is_member:
        stop = "the host is the one who was missed"
    elif not absence.missed_both:
        stop = "they were not missed twice after all"
    return Call(due_at, due_at + FEW_DAYS, "a member missed two sessions of a circle that they host", stop)


def no_action_yet(circle: NoAction, timing: Timing, step: int = 1) -> Call:
    """N20: with the next agenda, where two sessions passed without anybody taking anything on."""
    due_at = circle.next_starts_at - timing.away
    stop = ""
    if circle.has_open_action:
        stop = "somebody has taken an action on"
    elif circle.sessions_without < 2:
        stop = "the last sessions did lead to an action"
    return Call(
        due_at, circle.next_starts_at, "two sessions of a circle that they host led to no action", stop
    )
