"""Seeded chance in whole numbers, so that the same seed falls the same way on every machine.

Only the raw output of PCG64 is used: it is fixed by its definition, while NumPy reserves the right to change
what its Generator methods make of it. Logarithms come from `decimal`, which rounds them alike everywhere; a
CPU's log() does not.
"""

from decimal import Decimal, localcontext
from functools import cache

import numpy as np
from numpy.typing import NDArray

GUMBEL_STEPS = 1024
GUMBEL_UNIT_BITS = 8


@cache
def gumbel_table() -> NDArray[np.int64]:
    """The quantiles of the Gumbel law in 1024 equal steps, in units of 1/256.

    The index of the largest (-price + T * Gumbel) is a draw from the Boltzmann law exp(-price / T): Gumbel
    1954; Maddison, Tarlow, Minka, "A* sampling", 2014.
    """
    with localcontext() as context:
        context.prec = 12
        unit = 1 << GUMBEL_UNIT_BITS
        steps = [Decimal(2 * k + 1) / (2 * GUMBEL_STEPS) for k in range(GUMBEL_STEPS)]
        return np.array([int((-(-u.ln()).ln() * unit).to_integral_value()) for u in steps], dtype=np.int64)


def cooling(hot: int, cold: int, steps: int) -> list[int]:
    """Whole temperatures falling geometrically from hot to cold."""
    if steps < 2:
        return [cold] * steps
    with localcontext() as context:
        context.prec = 18
        ratio = (Decimal(cold) / Decimal(hot)) ** (Decimal(1) / (steps - 1))
        warmth, out = Decimal(hot), []
        for _ in range(steps):
            out.append(int(warmth.to_integral_value()))
            warmth *= ratio
    return out


class Dice:
    """A stream of chance for one purpose; streams of different `path` are independent."""

    def __init__(self, seed: int, *path: int) -> None:
        entropy = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, 1 if seed < 0 else 0, *path]
        self._bits = np.random.PCG64(np.random.SeedSequence(entropy))

    def raw(self, count: int) -> NDArray[np.uint64]:
        """`count` words of 64 fair bits."""
        return np.asarray(self._bits.random_raw(count), dtype=np.uint64)

    def below(self, bound: int) -> int:
        """A whole number in 0..bound-1 (the bias of the remainder is below bound / 2**64)."""
        return int(self._bits.random_raw()) % bound

    def order(self, *shape: int) -> NDArray[np.int64]:
        """Random orders along the last axis: an array of `shape` whose rows are permutations."""
        count = 1
        for side in shape:
            count *= side
        return np.argsort(self.raw(count).reshape(shape), axis=-1, kind="stable")

    def gumbel(self, count: int, temperature: int) -> NDArray[np.int64]:
        """`count` whole Gumbel draws at a whole temperature, in the temperature's own unit."""
        words = self.raw(-(-count // 4)).astype("<u8").view("<u2")[:count]
        noise = gumbel_table().take(words & (GUMBEL_STEPS - 1))
        return np.asarray((noise * temperature) >> GUMBEL_UNIT_BITS, dtype=np.int64)
