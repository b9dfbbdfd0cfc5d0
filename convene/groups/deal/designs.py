"""Resolvable designs that the lattice does not reach, each kept as the one round from which all others
follow.

People are orbits of Z_m and a few fixed points: person o * m + x stands for x in orbit o, and the numbers
from m * orbits on are fixed. Round t is the base round with t added to every x modulo m. Nobody meets twice
in m rounds exactly when, over the base round, every difference within an orbit (up to sign) and from one
orbit to another turns up at most once, and every fixed person meets each orbit at most once (Bose's method of
differences, 1939; Colbourn and Dinitz, Handbook of Combinatorial Designs, II.7 and IV.5). The base rounds
were found here by a depth-first search over these differences. EIGHT_FOURS says how thirty-two people are served.

That 24 people in fours can have seven rounds and 32 ten, and no more, is known (Miller, Valkov and Abel 2026, arXiv
2507.23376, who list the social golfer problems that are solved); the constructions here are our own.
"""

from functools import cache

import numpy as np

from .board import Ints

BASE_ROUNDS: dict[tuple[int, int], tuple[int, int, tuple[tuple[int, ...], ...]]] = {
    # Kirkman's fifteen schoolgirls: seven rounds in which every pair meets exactly once.
    (3, 5): (7, 2, ((14, 13, 6), (12, 11, 9), (10, 5, 1), (8, 2, 0), (7, 4, 3))),
    (3, 10): (
        10,
        3,
        (
            (29, 28, 26), (27, 23, 19), (25, 18, 16), (24, 14, 13), (22, 17, 9),
            (21, 15, 4), (20, 8, 1), (12, 2, 0), (11, 6, 5), (10, 7, 3),
        ),
    ),
    # Seven rounds of 24 in fours: the most there can be, as everybody then has met 21 of 23 others.
    (4, 6): (7, 3, ((23, 1, 8, 19), (22, 13, 5, 14), (21, 4, 7, 16), (20, 3, 18, 17), (15, 9, 12, 10), (11,
    2, 0, 6))),
}  # fmt: skip


# Thirty-two in fours for ten rounds, in which everybody meets all others but one: there can be no more. The people are
# four rows of F_2^3, person 8 * row + x, and each round is what the translations x -> x + t make of these groups. In
# the first six each group takes one of every row; in the next three, two of each of two rows that differ by h in both;
# in the last, a plane of one row. Between any two rows the first six leave two differences a and a + h, whose sum the
# rounds decide: that h, different for the three pairs that a row is in, and a plane without them, is all it takes.
EIGHT_FOURS = (
    ((0, 8, 16, 24),), ((0, 10, 23, 28),), ((0, 13, 19, 26),),
    ((0, 12, 21, 31),), ((0, 11, 17, 30),), ((0, 9, 22, 27),),
    ((0, 1, 14, 15), (16, 18, 28, 30)),
    ((0, 6, 18, 20), (8, 13, 25, 28)),
    ((0, 4, 25, 29), (8, 15, 19, 20)),
    ((0, 2, 5, 7), (8, 10, 12, 14), (16, 17, 20, 21), (24, 25, 30, 31)),
)  # fmt: skip


@cache
def design(seats: int, groups: int, rounds: int) -> Ints | None:
    """(rounds or fewer, seats * groups) the group of each person without any repeat, or None if none is kept
    here."""
    if seats == 2:
        return _pairs(groups, rounds)
    if (seats, groups) == (4, 8):
        return _translated(rounds)
    if (seats, groups) not in BASE_ROUNDS:
        return None
    modulus, orbits, base = BASE_ROUNDS[seats, groups]
    return _developed(modulus, orbits, np.array(base), min(rounds, modulus))


def _pairs(groups: int, rounds: int) -> Ints:
    """The round robin: one person stays, the others turn about them (Kirkman 1847)."""
    modulus = 2 * groups - 1
    base = [(modulus, 0), *((k, modulus - k) for k in range(1, groups))]
    return _developed(modulus, 1, np.array(base), min(rounds, modulus))


def _translated(rounds: int) -> Ints:
    taken = EIGHT_FOURS[:rounds]
    out = np.empty((len(taken), 32), dtype=np.int32)
    for r, base in enumerate(taken):
        # A group that a translation maps to itself comes up more than once.
        groups = sorted({tuple(sorted(each ^ t for each in group)) for group in base for t in range(8)})
        for number, group in enumerate(groups):
            out[r, list(group)] = number
    return out


def _developed(
    modulus: int, orbits: int, base: np.ndarray[tuple[int, ...], np.dtype[np.int64]], rounds: int
) -> Ints:
    out = np.empty((rounds, base.size), dtype=np.int32)
    group = np.repeat(np.arange(len(base), dtype=np.int32), base.shape[1])
    people = base.reshape(-1)
    for t in range(rounds):
        turned = np.where(
            people < modulus * orbits, people // modulus * modulus + (people % modulus + t) % modulus, people
        )
        out[t, turned] = group
    return out
