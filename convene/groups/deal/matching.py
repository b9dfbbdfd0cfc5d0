"""Which dealt group is which told group: a one-to-one matching that leaves the fewest people moved."""

import numpy as np
from numpy.typing import NDArray

EXACT_UP_TO = 300
FAR = np.iinfo(np.int64).max // 4


def matched(overlap: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each row its column, or -1: the assignment with the largest sum of overlaps.

    Exact up to 300 rows or columns (the Hungarian method in O(n^3): Kuhn 1955, Jonker and Volgenant 1987);
    beyond that the largest overlaps first, which can only overstate who has moved.
    """
    rows, columns = overlap.shape
    side = max(rows, columns)
    if side > EXACT_UP_TO:
        return _greedy(overlap)
    cost = np.zeros((side, side), dtype=np.int64)
    cost[:rows, :columns] = -overlap
    column = _hungarian(cost)[:rows]
    return np.where(column < columns, column, -1)


def _hungarian(cost: NDArray[np.int64]) -> NDArray[np.int64]:
    side = len(cost)
    price_row, price_column = np.zeros(side + 1, dtype=np.int64), np.zeros(side + 1, dtype=np.int64)
    owner, came = np.full(side + 1, -1, dtype=np.int64), np.zeros(side + 1, dtype=np.int64)
    for row in range(side):
        owner[side] = row
        at = side
        best = np.full(side, FAR, dtype=np.int64)
        done = np.zeros(side + 1, dtype=bool)
        while owner[at] >= 0:
            done[at] = True
            holder = int(owner[at])
            reach = cost[holder] - price_row[holder] - price_column[:side]
            better = ~done[:side] & (reach < best)
            best[better] = reach[better]
            came[:side][better] = at
            after = int(np.where(done[:side], FAR, best).argmin())
            step = int(best[after])
            price_row[owner[done]] += step
            price_column[done] -= step
            best[~done[:side]] -= step
            at = after
        while at != side:
            before = int(came[at])
            owner[at] = owner[before]
            at = before
    column = np.zeros(side, dtype=np.int64)
    column[owner[:side]] = np.arange(side)
    return column


def _greedy(overlap: NDArray[np.int64]) -> NDArray[np.int64]:
    column = np.full(len(overlap), -1, dtype=np.int64)
    taken: set[int] = set()
    rows, columns = overlap.nonzero()
    for k in np.argsort(-overlap[rows, columns], kind="stable").tolist():
        row, col = int(rows[k]), int(columns[k])
        if column[row] < 0 and col not in taken:
            column[row] = col
            taken.add(col)
    return column
