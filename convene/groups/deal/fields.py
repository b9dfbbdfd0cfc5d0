"""Small finite fields, because over a field with as many elements as there are groups a lattice never
repeats."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Coefficients, lowest first, of a monic polynomial without factors over GF(p), for each degree that is used
# (Lidl and Niederreiter, Finite Fields, tables of irreducible polynomials).
IRREDUCIBLE = {
    4: (1, 1, 1),
    8: (1, 1, 0, 1),
    16: (1, 1, 0, 0, 1),
    32: (1, 0, 1, 0, 0, 1),
    64: (1, 1, 0, 0, 0, 0, 1),
    9: (2, 1, 1),
    27: (1, 2, 0, 1),
    25: (2, 1, 1),
    49: (3, 1, 1),
}


@cache
def field(order: int) -> tuple[NDArray[np.int32], NDArray[np.int32]] | None:
    """(order, order) tables of sums and products, elements numbered 0..order-1, or None if there is no such
    field or none is kept here. Number 0 is zero and number 1 is one."""
    prime = _prime_under(order)
    if prime is None:
        return None
    numbers = np.arange(order, dtype=np.int32)
    if prime == order:
        return (numbers[:, None] + numbers) % order, (numbers[:, None] * numbers) % order
    modulus = IRREDUCIBLE.get(order)
    if modulus is None:
        return None
    degree = len(modulus) - 1
    digits = np.stack([numbers // prime**k % prime for k in range(degree)], axis=1)
    value = prime ** np.arange(degree)
    sums = ((digits[:, None, :] + digits[None, :, :]) % prime) @ value
    wide = np.zeros((order, order, 2 * degree - 1), dtype=np.int64)
    for k in range(degree):
        wide[:, :, k : k + degree] += digits[:, None, k : k + 1] * digits[None, :, :]
    for top in range(2 * degree - 2, degree - 1, -1):
        lead = wide[:, :, top].copy()
        for k, coefficient in enumerate(modulus):
            wide[:, :, top - degree + k] -= lead * coefficient
    products = (wide[:, :, :degree] % prime) @ value
    return sums.astype(np.int32), products.astype(np.int32)


def _prime_under(order: int) -> int | None:
    """The prime whose power `order` is, if it is one."""
    if order < 2:
        return None
    prime = next((p for p in range(2, int(order**0.5) + 1) if order % p == 0), order)
    rest = order
    while rest % prime == 0:
        rest //= prime
    return prime if rest == 1 else None
