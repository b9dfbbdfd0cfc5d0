"""Deals without any repeat, written down by algebra instead of searched for.

Lay the people out as s rows of G columns. In round r the person in row a and column x joins group x +
c[r][a]. Two people of rows a < b meet in round r exactly when their columns differ by c[r][a] - c[r][b]; so
nobody meets twice if for every two rows these differences are all different over the rounds (a difference
matrix: Colbourn and Dinitz, Handbook of Combinatorial Designs, VI.17). People of one row never meet. Three
sources of c, best first:
  whole numbers     c = a * r, no wrap: good while (s - 1)(R - 1) < G, or modulo G while R <= its smallest
  prime factor
  a finite field    c = a * r over GF(G): good for R <= G rounds when G is a power of a prime and s <= G
  a short search    first fit with a limited look-back, modulo G
When all G rounds are used up, the rows themselves, cut into groups, make further rounds by the same method.
"""

from functools import cache

import numpy as np

from .board import Ints
from .fields import field

STEPS = 20_000


@cache
def lattice(seats: int, groups: int, rounds: int) -> Ints | None:
    """(rounds, seats * groups) the group of each position, position = row * groups + column, such that no two
    positions meet twice; None where none of the three sources reaches that far."""
    if groups < 1 or rounds < 1:
        return np.zeros((rounds, seats * groups), dtype=np.int32)
    offsets = _by_numbers(seats, groups, rounds)
    if offsets is not None:
        return _placed(offsets, groups)
    within = min(rounds, groups)
    table = field(groups)
    if table is not None and seats <= groups:
        add, times = table
        columns = np.arange(groups)
        rows = [[add[columns, times[a, r]] for a in range(seats)] for r in range(within)]
        flat = np.array(rows, dtype=np.int32).reshape(within, -1)
    else:
        offsets = _by_search(seats, groups, within)
        if offsets is None:
            return None
        flat = _placed(offsets, groups)
    if rounds == within:
        return flat
    rest = _rows_as_groups(seats, groups, rounds - within)
    return None if rest is None else np.concatenate([flat, rest])


def _placed(offsets: Ints, groups: int) -> Ints:
    columns = np.arange(groups, dtype=np.int32)
    return ((columns + offsets[:, :, None]) % groups).reshape(len(offsets), -1).astype(np.int32)


def _rows_as_groups(seats: int, groups: int, rounds: int) -> Ints | None:
    """Rounds in which only people of one row meet: nobody has met there yet."""
    if groups % seats:
        return None
    inner = lattice(seats, groups // seats, rounds)
    if inner is None:
        return None
    return np.concatenate([inner + row * (groups // seats) for row in range(seats)], axis=1).astype(np.int32)


def _by_numbers(seats: int, groups: int, rounds: int) -> Ints | None:
    smallest = next((p for p in range(2, groups + 1) if groups % p == 0), 1)
    if rounds == 1 or (seats - 1) * (rounds - 1) < groups or (rounds <= smallest and seats <= smallest):
        return (np.arange(rounds)[:, None] * np.arange(seats)[None, :] % max(groups, 1)).astype(np.int32)
    return None


def _by_search(seats: int, groups: int, rounds: int) -> Ints | None:
    """Offsets found depth first, one round after another; row 0 stays at 0."""
    found: list[tuple[int, ...]] = []
    used: list[list[set[int]]] = [[set() for _ in range(seats)] for _ in range(seats)]
    budget = STEPS

    def extend(part: tuple[int, ...]) -> bool:
        nonlocal budget
        if len(part) == seats:
            found.append(part)
            if len(found) == rounds or extend((0,)):
                return True
            found.pop()
            return False
        row = len(part)
        for step in range(groups):
            # Start where the last round left off: first fit from 0 runs into dead ends early.
            c = (step + row * len(found)) % groups
            budget -= 1
            if budget < 0:
                return False
            if any((part[a] - c) % groups in used[a][row] for a in range(row)):
                continue
            for a in range(row):
                used[a][row].add((part[a] - c) % groups)
            if extend((*part, c)):
                return True
            for a in range(row):
                used[a][row].discard((part[a] - c) % groups)
        return False

    return np.array(found, dtype=np.int32) if extend((0,)) else None
