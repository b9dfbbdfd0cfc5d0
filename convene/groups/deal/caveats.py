"""Why a group is imperfect, said for each group; nothing here may tell who must be apart."""

import numpy as np

from .board import Board, Ints
from .problem import Caveat
from .score import outside_blocks
from .words import counted


def caveats(board: Board, groups: Ints) -> tuple[Caveat, ...]:
    """Caveats of (rounds, n) groups, in order of round and group."""
    out: list[Caveat] = []
    n = max(board.n, 1)
    seen = np.concatenate(
        [np.zeros(0, dtype=np.int64), *(outside_blocks(board, seated) for seated in board.held)]
    )
    for r, seated in enumerate(groups):
        keys = outside_blocks(board, seated)
        home = seated[keys // n]
        again = np.bincount(home[np.isin(keys, seen)], minlength=board.groups)
        before = np.bincount(home[board.met_at(keys) >= 0], minlength=board.groups)
        seen = np.concatenate([seen, keys])
        size = np.bincount(seated, minlength=board.groups)
        new = np.bincount(seated, weights=board.newcomer, minlength=board.groups)
        leading = np.bincount(seated, weights=board.facilitator, minlength=board.groups)
        for g in range(board.groups):
            out.extend(
                Caveat(board.first_round + r, g + 1, text)
                for text, holds in (
                    ("There are fewer than three people in all.", board.n < 3),
                    ("Nobody here facilitates.", board.facilitated and leading[g] == 0),
                    ("More than one person here facilitates.", _crowded(board, int(leading[g]))),
                    ("One person here is the only newcomer.", new[g] == 1 and size[g] > 1),
                    (_pairs(int(again[g]), "met in an earlier round"), again[g] > 0),
                    (_pairs(int(before[g]), "met at an earlier event"), before[g] > 0),
                )
                if holds
            )
    return tuple(out)


def _crowded(board: Board, leading: int) -> bool:
    """Two facilitators in one group while another has none."""
    return board.facilitated and board.fewest == 0 and leading > 1


def _pairs(count: int, what: str) -> str:
    return f"{counted(count, 'pair')} here {what}."
