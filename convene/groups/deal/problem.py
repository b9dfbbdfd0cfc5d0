"""The values that go into a deal and come out of it, so that no caller needs to know how the engine works."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Groups = tuple[tuple[str, ...], ...]

NOTHING_SERVED: Mapping[str, int] = MappingProxyType({})


class Invalid(ValueError):
    """The problem is not well formed: one plain sentence names what is wrong."""


class Refused(Exception):
    """The hard rules cannot all hold: one plain sentence for each clash, naming everybody in it."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices in one currency. A first repeat is the yardstick: everything else says how much of a repeat it
    is worth."""

    repeat: float = 30
    organisation: float = 6
    sector: float = 2
    place: float = 1
    seniors: float = 3
    lone_newcomer: float = 12
    newcomers_alone: float = 12
    moved: float = 40
    drawn: float = 8


@dataclass(frozen=True, slots=True)
class Guest:
    """One person as the deal sees them: no name, no address, only what bears on who sits with whom."""

    id: str
    organisation: str | None = None
    sector: str | None = None
    place: str | None = None
    newcomer: bool = False
    senior: bool = False
    facilitator: bool = False
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pin:
    """People who stay in one group of one round while all others are dealt: as hard as any rule.

    round   from 1 over all rounds, held ones included, as in a caveat; a round that is held needs no pin
    group   from 1, as in the plan
    whole   nobody may join them but others pinned there. It rests while one of them is absent; the
            others stay all the same.
    """

    round: int
    group: int
    people: tuple[str, ...]
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything one deal depends on. The same Problem gives the same Plan on any machine.

    rounds      all rounds, those already held included
    served      how many groups of each round can serve a need: the first k in the list; a need not named here
                is served by every group
    together    lists of people who move as one block, joined where they overlap
    met         (one, other, price of meeting again) from earlier events
    held, told  rounds of groups of ids: already held, and already announced for the rounds after those
    present     who is here; None means everybody
    pinned      who stays where in rounds still to deal; an absent person's pin rests
    drawn       pairs with a reason to meet: each time they share a group takes `weights.drawn` off the price
    ways        who comes by which way, if by more than one (`ways.deal_by_ways`); one deal alone does not look at it
    """

    people: tuple[Guest, ...]
    group_size: int
    rounds: int = 1
    seed: int = 1
    facilitated: bool = False
    served: Mapping[str, int] = field(default_factory=lambda: NOTHING_SERVED)
    apart: tuple[tuple[str, str], ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    met: tuple[tuple[str, str, float], ...] = ()
    held: tuple[Groups, ...] = ()
    told: tuple[Groups, ...] = ()
    present: frozenset[str] | None = None
    weights: Weights = Weights()
    pinned: tuple[Pin, ...] = ()
    drawn: tuple[tuple[str, str], ...] = ()
    ways: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Caveat:
    """Why one group is imperfect. Rounds count from 1 over all rounds, groups from 1 within their round."""

    round: int
    group: int
    text: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The rounds after the held ones, with figures recounted from the groups themselves.

    repeats         times a pair shares a group that it had shared before in this plan, held rounds included
    least_repeats   no deal of this problem can have fewer (see bounds)
    met_again       times a pair with a `met` entry shares a group
    moved           told people present who do not sit in the group matched to theirs
    cost            the price of the rounds returned (see score)
    because         sentences for the organiser: what binds, and what would lower it
    """

    rounds: tuple[Groups, ...]
    repeats: int
    least_repeats: int
    met_again: int
    lone_newcomers: int
    same_organisation: int
    moved: int
    cost: float
    seed: int
    caveats: tuple[Caveat, ...]
    because: tuple[str, ...]


def price_of_meeting(age_in_events: int) -> float:
    """The price of meeting again after one earlier meeting `age_in_events` events ago: as dear as a repeat at
    first, fading by about a third an event."""
    return float(30 * 0.65**age_in_events)
