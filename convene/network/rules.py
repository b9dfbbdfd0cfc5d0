"""What may come of a tie, and how counts of what people said in confidence may be told."""

from dataclasses import dataclass

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
    "story": "It may be told as a story, without names",
}
ENOUGH = 5


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
