"""A problem as whole numbers and arrays: what every searching room reads, and none changes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .dice import Dice
from .kin import joined
from .problem import Guest, Pin, Problem, Weights
from .sizes import group_sizes

Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]

SCALE = 100
EXACT = 1_000_000
DEAREST = 1 << 20
"""Prices are searched in hundredths, capped so that a sum over a group fits 32 bits, and judged in
millionths."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """Weights as whole numbers in one unit."""

    repeat: int
    organisation: int
    sector: int
    place: int
    seniors: int
    lone_newcomer: int
    newcomers_alone: int
    moved: int
    drawn: int

    @classmethod
    def of(cls, weights: Weights, scale: int, cap: int | None = None) -> "Tariff":
        prices = {name: round(getattr(weights, name) * scale) for name in weights.__slots__}
        return cls(**{name: price if cap is None else min(price, cap) for name, price in prices.items()})


@dataclass(frozen=True, slots=True)
class Board:
    """The people present, numbered 0..n-1 in an order that only the seed knows, and the rounds still to deal.

    organisation, sector, place   (n,) codes, -1 for unknown
    newcomer, senior, facilitator (n,) flags
    limit       (n,) a person may sit in groups 0..limit-1 of a round
    block       (n,) number of the keep-together block, -1 for none
    apart       (k, 2) pairs, lower first, sorted
    met_keys    (k,) sorted i * n + j with i < j; met_price (k,) in the caller's currency
    drawn       (k,) sorted keys of pairs with a reason to meet
    held        (h, n) group sat in, in each held round; -1 for nobody's guest that round
    told        (rounds, n) group announced; -1 for none
    pinned      (rounds, n) group to stay in; -1 for none
    whole       (rounds, groups) whether nobody but those pinned to a group may sit in it
    fewest, most  facilitators in one group
    """

    ids: tuple[str, ...]
    sizes: tuple[int, ...]
    rounds: int
    first_round: int
    seed: int
    organisation: Ints
    sector: Ints
    place: Ints
    newcomer: Flags
    senior: Flags
    facilitator: Flags
    limit: Ints
    block: Ints
    apart: Ints
    met_keys: NDArray[np.int64]
    met_price: NDArray[np.float64]
    drawn: NDArray[np.int64]
    held: Ints
    told: Ints
    told_groups: tuple[int, ...]
    pinned: Ints
    whole: Flags
    facilitated: bool
    fewest: int
    most: int
    weights: Weights

    @property
    def n(self) -> int:
        return len(self.ids)

    @property
    def groups(self) -> int:
        return len(self.sizes)

    @property
    def seats(self) -> int:
        """Seats in the largest group."""
        return self.sizes[0] if self.sizes else 0

    def blocks(self) -> list[list[int]]:
        """Members of each block, in order of its number."""
        members: dict[int, list[int]] = defaultdict(list)
        for person in np.flatnonzero(self.block >= 0).tolist():
            members[int(self.block[person])].append(person)
        return [members[number] for number in sorted(members)]

    def met_at(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index into met_price for each pair key, or -1."""
        if not len(self.met_keys):
            return np.full(keys.shape, -1, dtype=np.int64)
        at = np.searchsorted(self.met_keys, keys)
        at[at == len(self.met_keys)] = 0
        return np.where(self.met_keys[at] == keys, at, -1)


def set_out(problem: Problem) -> Board:
    """Arrays for a validated problem. The people are sorted by id and then shuffled by the seed, so that
    neither an id, a name nor a row of the input predicts a group."""
    by_id = {person.id: person for person in problem.people}
    here = sorted(by_id if problem.present is None else problem.present)
    shuffle = Dice(problem.seed, 1).order(len(here)).tolist()
    people = [by_id[here[k]] for k in shuffle]
    number = {person.id: k for k, person in enumerate(people)}
    n, sizes = len(people), tuple(group_sizes(len(people), problem.group_size))
    groups, left = len(sizes), problem.rounds - len(problem.held)
    keys, prices = _met(problem, number)
    pinned, whole = _pins(problem.pinned, len(problem.held) + 1, left, groups, number)
    facilitators = sum(person.facilitator for person in people)
    fewest = facilitators // groups if problem.facilitated and groups else 0
    most = -(-facilitators // groups) if problem.facilitated and groups else n
    return Board(
        ids=tuple(person.id for person in people),
        sizes=sizes,
        rounds=left,
        first_round=len(problem.held) + 1,
        seed=problem.seed,
        organisation=_codes([person.organisation for person in people]),
        sector=_codes([person.sector for person in people]),
        place=_codes([person.place for person in people]),
        newcomer=np.array([person.newcomer for person in people], dtype=bool),
        senior=np.array([person.senior for person in people], dtype=bool),
        facilitator=np.array([person.facilitator for person in people], dtype=bool),
        limit=np.array([_limit(person, problem, groups) for person in people], dtype=np.int32)
        if problem.served
        else np.full(n, groups, dtype=np.int32),
        block=_blocks(problem, number),
        apart=_apart(problem, number),
        met_keys=keys,
        met_price=prices,
        drawn=_drawn(problem, number),
        held=_seatings(problem.held, len(problem.held), number),
        told=_seatings(problem.told, left, number),
        told_groups=tuple(len(groups) for groups in problem.told),
        pinned=pinned,
        whole=whole,
        facilitated=problem.facilitated,
        fewest=fewest,
        most=max(most, 1),
        weights=problem.weights,
    )


def _codes(labels: list[str | None]) -> Ints:
    code = {label: k for k, label in enumerate(sorted({label for label in labels if label}))}
    return np.array([code[label] if label else -1 for label in labels], dtype=np.int32)


def _limit(person: Guest, problem: Problem, groups: int) -> int:
    return min([groups, *(problem.served[need] for need in person.needs if need in problem.served)])


def _blocks(problem: Problem, number: dict[str, int]) -> Ints:
    block = np.full(len(number), -1, dtype=np.int32)
    found = 0
    for members in joined([each for each in names if each in number] for names in problem.together):
        if len(members) > 1:
            block[[number[each] for each in members]] = found
            found += 1
    return block


def _apart(problem: Problem, number: dict[str, int]) -> Ints:
    pairs = {
        (min(number[one], number[other]), max(number[one], number[other]))
        for one, other in problem.apart
        if one in number and other in number
    }
    return np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)


def _pins(
    pins: Sequence[Pin], first: int, rounds: int, groups: int, number: dict[str, int]
) -> tuple[Ints, Flags]:
    pinned = np.full((rounds, len(number)), -1, dtype=np.int32)
    whole = np.zeros((rounds, groups), dtype=bool)
    for pin in pins:
        here = [number[each] for each in pin.people if each in number]
        pinned[pin.round - first, here] = pin.group - 1
        if pin.whole and len(here) == len(pin.people) and pin.group <= groups:
            whole[pin.round - first, pin.group - 1] = True
    return pinned, whole


def _met(problem: Problem, number: dict[str, int]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Prices of one pair add up: 30 * 0.65**age for each earlier meeting."""
    n, count, find = len(number), len(problem.met), number.get
    ones = np.fromiter((find(each[0], -1) for each in problem.met), dtype=np.int64, count=count)
    others = np.fromiter((find(each[1], -1) for each in problem.met), dtype=np.int64, count=count)
    price = np.fromiter((each[2] for each in problem.met), dtype=np.float64, count=count)
    ends = np.stack([ones, others], axis=1)
    here = (ends >= 0).all(axis=1)
    ends, price = np.sort(ends[here], axis=1), price[here]
    keys = ends[:, 0] * n + ends[:, 1]
    order = np.lexsort((price, keys))
    keys, price = keys[order], price[order]
    unique, first = np.unique(keys, return_index=True)
    return unique, np.add.reduceat(price, first) if len(unique) else price


def _drawn(problem: Problem, number: dict[str, int]) -> NDArray[np.int64]:
    """Keys of the pairs present who have a reason to meet, sorted, each once."""
    ends = [
        sorted((number[one], number[other]))
        for one, other in problem.drawn
        if one in number and other in number
    ]
    return np.unique(np.array([low * len(number) + high for low, high in ends], dtype=np.int64))


def _seatings(rounds: Iterable[Iterable[Iterable[str]]], count: int, number: dict[str, int]) -> Ints:
    seated = np.full((count, len(number)), -1, dtype=np.int32)
    for r, groups in enumerate(rounds):
        for g, group in enumerate(groups):
            here = [number[each] for each in group if each in number]
            seated[r, here] = g
    return seated
