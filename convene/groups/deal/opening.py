"""The opening deal that a search starts from: every hard rule kept, near a lattice or near what people were
told."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .board import Board, Ints
from .designs import design
from .dice import Dice
from .feasible import FURTHER, NODES
from .lattice import by_algebra, longest
from .layouts import Layout, layouts
from .refusals import mosts
from .start import seat_round
from .told import told_wishes
from .turns import share_turns, spare_blocks, turns_held
from .units import Bound


@dataclass(frozen=True, slots=True)
class Opening:
    """(rounds, n) groups, their (rounds, groups) sizes, and how many facilitators a group may have."""

    groups: Ints
    size: Ints
    most: int


def open_deal(
    board: Board, bounds: Sequence[Bound], dice: Dice, wish: Ints | None = None, known: Ints | None = None
) -> Opening | None:
    """A first deal, or None if no round can be seated under the rules.

    bounds  whom rules bind, round by round
    wish    (rounds, n) where everybody would like to sit, -1 for anywhere; without it, as a lattice has them
    known   (rounds, groups) sizes that could be seated before: tried first
    """
    size = np.zeros((board.rounds, board.groups), dtype=np.int32)
    wish = _lattice_wish(board, dice) if wish is None else wish
    told = len(board.told_groups)
    if told:
        wish[:told], size[:told] = told_wishes(board)
    wish = np.where(board.pinned >= 0, board.pinned, wish)
    groups = np.full((board.rounds, board.n), -1, dtype=np.int32)
    for most in mosts(board):
        turns = turns_held(board)
        for r in range(board.rounds):
            if not r or bounds[r] is not bounds[r - 1]:
                usual = list(layouts(board, r, None))
            possible = usual.copy()
            first = size[r] if r < told else known[r] if known is not None else None
            if first is None and r > told and bounds[r] is bounds[r - 1]:
                first = size[r - 1]
            if first is not None and possible:
                possible.insert(0, Layout(tuple(first.tolist())))
            for layout in dict.fromkeys(possible):
                wished = wish[r] if r < told else spare_blocks(board, wish[r], layout.sizes, turns)
                nodes = NODES * FURTHER if layout == possible[-1] else NODES
                seated = seat_round(board, bounds[r], layout, most, wished, dice, nodes)
                if seated is not None:
                    groups[r], size[r] = seated
                    turns += (size[r] < size[r].max())[groups[r]]
                    break
            else:
                break
        else:
            # Taking turns in smaller groups is worth no told person's move.
            if not board.told_groups:
                share_turns(board, groups, size, dice)
            return Opening(groups, size, most)
    return None


def _without_repeats(board: Board) -> Ints:
    """As many rounds of the seats as any source has without a repeat: what is quick to write down first."""
    seats, count, rounds = board.seats, board.groups, board.rounds
    quick = by_algebra(seats, count, rounds)
    if len(quick) == rounds:
        return quick
    stored = design(seats, count, rounds) if board.n == seats * count else None
    if stored is not None and len(stored) == rounds:
        return stored
    found = longest(seats, count, rounds)
    return stored if stored is not None and len(stored) > len(found) else found


def _lattice_wish(board: Board, dice: Dice) -> Ints:
    """(rounds, n) groups of a lattice whose rows are filled facilitators first, then organisation by
    organisation: people of one row never meet there. As many rounds as it reaches; -1, no wish, beyond."""
    n, seats, count = board.n, board.seats, board.groups
    wish = np.full((board.rounds, n), -1, dtype=np.int32)
    flat = _without_repeats(board)
    luck = dice.order(int(board.organisation.max(initial=0)) + 2)
    shuffled = dice.order(n)
    key = np.lexsort((shuffled, luck[board.organisation], ~board.facilitator)) if n else shuffled
    empty = seats * count - n
    # Empty seats share the last row, so no group ever has two of them.
    last = (seats - 1) * count + dice.order(count)
    taken = np.zeros(seats * count, dtype=bool)
    taken[last[:empty]] = True
    position = np.empty(n, dtype=np.int64)
    position[key] = np.flatnonzero(~taken)
    for r, which in enumerate(dice.order(len(flat)).tolist()):
        group = flat[which]
        short = np.bincount(group[last[:empty]], minlength=count)
        bound = np.bincount(group[position], weights=board.limit < count, minlength=count)
        new = np.empty(count, dtype=np.int32)
        new[np.lexsort((dice.order(count), -bound, short))] = np.arange(count)
        wish[r] = new[group[position]]
    return wish
