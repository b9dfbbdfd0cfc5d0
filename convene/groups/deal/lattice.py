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


def lattice(seats: int, groups: int, rounds: int) -> Ints | None:
    """(rounds, seats * groups) the group of each position, position = row * groups + column, such that no two
    positions meet twice; None where none of the three sources reaches that far."""
    found = longest(seats, groups, rounds)
    return found if len(found) == rounds else None


@cache
def longest(seats: int, groups: int, rounds: int) -> Ints:
    """As many rounds of that as the three sources reach, and never more than `rounds`."""
    quick = by_algebra(seats, groups, rounds)
    return quick if len(quick) == rounds else _with_rows(seats, groups, rounds, quick)


@cache
def by_algebra(seats: int, groups: int, rounds: int) -> Ints:
    """As many rounds as the first two sources reach: nothing is searched for."""
    if groups < 1 or rounds < 1:
        return np.zeros((rounds, seats * groups), dtype=np.int32)
    smallest = next((p for p in range(2, groups + 1) if groups % p == 0), 1)
    reach = max(
        (groups - 1) // (seats - 1) + 1 if seats > 1 else rounds, smallest if seats <= smallest else 0
    )
    table = field(groups) if reach < min(rounds, groups) and seats <= groups else None
    if table is None:
        reach = min(rounds, reach)
        return _placed(np.arange(reach)[:, None] * np.arange(seats)[None, :] % groups, groups)
    add, times = table
    columns, within = np.arange(groups), min(rounds, groups)
    rows = [[add[columns, times[a, r]] for a in range(seats)] for r in range(within)]
    return np.array(rows, dtype=np.int32).reshape(within, -1)


def _with_rows(seats: int, groups: int, rounds: int, quick: Ints) -> Ints:
    """The longer of what algebra and the search reach; after all G rounds, those in which only people of one
    row meet, as nobody has met there yet."""
    within = min(rounds, groups)
    flat = quick
    if len(flat) < within:
        offsets = _by_search(seats, groups, within)
        flat = _placed(offsets, groups) if len(offsets) > len(quick) else quick
    if len(flat) < groups or groups % seats or rounds == within:
        return flat
    inner = longest(seats, groups // seats, rounds - within)
    rest = np.concatenate([inner + row * (groups // seats) for row in range(seats)], axis=1)
    return np.concatenate([flat, rest]).astype(np.int32)


def _placed(offsets: Ints, groups: int) -> Ints:
    columns = np.arange(groups, dtype=np.int32)
    return ((columns + offsets[:, :, None]) % groups).reshape(len(offsets), -1).astype(np.int32)


def _by_search(seats: int, groups: int, rounds: int) -> Ints:
    """(most, seats) offsets found depth first, one round after another, row 0 at 0: the most rounds that were
    reached in so many steps."""
    used: list[list[set[int]]] = [[set() for _ in range(seats)] for _ in range(seats)]
    best: list[tuple[int, ...]] = []
    found: list[tuple[int, ...]] = []
    part, steps = [0], [0]  # of the round at hand: the offsets so far, and how often each next one was tried
    budget = STEPS
    while budget:
        row = len(part)
        if steps[-1] == groups:
            steps.pop()
            if row == 1:
                if not found:
                    break
                part = list(found.pop())
                steps.extend(_tried(part, len(found), groups))
            _lift(used, part, groups)
            continue
        # Start where the last round left off: first fit from 0 runs into dead ends early.
        c = (steps[-1] + row * len(found)) % groups
        steps[-1] += 1
        budget -= 1
        if any((part[a] - c) % groups in used[a][row] for a in range(row)):
            continue
        for a in range(row):
            used[a][row].add((part[a] - c) % groups)
        part.append(c)
        steps.append(0)
        if len(part) == seats:
            found.append(tuple(part))
            if len(found) > len(best):
                best = found.copy()
            if len(found) == rounds:
                break
            part, steps = [0], [0]
    return np.array(best, dtype=np.int32).reshape(-1, seats)


def _tried(part: list[int], number: int, groups: int) -> list[int]:
    """How often each offset of a round that is taken up again was tried: as the search came upon them."""
    return [(c - row * number) % groups + 1 for row, c in enumerate(part) if row]


def _lift(used: list[list[set[int]]], part: list[int], groups: int) -> None:
    """Takes the last offset of the round at hand away again."""
    c = part.pop()
    for a, each in enumerate(part):
        used[a][len(part)].discard((each - c) % groups)
