"""Who of a circle's line comes in next, where people in it and people in line may have to be kept apart.

Whoever must be kept apart from somebody inside waits, and for a while everybody behind them does: to all of them the
circle is full. So nobody learns by pressing, by leaving, or by asking under a second name, that it was about a rule.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

HOLDS = timedelta(days=7)  # or until the lead has answered; after that the line passes by whoever is held

Pair = frozenset[int]


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in line, or who left it; `fresh`: asked less than HOLDS ago."""

    person: int
    number: int
    waits: bool
    fresh: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Who is inside, who waits in order, who is kept out by whom, and of which pairs the lead has said what.

    A rule that somebody made themselves holds the other and not them: else they could make one about anybody, and
    see by it in which circles that person is.
    """

    inside: frozenset[int]
    places: tuple[Place, ...] = ()
    apart: frozenset[tuple[int, int]] = frozenset()  # who is held, and because of whom
    let_in: frozenset[Pair] = frozenset()
    left_in_line: frozenset[Pair] = frozenset()

    def against(self, person: int) -> set[int]:
        """Who inside must be kept apart from them, but those with whom the lead has let them in."""
        others = {other for held, other in self.apart if held == person and other in self.inside}
        return {other for other in others if frozenset((person, other)) not in self.let_in}

    def undecided(self, person: int) -> bool:
        return any(frozenset((person, other)) not in self.left_in_line for other in self.against(person))

    def stands_at(self) -> int | None:
        """The number in line behind which nobody comes in for now."""
        return next((one.number for one in self.places if one.fresh and self.undecided(one.person)), None)

    def next_in(self) -> int | None:
        """Who has the next free place, if anybody in line may."""
        stands_at = self.stands_at()
        for one in self.places:
            if one.waits and not self.against(one.person):
                return one.person if stands_at is None or one.number < stands_at else None
        return None

    def takes(self, person: int) -> bool:
        """Whether somebody new may have a place that nobody in line can have."""
        return not self.against(person) and self.stands_at() is None

    def seated(self, person: int) -> "Line":
        rest = tuple(one for one in self.places if one.person != person)
        return replace(self, inside=self.inside | {person}, places=rest)
