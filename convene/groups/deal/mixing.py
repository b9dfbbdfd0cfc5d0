"""How mixed a deal is beside drawing names from a hat: the organiser's strip of figures, without NumPy.

The hat knows no rule and no history; it fills groups of the same sizes. What it does on average needs no drawing: two
people share a group of a round of n with the chance p = sum C(size, 2) / C(n, 2), whoever they are, so that

    pairs of a kind that meet      (pairs of that kind) * sum of p over the rounds
    pairs that meet at all         (pairs new to each other) * (1 - product of (1 - p))
    groups with one newcomer       sum over groups of K * C(n - K, size - 1) / C(n, size), K newcomers in all

by linearity of expectation and the hypergeometric law (Feller, An Introduction to Probability Theory, I, chapters
II.6 and IX). Exact, and thousands of times cheaper than to draw; `convene.groups.deal.lots` draws as well.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

from .faults import present
from .kin import joined
from .problem import Groups, Problem

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Mixture:
    """Figures over the rounds after the held ones, as a plan counts them; whole for a plan, means for the hat.

    met_each            people whom each person present sits with at least once, on average; held rounds count here
    repeats             times a pair shares a group that it had shared before in this plan, held rounds included
    met_again           times a pair with a `met` entry shares a group
    same_organisation, same_sector, same_place    times two of one kind share a group
    lone_newcomers      groups with exactly one

    Pairs inside one keep-together block count nowhere: nobody chose them.
    """

    met_each: float
    repeats: float
    met_again: float
    same_organisation: float
    same_sector: float
    same_place: float
    lone_newcomers: float


@dataclass(frozen=True, slots=True)
class Mixing:
    """The figures of a plan, and what names drawn from a hat come to on average."""

    plan: Mixture
    chance: Mixture


KINDS = ("organisation", "sector", "place")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures need to know of the people present, worked out once."""

    here: frozenset[str]
    kind: dict[str, dict[str, str]]
    newcomers: frozenset[str]
    kin: frozenset[Pair]
    met: frozenset[Pair]
    held: frozenset[Pair]

    @classmethod
    def of(cls, problem: Problem) -> "Facts":
        here = frozenset(present(problem))
        people = [person for person in problem.people if person.id in here]
        blocks = joined([each for each in names if each in here] for names in problem.together)
        kin = frozenset(pair for block in blocks for pair in combinations(block, 2))
        met = frozenset(_pair(one, two) for one, two, _ in problem.met if one in here and two in here) - kin
        held = frozenset(pair for groups in problem.held for pair in pairs_of(groups, here)) - kin
        return cls(
            here,
            {
                kind: {person.id: label for person in people if (label := getattr(person, kind))}
                for kind in KINDS
            },
            frozenset(person.id for person in people if person.newcomer),
            kin,
            met,
            held,
        )


def mixing(problem: Problem, rounds: Sequence[Groups]) -> Mixing:
    """Both figures for the rounds after the held ones: a plan's own, or as they stand after moves by hand."""
    facts = Facts.of(problem)
    return Mixing(mixture(facts, rounds), by_chance(facts, rounds))


def mixture(facts: Facts, rounds: Sequence[Groups]) -> Mixture:
    """The figures of these rounds; ids of nobody present count nowhere."""
    now = Counter(pair for groups in rounds for pair in pairs_of(groups, facts.here))
    for pair in facts.kin & now.keys():
        del now[pair]
    again = sum(count - (pair not in facts.held) for pair, count in now.items())

    def alike(kind: str) -> int:
        of = facts.kind[kind]
        return sum(count for (one, two), count in now.items() if one in of and of[one] == of.get(two))

    return Mixture(
        met_each=2 * len(facts.held | now.keys()) / max(1, len(facts.here)),
        repeats=again,
        met_again=sum(now[pair] for pair in facts.met & now.keys()),
        same_organisation=alike("organisation"),
        same_sector=alike("sector"),
        same_place=alike("place"),
        lone_newcomers=sum(
            len(facts.newcomers.intersection(group)) == 1 for groups in rounds for group in groups
        ),
    )


def by_chance(facts: Facts, rounds: Sequence[Groups]) -> Mixture:
    """What the hat comes to on average for groups of these sizes, everybody present seated once a round."""
    sizes = [[size for group in groups if (size := len(facts.here.intersection(group)))] for groups in rounds]
    n, newcomers = len(facts.here), len(facts.newcomers)
    chances = [sum(comb(size, 2) for size in each) / max(1, comb(n, 2)) for each in sizes]
    meets, ever = sum(chances), 1 - prod(1 - chance for chance in chances)
    fresh = comb(n, 2) - len(facts.kin) - len(facts.held)
    return Mixture(
        met_each=2 * (len(facts.held) + fresh * ever) / max(1, n),
        repeats=len(facts.held) * meets + fresh * (meets - ever),
        met_again=len(facts.met) * meets,
        same_organisation=_alike(facts, "organisation") * meets,
        same_sector=_alike(facts, "sector") * meets,
        same_place=_alike(facts, "place") * meets,
        lone_newcomers=sum(
            newcomers * comb(n - newcomers, size - 1) / comb(n, size)
            for each in sizes
            for size in each
            if size <= n
        ),
    )


def _alike(facts: Facts, kind: str) -> int:
    """Pairs of one kind among the people present, those of one block left out."""
    of = facts.kind[kind]
    inside = sum(one in of and of[one] == of.get(two) for one, two in facts.kin)
    return sum(comb(count, 2) for count in Counter(of.values()).values()) - inside


def pairs_of(groups: Iterable[Iterable[str]], here: frozenset[str]) -> Iterable[Pair]:
    """Pairs of people present who share a group, the lower id first."""
    return (pair for group in groups for pair in combinations(sorted(here.intersection(group)), 2))


def _pair(one: str, two: str) -> Pair:
    return (one, two) if one < two else (two, one)
