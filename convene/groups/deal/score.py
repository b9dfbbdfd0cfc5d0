"""Recounts a finished deal from its groups alone: the figures people see never come from the search that
found it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .board import EXACT, Board, Ints, Tariff
from .matching import matched


@dataclass(frozen=True, slots=True)
class Score:
    """Figures over the rounds dealt. `price` is in millionths and covers what a deal could still choose:

        sum over pairs of  repeat * (C(m, 2) - C(held, 2)) + h * (times together in these rounds)
        + sum over these rounds, groups and features of their prices + moved * weight
        - drawn * (times that pairs with a reason to meet are together in these rounds)

    where m counts held rounds too, and pairs inside one keep-together block count nowhere.
    """

    repeats: int
    met_again: int
    lone_newcomers: int
    same_organisation: int
    moved: int
    price: int

    @property
    def cost(self) -> float:
        return self.price / EXACT


def together_pairs(groups: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs (lower, higher) that share a group in one round of (n,) groups; -1 is nowhere."""
    here = np.flatnonzero(groups >= 0)
    order = here[np.argsort(groups[here], kind="stable")]
    ones, others = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for lag in range(1, len(order)):
        near = groups[order[lag:]] == groups[order[:-lag]]
        if not near.any():
            break
        one, two = order[lag:][near], order[:-lag][near]
        ones.append(np.minimum(one, two))
        others.append(np.maximum(one, two))
    return np.concatenate(ones).astype(np.int64), np.concatenate(others).astype(np.int64)


def outside_blocks(board: Board, groups: Ints) -> NDArray[np.int64]:
    """Keys i * n + j (i < j) of the pairs of one round that are not inside one keep-together block."""
    one, two = together_pairs(groups)
    kept = (board.block[one] < 0) | (board.block[one] != board.block[two])
    return np.asarray(one[kept] * board.n + two[kept], dtype=np.int64)


def recount(board: Board, groups: Ints) -> Score:
    """The score of (rounds, n) groups."""
    n, price = max(board.n, 1), Tariff.of(board.weights, EXACT)
    none = np.zeros(0, dtype=np.int64)
    before = np.concatenate([none, *(outside_blocks(board, seated) for seated in board.held)])
    now = np.concatenate([none, *(outside_blocks(board, seated) for seated in groups)])
    one, two = np.divmod(now, n)
    keys, first = np.unique(np.concatenate([before, now]), return_inverse=True)
    was = np.bincount(first[: len(before)], minlength=len(keys))
    becomes = was + np.bincount(first[len(before) :], minlength=len(keys))
    repeats = int((np.maximum(becomes - 1, 0) - np.maximum(was - 1, 0)).sum())
    convex = int((becomes * (becomes - 1) // 2 - was * (was - 1) // 2).sum())

    def alike(codes: Ints) -> int:
        return int(((codes[one] == codes[two]) & (codes[one] >= 0)).sum())

    met = board.met_at(now)
    history = np.rint(board.met_price * EXACT).astype(np.int64)
    organisations = alike(board.organisation)
    lone = crowd = 0
    for seated in groups:
        size = np.bincount(seated, minlength=1)
        new = np.bincount(seated, weights=board.newcomer, minlength=1).astype(np.int64)
        lone += int((new == 1).sum())
        crowd += int(((new == size) & (new > 1)).sum())
    moved = sum(moved_people(board, groups[r], r) for r in range(len(board.told_groups)))
    drawn = int(np.isin(now, board.drawn).sum())
    total = (
        price.repeat * convex
        + int(history[met[met >= 0]].sum())
        + price.organisation * organisations
        + price.sector * alike(board.sector)
        + price.place * alike(board.place)
        + price.seniors * int((board.senior[one] & board.senior[two]).sum())
        + price.lone_newcomer * lone
        + price.newcomers_alone * crowd
        + price.moved * moved
        - price.drawn * drawn
    )
    return Score(repeats, int((met >= 0).sum()), lone, organisations, moved, total)


def moved_people(board: Board, groups: Ints, r: int) -> int:
    """Told people present who do not sit in the group matched to theirs, in one round."""
    told = board.told[r]
    here = np.flatnonzero(told >= 0)
    overlap = np.zeros((board.told_groups[r], board.groups), dtype=np.int64)
    np.add.at(overlap, (told[here], groups[here]), 1)
    column = matched(overlap)
    return int((column[told[here]] != groups[here]).sum())
