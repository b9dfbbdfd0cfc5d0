"""Why a group is imperfect, said for each group; nothing here may tell who must be apart."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .board import Board, Ints
from .problem import Caveat
from .score import outside_blocks
from .words import counted

ALONE = (
    "There are fewer than three people in all.",
    "Nobody here facilitates.",
    "More than one person here facilitates.",
    "One person here is the only newcomer.",
)
SAID = (*ALONE, "met in an earlier round", "met at an earlier event")


def caveats(board: Board, groups: Ints) -> tuple[Caveat, ...]:
    """Caveats of (rounds, n) groups, in order of round and group."""
    n = max(board.n, 1)
    keys = [outside_blocks(board, seated) for seated in (*board.held, *groups)]
    again = _again(keys)[len(board.held) :]
    out: list[Caveat] = []
    for r, (seated, now) in enumerate(zip(groups, keys[len(board.held) :], strict=True)):
        home = seated[now // n]
        repeated = np.bincount(home[again[r]], minlength=board.groups)
        before = np.bincount(home[board.met_at(now) >= 0], minlength=board.groups)
        size = np.bincount(seated, minlength=board.groups)
        new = np.bincount(seated, weights=board.newcomer, minlength=board.groups)
        leading = np.bincount(seated, weights=board.facilitator, minlength=board.groups)
        crowded = board.facilitated and board.fewest == 0
        said = np.stack(
            [
                np.full(board.groups, board.n < 3),
                (leading == 0) & board.facilitated,
                (leading > 1) & crowded,
                (new == 1) & (size > 1),
                repeated > 0,
                before > 0,
            ],
            axis=1,
        )
        for g, which in np.argwhere(said).tolist():
            text = SAID[which]
            if which >= len(ALONE):
                text = _pairs(int((repeated, before)[which - len(ALONE)][g]), text)
            out.append(Caveat(board.first_round + r, g + 1, text))
    return tuple(out)


def _again(keys: Sequence[NDArray[np.int64]]) -> list[NDArray[np.bool_]]:
    """Of each round's keys, which any round before it had: by one sort of them all."""
    every = np.concatenate([np.zeros(0, dtype=np.int64), *keys])
    again = np.ones(len(every), dtype=bool)
    again[np.unique(every, return_index=True)[1]] = False
    return np.split(again, np.cumsum([len(each) for each in keys]))[: len(keys)]


def _pairs(count: int, what: str) -> str:
    return f"{counted(count, 'pair')} here {what}."
