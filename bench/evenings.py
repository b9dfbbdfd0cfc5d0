"""The evenings, large and small, that the deal is measured on: what makes each problem from its seed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations

from bench.dealers import Rounds, chance, pair
from convene.groups.deal import Guest, Problem, price_of_meeting

Dealer = Callable[[Problem], Rounds]
Played = list[tuple[Problem, Rounds]]
Play = Callable[[int, Dealer, Dealer], Played]
"""Deals the problem of a seed, or several that hang together, with the first dealer; the second is the engine, for
what must have been dealt beforehand."""


def one(make: Callable[[int], Problem]) -> Play:
    def play(seed: int, dealer: Dealer, engine: Dealer) -> Played:
        problem = make(seed)
        return [(problem, dealer(problem))]

    return play


def plain(n: int, size: int, rounds: int, seed: int) -> Problem:
    """People of whom nothing is known."""
    return Problem(tuple(Guest(f"p{k:04d}") for k in range(n)), size, rounds, seed)


@dataclass(frozen=True, slots=True)
class Evening:
    """An evening with everything at once; each seed draws another one from it.

    Earlier meetings are of the last three events. Drawn is what can be dealt without a fault: those who need captions
    meet each other in any case where few groups have them, so no two of them met before or come from one
    organisation; and 30 % are newcomers, for fewer could not keep company to each other for six rounds.
    """

    n: int = 60
    size: int = 4
    rounds: int = 6
    captioned: int = 2
    needy: int = 4
    facilitators: int = 15
    rules: int = 2
    met: int = 157
    organisations: int = 15

    def draw(self, seed: int) -> Problem:
        draw = chance(seed)
        ids = [f"p{k:03d}" for k in range(self.n)]
        mixed = draw.sample(ids, self.n)
        leading, rest = mixed[: self.facilitators], mixed[self.facilitators :]
        needy, others = rest[: self.needy], rest[self.needy :]
        apart = dict(zip(needy, draw.sample(range(self.organisations), self.needy), strict=True))
        new = frozenset(draw.sample(ids, round(0.3 * self.n)))
        senior = frozenset(draw.sample(ids, round(0.25 * self.n)))
        people = tuple(
            Guest(
                each,
                f"o{apart.get(each, draw.randrange(self.organisations))}",
                f"s{draw.randrange(6)}",
                f"l{draw.randrange(4)}",
                each in new,
                each in senior,
                each in leading,
                ("captions",) if each in needy else (),
            )
            for each in ids
        )
        two = [(others[k], others[k + 1]) for k in range(0, 4 * self.rules, 2)]
        pairs = [each for each in combinations(ids, 2) if not set(each) <= set(needy)]
        return Problem(
            people,
            self.size,
            self.rounds,
            seed,
            facilitated=True,
            served={"captions": self.captioned},
            apart=tuple(two[: self.rules]),
            together=tuple(two[self.rules :]),
            met=tuple((a, b, price_of_meeting(draw.randrange(3))) for a, b in draw.sample(pairs, self.met)),
        )


def at_the_door(make: Callable[[int], Problem], rounds: int | None = None) -> Play:
    """The evening is dealt and told; then 30 % of its people do not come. `rounds` of it were told, or all."""

    def play(seed: int, dealer: Dealer, engine: Dealer) -> Played:
        evening = make(seed)
        told = engine(evening)[:rounds]
        ids = [each.id for each in evening.people]
        present = frozenset(chance(seed).sample(ids, round(0.7 * len(ids))))
        door = replace(evening, told=told, rounds=len(told), present=present)
        return [(door, dealer(door))]

    return play


EVENTS = 18


def series(seed: int, dealer: Dealer, engine: Dealer) -> Played:
    """The same 60 people at event after event; 70 % of them turn up, for one round in fours."""
    draw, ids = chance(seed), [f"p{k:02d}" for k in range(60)]
    last: dict[tuple[str, str], int] = {}
    played: Played = []
    for event in range(EVENTS):
        problem = Problem(
            tuple(map(Guest, ids)),
            4,
            seed=seed * EVENTS + event,
            met=tuple((a, b, price_of_meeting(event - 1 - when)) for (a, b), when in last.items()),
            present=frozenset(draw.sample(ids, 42)),
        )
        rounds = dealer(problem)
        for group in rounds[0]:
            last.update((pair(*two), event) for two in combinations(group, 2))
        played.append((problem, rounds))
    return played


@cache
def crowd(n: int = 20_000, events: int = 6, rounds: int = 5) -> Problem:
    """20,000 people and the 900,000 meetings of six earlier events, each of five rounds in fours."""
    draw, ids = chance(5), [f"p{k:05d}" for k in range(n)]
    people = tuple(
        Guest(
            each,
            f"o{draw.randrange(n // 4)}",
            f"s{draw.randrange(20)}",
            f"l{draw.randrange(12)}",
            draw.random() < 0.2,
            draw.random() < 0.25,
        )
        for each in ids
    )
    met: list[tuple[str, str, float]] = []
    for age in range(events):
        price = price_of_meeting(age)
        for _ in range(rounds):
            order = draw.sample(ids, n)
            for k in range(0, n, 4):
                met += ((a, b, price) for a, b in combinations(order[k : k + 4], 2))
    return Problem(people, 4, 1, met=tuple(met))


def as_file(problem: Problem) -> dict[str, object]:
    """The part of a problem that crowd and plain use, as `convene deal` reads it."""
    return {
        "group_size": problem.group_size,
        "rounds": problem.rounds,
        "seed": problem.seed,
        "people": [
            {
                key: getattr(each, key)
                for key in ("id", "organisation", "sector", "place", "newcomer", "senior")
            }
            for each in problem.people
        ],
        "met": [list(each) for each in problem.met],
    }
