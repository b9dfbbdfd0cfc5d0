"""What may come of a tie, when it is asked about, and how counts of what people said in confidence may be told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# What somebody may say came of it; the first three say that the two are in touch.
CAME = {
    "in_touch": "We are in touch",
    "together": "We are working on something together",
    "started": "Something new was started",
    "not_now": "Not at the moment",
    "": "I would rather not say",
}
IN_TOUCH = ("in_touch", "together", "started")
# Each use of their words is a yes of its own.
USES = {
    "private": "Keep it between me and this page",
    "hosts": "Tell the organisers, without names",
    "story": "It may be told as a story; ask me before my name stands in it",
}
ASKED_AFTER = (timedelta(weeks=6), timedelta(days=182))
STILL_ASKED = timedelta(days=14)  # after which a question that could not be sent in time is not sent at all
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Side:
    """One person's side of a tie, as far as the question what came of it needs it."""

    made_at: datetime
    ended_at: datetime | None
    answered_at: datetime | None
    other_is_known: bool


def step_due(side: Side, now: datetime) -> int | None:
    """N13: which question is due, 1 at six weeks or 2 at six months; none before, after, answered since, or ended.

    It follows from this person's own side alone: what the other did, or left undone, moves nothing.
    """
    if side.ended_at or not side.other_is_known:
        return None
    for step, after in reversed(list(enumerate(ASKED_AFTER, 1))):
        due = side.made_at + after
        if due <= now:
            answered = side.answered_at is not None and side.answered_at >= due
            return None if answered or now >= due + STILL_ASKED else step
    return None


def at_least(count: int) -> int:
    """Down to the next five: nought and four read the same."""
    return max(0, count) // ENOUGH * ENOUGH


def at_most(count: int, of: int) -> int:
    """Up to the next five, and never more than there are."""
    return min(-(-max(0, count) // ENOUGH) * ENOUGH, of)


@dataclass(frozen=True, slots=True)
class Told:
    """A count as it may be told: the truth is never outside. `of` is how many there are, or none where no share is."""

    least: int
    most: int
    of: int | None = None

    @property
    def hidden(self) -> bool:
        """Fewer than five, or nobody knows: nothing that could be told of anybody."""
        return self.of is not None and self.of < ENOUGH

    @property
    def percent(self) -> tuple[int, int]:
        whole = max(1, self.of or 0)
        return self.least * 100 // whole, -(-self.most * 100 // whole)


def told(known: int, may_be: int, of: int | None = None) -> Told:
    """`known` so many, and `may_be` so many with everybody silent added."""
    top = may_be if of is None else of
    least = at_least(min(known, top))
    most = at_most(max(known, may_be), top) if of is not None else -(-max(known, may_be) // ENOUGH) * ENOUGH
    return Told(least, max(most, least), of)
