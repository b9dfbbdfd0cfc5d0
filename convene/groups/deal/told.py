"""What people were told already: where each would like to stay, and what it costs to split those whose group
is gone."""

from collections import deque

import numpy as np

from .board import DEAREST, EXACT, SCALE, Board, Ints
from .floor import Floor
from .layouts import layouts
from .score import together_pairs

KINSHIP = 1
"""Parting two companions whose told group is gone costs this part of moving somebody."""


def surviving(board: Board, r: int) -> Ints:
    """(told groups + 1,) the group that each told group becomes, -1 for one that must go (and for nobody's,
    last).

    Told groups keep their order. Where fewer groups are needed than were told, the emptiest go, the last of
    equals first.
    """
    told = board.told[r]
    here = np.bincount(told[told >= 0], minlength=board.told_groups[r])
    new = np.full(len(here) + 1, -1, dtype=np.int32)
    stays = _pinned_groups(board, r)
    new[list(stays)] = list(stays.values())
    led = np.bincount(told[(told >= 0) & board.facilitator], minlength=len(here)) > 0
    order = [g for g in np.lexsort((~led & board.facilitated, -here)).tolist() if g not in stays]
    open_ = [g for g in range(board.groups) if g not in stays.values()]
    keep = sorted(order[: len(open_)])
    new[keep] = open_[: len(keep)]
    return new


def _pinned_groups(board: Board, r: int) -> dict[int, int]:
    """The group that a told group becomes because most of those pinned to it were told that one."""
    told, pinned = board.told[r], board.pinned[r]
    both = np.flatnonzero((told >= 0) & (pinned >= 0) & (pinned < board.groups))
    pairs, count = np.unique(np.stack([told[both], pinned[both]], axis=1), axis=0, return_counts=True)
    stays: dict[int, int] = {}
    for k in np.argsort(-count, kind="stable").tolist():
        old, new = pairs[k].tolist()
        if old not in stays and new not in stays.values():
            stays[old] = new
    return stays


def told_wishes(board: Board) -> tuple[Ints, Ints]:
    """(told rounds, n) wishes to keep what was told, -1 for none, and (told rounds, groups) sizes that suit
    them.

    What is left of a group that must go moves as one, to where it meets fewest people again, and there to
    the least room that holds it. The order of the choices is fixed: the larger part first, round by round.
    """
    count = len(board.told_groups)
    wish = np.full((count, board.n), -1, dtype=np.int32)
    size = np.tile(np.array(board.sizes, dtype=np.int32), (count, 1))
    for r in range(count):
        wish[r] = surviving(board, r)[board.told[r]]
        filled = np.bincount(wish[r][wish[r] >= 0], minlength=board.groups).astype(np.int32)
        size[r] = next((layout.sizes for layout in layouts(board, r, filled)), board.sizes)
    again = _Acquainted([*board.held, *wish])
    for r in range(count):
        _house(board, r, wish[r], size[r], again)
    return wish, size


class _Acquainted:
    """Who has met whom in the given rounds, kept as a set of neighbours each."""

    def __init__(self, rounds: list[Ints]) -> None:
        self.of: dict[int, set[int]] = {}
        for groups in rounds:
            for one, two in zip(*(side.tolist() for side in together_pairs(groups)), strict=True):
                self.meet(one, two)

    def meet(self, one: int, two: int) -> None:
        self.of.setdefault(one, set()).add(two)
        self.of.setdefault(two, set()).add(one)


def _house(board: Board, r: int, wish: Ints, size: Ints, again: _Acquainted) -> None:
    """Finds a group for what is left of each told group that must go, in one round; in parts where no room
    holds it."""
    told, new = board.told[r], surviving(board, r)
    here = np.bincount(told[told >= 0], minlength=board.told_groups[r])
    members: list[list[int]] = [np.flatnonzero(wish == g).tolist() for g in range(board.groups)]
    gone = [g for g in np.argsort(-here, kind="stable").tolist() if new[g] < 0 and here[g]]
    parts = deque(np.flatnonzero(told == g).tolist() for g in gone)
    while parts:
        part = parts.popleft()
        room = [max(0, int(size[k]) - len(members[k])) for k in range(board.groups)]
        fits = [k for k in range(board.groups) if room[k] >= len(part)]
        widest = max(range(board.groups), key=lambda k: (room[k], -k))
        if fits:
            best = min(fits, key=lambda k: (_met(again, part, members[k]), room[k], k))
        elif room[widest]:
            best = widest
            parts.append(part[room[best] :])
            part = part[: room[best]]
        else:
            continue
        for one in part:
            for two in members[best]:
                again.meet(one, two)
        members[best] += part
        wish[part] = best


def _met(again: _Acquainted, left: list[int], members: list[int]) -> int:
    return sum(two in again.of.get(one, ()) for one in left for two in members)


def tie(floor: Floor) -> None:
    """Prices leaving a told group as the weights say, and parting two companions of one that is gone at a
    part of that."""
    board = floor.board
    if not board.told_groups:
        return
    near = np.full((board.rounds, board.n), -1, dtype=np.int32)
    kin = np.full((board.rounds, board.n), -1, dtype=np.int32)
    for r in range(len(board.told_groups)):
        near[r] = surviving(board, r)[board.told[r]]
        kin[r] = np.where(near[r] < 0, board.told[r], -1)
    price = min(round(board.weights.moved * SCALE), DEAREST)
    floor.hold_near(near, price, kin, price // KINSHIP)


def split_price(board: Board, groups: Ints) -> int:
    """In millionths: a part of `moved` for every two companions of a told group that had to go who are
    parted."""
    parted = 0
    for r in range(len(board.told_groups)):
        new, told = surviving(board, r), board.told[r]
        for g in np.flatnonzero(new[:-1] < 0).tolist():
            parts = np.bincount(groups[r][told == g], minlength=1)
            parted += (int(parts.sum()) ** 2 - int((parts**2).sum())) // 2
    return parted * round(board.weights.moved * EXACT) // KINSHIP
