"""What people were told already: where each would like to stay, and what it costs to split those whose group is gone."""

import numpy as np

from .board import DEAREST, EXACT, SCALE, Board, Ints
from .floor import Floor


def surviving(board: Board, r: int) -> Ints:
    """(told groups + 1,) the group that each told group becomes, -1 for one that must go (and for nobody's, last).

    Told groups keep their order. Where fewer groups are needed than were told, the emptiest go, the last of equals
    first.
    """
    told = board.told[r]
    here = np.bincount(told[told >= 0], minlength=board.told_groups[r])
    keep = np.sort(np.argsort(-here, kind="stable")[: board.groups])
    new = np.full(len(here) + 1, -1, dtype=np.int32)
    new[keep] = np.arange(len(keep))
    return new


def told_wish(board: Board, r: int) -> tuple[Ints, Ints]:
    """(n,) wishes to keep a told round, -1 for none, and (groups,) sizes that suit them.

    What is left of a group that must go moves as one, to the least room that holds it, or to the most there is.
    """
    told, count, new = board.told[r], board.groups, surviving(board, r)
    wish = new[told]
    here = np.bincount(told[told >= 0], minlength=board.told_groups[r])
    filled = np.bincount(wish[wish >= 0], minlength=count)
    larger = sum(size == board.sizes[0] for size in board.sizes)
    size = np.full(count, board.sizes[-1], dtype=np.int32)
    size[np.argsort(-filled, kind="stable")[:larger]] = board.sizes[0]
    room = np.maximum(size - filled, 0)
    for g in np.argsort(-here, kind="stable").tolist():
        if new[g] >= 0 or not here[g]:
            continue
        enough = room >= here[g]
        best = int(np.where(enough, room, board.seats + 1).argmin()) if enough.any() else int(room.argmax())
        wish[told == g] = best
        room[best] = max(0, room[best] - here[g])
    return wish, size


def tie(floor: Floor) -> None:
    """Prices leaving a told group as the weights say, and leaving the companions of one that is gone at half that."""
    board = floor.board
    if not board.told_groups:
        return
    near = np.full((board.rounds, board.n), -1, dtype=np.int32)
    price = np.zeros((board.rounds, board.n), dtype=np.int32)
    full = min(round(board.weights.moved * SCALE), DEAREST)
    for r in range(len(board.told_groups)):
        near[r] = told_wish(board, r)[0]
        price[r] = np.where(surviving(board, r)[board.told[r]] >= 0, full, full // 2)
    floor.hold_near(near, price)


def split_price(board: Board, groups: Ints) -> int:
    """In millionths: half of `moved` for everybody who lost the largest part of a told group that had to go."""
    lost = 0
    for r in range(len(board.told_groups)):
        new, told = surviving(board, r), board.told[r]
        for g in np.flatnonzero(new[:-1] < 0).tolist():
            parts = np.bincount(groups[r][told == g], minlength=1)
            lost += int(parts.sum() - parts.max())
    return lost * round(board.weights.moved * EXACT) // 2
