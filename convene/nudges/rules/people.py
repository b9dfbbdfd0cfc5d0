"""The rules about one person, a tie between two, and a host's own list: what came of it, is it still true, what is left
to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.nudges.rules.base import Call, Timing
from convene.offers.rules import SOON

CAME_LASTS = timedelta(days=21)
TRUE_LASTS = timedelta(days=60)
SILENCE_LASTS = timedelta(days=30)
TO_DO_LASTS = timedelta(hours=4)  # a list of the morning is none of the evening
ASKED_BEFORE_PAUSE, PAUSED_AT = 2, 3  # asks in a row without an answer


@dataclass(frozen=True, slots=True)
class Agreed:
    """Two who both said yes to hearing from each other, seen by one of them."""

    since: datetime
    answered: bool = False  # at this step
    ended: bool = False  # by this one: what the other did moves nothing
    snoozed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody told us about themself, an offer or a tie, and when it was last touched or asked about."""

    touched_at: datetime
    gone: bool = False  # nothing of it is kept any more
    ends_at: datetime | None = None  # when the first of their offers and asks runs out

    @property
    def runs_out(self) -> datetime | None:
        """So long before that end that there is time to renew it."""
        return self.ends_at - SOON if self.ends_at else None


@dataclass(frozen=True, slots=True)
class Silence:
    """The asks in a row left unanswered since somebody's last act of any kind: one at least, the newest last."""

    asked_at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Tasks:
    """What waits for one host, and the moment of the day when they want to hear of it."""

    open: int
    hour_at: datetime  # today at the chosen hour, in UTC


def what_came(tie: Agreed, timing: Timing, step: int = 1) -> Call:
    """N13: six weeks after both said yes, and half a year after it."""
    away = timing.away if step == 1 or timing.again is None else timing.again
    due_at = tie.since + away
    stop = ""
    if tie.ended:
        stop = "they ended it"
    elif tie.answered:
        stop = "they have answered"
    elif tie.snoozed:
        stop = "they asked not to be asked"
    return Call(due_at, due_at + CAME_LASTS, "they and somebody both said yes to staying in touch", stop)


def still_true(kept: Kept, timing: Timing, step: int = 1) -> Call:
    """N15: half a year after somebody last touched what they told us, or when an offer or an ask soon runs out."""
    due_at, why = kept.touched_at + timing.away, "what they told us was last looked at half a year ago"
    if kept.runs_out and kept.runs_out < due_at:
        due_at, why = kept.runs_out, "something that they can give or seek runs out soon"
    stop = "nothing of it is kept any more" if kept.gone else ""
    return Call(due_at, due_at + TRUE_LASTS, why, stop)


def welcome_back(silence: Silence, timing: Timing, step: int = 1) -> Call:
    """N16: two asks in a row without an answer, would they like a pause? Three: paused (step 2), and told so."""
    wanted = ASKED_BEFORE_PAUSE if step == 1 else PAUSED_AT
    due_at = silence.asked_at[min(wanted, len(silence.asked_at)) - 1] + timing.away
    stop = "" if len(silence.asked_at) >= wanted else "they have answered, or signed up again"
    return Call(due_at, due_at + SILENCE_LASTS, "they left several letters unanswered", stop)


def to_do(tasks: Tasks, timing: Timing, step: int = 1) -> Call:
    """N17: one list a day at the chosen hour, and none if it is empty."""
    stop = "" if tasks.open else "nothing is left to do"
    return Call(tasks.hour_at, tasks.hour_at + TO_DO_LASTS, "there are things for them to do", stop)
