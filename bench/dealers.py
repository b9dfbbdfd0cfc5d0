"""What the deal is measured beside: names from a hat, and a greedy dealer that seats one person at a time.

Both share no code with the engine. The greedy one is what a careful organiser with a list could do: those who are
hard to seat first, then everybody in an order that the seed draws, each in the cheapest group that is allowed.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from convene.groups.deal import Guest, Problem, group_sizes
from convene.groups.deal.problem import Groups

Pair = tuple[str, str]
Rounds = tuple[Groups, ...]

CHOICES = 40
"""Groups that a person is tried in at an event of more than MANY people, drawn anew for each person."""
MANY = 1000


def chance(seed: int) -> random.Random:
    """The one source of variety here: the same seed, the same draws."""
    return random.Random(seed)  # noqa: S311


def pair(one: str, two: str) -> Pair:
    return (one, two) if one < two else (two, one)


def present(problem: Problem) -> list[str]:
    here = problem.present
    return sorted(each.id for each in problem.people if here is None or each.id in here)


def hat(problem: Problem) -> Rounds:
    """Names from a hat into groups of the right sizes: no rule binds it."""
    names, draw, rounds = present(problem), chance(problem.seed), []
    for _ in range(problem.rounds - len(problem.held)):
        draw.shuffle(names)
        left = iter(names)
        sizes = group_sizes(len(names), problem.group_size)
        rounds.append(tuple(tuple(next(left) for _ in range(size)) for size in sizes))
    return tuple(rounds)


def greedy(problem: Problem, seconds: float) -> tuple[Rounds, int]:
    """The best of the deals that fit into so many seconds of processor, at least one; and how many those were.

    Best is fewest people in a group that was not allowed, where none was left, and then the lowest price.
    """
    until, dealer = time.process_time() + seconds, _Greedy(problem)
    best, tries = dealer.deal(0), 1
    while time.process_time() < until:
        best, tries = min(best, dealer.deal(tries), key=lambda one: one[0]), tries + 1
    return best[1], tries


class _Greedy:
    """One problem laid out for seating person by person."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.weights = problem, problem.weights
        here = set(present(problem))
        self.people = {each.id: each for each in problem.people if each.id in here}
        self.sizes = group_sizes(len(here), problem.group_size)
        self.apart = {pair(*two) for two in problem.apart}
        self.price: Counter[Pair] = Counter()
        for one, two, price in problem.met:
            if one in here and two in here:
                self.price[pair(one, two)] += price  # type: ignore[assignment]  # a price is no whole number
        leading = sum(each.facilitator for each in self.people.values())
        self.leaders = -(-leading // max(1, len(self.sizes))) if problem.facilitated else len(here)
        self.units = list(self._units())

    def _units(self) -> Iterator[list[str]]:
        """Everybody here, those who must be together as one; lists that overlap are not expected."""
        bound: set[str] = set()
        for names in self.problem.together:
            block = [each for each in names if each in self.people]
            bound.update(block)
            yield block
        for each in self.people:
            if each not in bound:
                yield [each]

    def deal(self, number: int) -> tuple[tuple[int, float], Rounds]:
        """One deal: how many had to be put where they may not sit, its price, its rounds."""
        draw = chance(self.problem.seed * 1_000_003 + number)
        times: Counter[Pair] = Counter()
        for groups in self.problem.held:
            self._meet(groups, times)
        wrong, price, rounds = 0, 0.0, []
        for told in range(self.problem.rounds - len(self.problem.held)):
            groups, faults, cost = self._round(draw, times, self._told(told))
            self._meet(groups, times)
            wrong, price = wrong + faults, price + cost
            rounds.append(groups)
        return (wrong, price), tuple(rounds)

    def _meet(self, groups: Sequence[Sequence[str]], times: Counter[Pair]) -> None:
        for group in groups:
            for k, one in enumerate(group):
                for two in group[:k]:
                    times[pair(one, two)] += 1

    def _told(self, number: int) -> dict[str, int]:
        """The group that each person told one should keep; of the told groups the fullest are kept, in order."""
        if number >= len(self.problem.told):
            return {}
        left = [[each for each in group if each in self.people] for group in self.problem.told[number]]
        kept = sorted(sorted(range(len(left)), key=lambda g: -len(left[g]))[: len(self.sizes)])
        return {each: g for g, old in enumerate(kept) for each in left[old]}

    def _round(
        self, draw: random.Random, times: Counter[Pair], told: dict[str, int]
    ) -> tuple[Groups, int, float]:
        units = sorted(self.units, key=lambda _: draw.random())
        units.sort(key=lambda unit: self._ease(unit, told))
        seated: list[list[str]] = [[] for _ in self.sizes]
        open_, wrong, total = list(range(len(seated))), 0, 0.0
        for unit in units:
            among = open_ if len(self.people) <= MANY else draw.sample(open_, min(CHOICES, len(open_)))
            priced = [
                (not self._allowed(unit, g, seated[g]), self._cost(unit, g, seated[g], times, told), g)
                for g in sorted(among, key=lambda _: draw.random())
                if len(seated[g]) + len(unit) <= self.sizes[g]
            ]
            if priced:
                fault, price, g = min(priced, key=lambda one: one[:2])
                seated[g] += unit
                wrong, total = wrong + fault * len(unit), total + price
            else:  # only a block finds no room: its people sit where there is some
                room = [g for g in open_ for _ in range(self.sizes[g] - len(seated[g]))]
                for each, g in zip(unit, room, strict=False):
                    seated[g].append(each)
                wrong += len(unit)
            if len(seated[g]) == self.sizes[g]:
                open_ = [each for each in open_ if len(seated[each]) < self.sizes[each]]
        return tuple(map(tuple, seated)), wrong, total

    def _ease(self, unit: list[str], told: dict[str, int]) -> tuple[bool, int, bool, bool]:
        """The hardest to seat come first: needs, blocks, facilitators, those who were told a group."""
        people = [self.people[each] for each in unit]
        needy = any(need in self.problem.served for each in people for need in each.needs)
        leads = self.problem.facilitated and any(each.facilitator for each in people)
        return not needy, -len(unit), not leads, not any(each in told for each in unit)

    def _allowed(self, unit: list[str], g: int, group: list[str]) -> bool:
        served, people = self.problem.served, self.people
        if any(g >= served[need] for each in unit for need in people[each].needs if need in served):
            return False
        leading = sum(people[each].facilitator for each in [*unit, *group])
        if self.problem.facilitated and leading > self.leaders:
            return False
        return not self.apart or not any(pair(one, two) in self.apart for one in unit for two in group)

    def _cost(
        self, unit: list[str], g: int, group: list[str], times: Counter[Pair], told: dict[str, int]
    ) -> float:
        """What this unit adds to the price of a group: Z of the deal, for one more unit."""
        weights, total = self.weights, 0.0
        for one in unit:
            total += weights.moved * (told.get(one, g) != g)
            for two in group:
                key = pair(one, two)
                total += weights.repeat * times.get(key, 0) + self.price.get(key, 0)
                total += self._alike(self.people[one], self.people[two])
        return total + self._newcomers([*group, *unit]) - self._newcomers(group)

    def _alike(self, one: Guest, two: Guest) -> float:
        weights = self.weights
        return (
            weights.organisation * (one.organisation is not None and one.organisation == two.organisation)
            + weights.sector * (one.sector is not None and one.sector == two.sector)
            + weights.place * (one.place is not None and one.place == two.place)
            + weights.seniors * (one.senior and two.senior)
        )

    def _newcomers(self, group: list[str]) -> float:
        new = sum(self.people[each].newcomer for each in group)
        if new == 1:
            return self.weights.lone_newcomer
        return self.weights.newcomers_alone * (new == len(group) > 1)
