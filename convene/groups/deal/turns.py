"""Shares out the seats in smaller groups: nobody sits in one twice while seats allow."""

from collections.abc import Sequence

import numpy as np

from .board import Board, Ints
from .dice import Dice

MOST_LOOKS = 40_000_000
"""People looked at for swaps: a season of a thousand people would otherwise take minutes over its turns."""


def turns_held(board: Board) -> Ints:
    """(n,) how often each person sat in a smaller group in the held rounds."""
    turns = np.zeros(board.n, dtype=np.int32)
    for seated in board.held:
        here = np.flatnonzero(seated >= 0)
        if len(here):
            count = np.bincount(seated[here])
            turns[here] += count[seated[here]] < count.max()
    return turns


def small_groups(size: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """(rounds, groups) whether a group is smaller than the largest of its round."""
    return np.asarray(size < size.max(axis=1, keepdims=True, initial=0))


def fair_share(held: Ints, seats: int) -> int:
    """The fewest turns that the most burdened person must have, when so many seats in smaller groups are to
    be filled by people who have had `held` turns already."""
    share = int(held.min(initial=0))
    while len(held) and int(np.maximum(share - held, 0).sum()) < seats:
        share += 1
    return share


def fair_turns(board: Board, turns: Ints, size: Ints) -> Ints:
    """(n,) how often each person may sit in a smaller group: the fair share, or as often as they do already.

    turns   (n,) how often each does in the opening deal, held rounds included
    Where people were told groups, turns are worth no move: everybody may as often as the most burdened.
    """
    if board.told_groups:
        return np.full(board.n, turns.max(initial=0), dtype=np.int32)
    share = fair_share(turns_held(board), int(size[small_groups(size)].sum()))
    return np.maximum(turns, share).astype(np.int32)


def spare_blocks(board: Board, wish: Ints, sizes: Sequence[int], turns: Ints) -> Ints:
    """The wishes for one round, but none for a block that would sit in a smaller group once more: it can be
    swapped with nobody later, and without a wish goes where most seats are."""
    size, out = np.array(sizes), wish
    if size.min(initial=0) == size.max(initial=0):
        return wish
    for block in board.blocks():
        group = wish[block[0]]
        if (
            0 <= group < len(size)
            and size[group] < size.max()
            and turns[block].any()
            and (board.pinned[:, block] < 0).all()
        ):
            out = out.copy() if out is wish else out
            out[block] = -1
    return out


def share_turns(board: Board, groups: Ints, size: Ints, dice: Dice) -> None:
    """Swaps people in place, round by round, until nobody has more than the fair share or no allowed swap is
    left."""
    small = small_groups(size)
    if not small.any():
        return
    turns = turns_held(board)
    share = fair_share(turns, int(size[small].sum()))
    for r in range(board.rounds):
        turns += small[r][groups[r]]
    apart: dict[int, set[int]] = {}
    for one, other in board.apart.tolist():
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    looks = MOST_LOOKS
    for r in dice.order(board.rounds).tolist():
        seated = groups[r]
        loose = (board.block < 0) & (board.pinned[r] < 0)
        over = np.flatnonzero(small[r][seated] & (turns > share) & loose)
        for person in over.tolist():
            if turns[person] <= share:
                continue
            looks -= board.n
            if looks < 0:
                return
            able = ~small[r][seated] & (turns < share) & loose
            able &= (board.limit > seated[person]) & (seated < board.limit[person])
            if board.facilitated:
                able &= board.facilitator == board.facilitator[person]
            candidates = np.flatnonzero(able)
            for k in dice.order(len(candidates)).tolist():
                other = int(candidates[k])
                if _clear(apart, seated, person, other) and _clear(apart, seated, other, person):
                    seated[person], seated[other] = seated[other], seated[person]
                    turns[person] -= 1
                    turns[other] += 1
                    break


def _clear(apart: dict[int, set[int]], seated: Ints, person: int, swapped: int) -> bool:
    """Whether the person may take the other's place."""
    return all(seated[foe] != seated[swapped] or foe == swapped for foe in apart.get(person, ()))
