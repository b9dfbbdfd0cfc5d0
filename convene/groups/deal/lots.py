"""Draws many deals from a hat at once, for those who would rather see the luckiest of many than the average."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .board import Board, set_out
from .dice import Dice
from .mixing import Mixture
from .problem import Groups, Problem
from .score import outside_blocks
from .validate import validate

DEALS = 200
WORK = 4_000_000
"""Pairs drawn in all: beyond it fewer deals are drawn, but never fewer than ten."""


@dataclass(frozen=True, slots=True)
class Lots:
    """Figures over so many deals from a hat: the mean of each, and the best that any of them had of it."""

    deals: int
    mean: Mixture
    best: Mixture


def draw_lots(problem: Problem, rounds: Sequence[Groups], deals: int = DEALS) -> Lots:
    """Lots of the same sizes as these rounds, the same for the same problem and seed.

    Hard rules bind no lot. Raises Invalid for a problem that is not well formed.
    """
    validate(problem)
    board = set_out(problem)
    n, known = board.n, set(board.ids)
    sizes = [[size for group in groups if (size := len(known.intersection(group)))] for groups in rounds]
    pairs = [_seat_pairs(each) for each in sizes]
    work = max(1, sum(len(one) for one, _ in pairs))
    deals = max(min(deals, 10), min(deals, WORK // work))
    dice = Dice(problem.seed, 5)
    orders = [dice.order(deals, n) for _ in rounds]
    keys = [_keys(order, *seats, n) for order, seats in zip(orders, pairs, strict=True)]
    every = np.concatenate([*keys, np.zeros((deals, 0), dtype=np.int64)], axis=1)
    figures = np.stack([*_meetings(board, every), _lone(board, orders, sizes, deals)], axis=1)
    best = figures.min(axis=0)
    best[0] = figures[:, 0].max()
    return Lots(deals, Mixture(*figures.mean(axis=0).tolist()), Mixture(*best.tolist()))


def _seat_pairs(sizes: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions (lower, higher) of the pairs of seats that share a group, groups lying one after another."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    first = [
        np.arange(len(group) - lag)[group[lag:] == group[: len(group) - lag]]
        for lag in range(1, 1 + max(sizes, default=0))
    ]
    lags = [np.full(len(each), lag) for lag, each in enumerate(first, 1)]
    none = np.zeros(0, dtype=np.int64)
    one = np.concatenate([none, *first])
    return one, one + np.concatenate([none, *lags])


def _keys(
    order: NDArray[np.int64], one: NDArray[np.int64], two: NDArray[np.int64], n: int
) -> NDArray[np.int64]:
    """(deals, pairs) i * n + j, i < j, of those who sit on each pair of seats."""
    left, right = order[:, one], order[:, two]
    return np.asarray(np.minimum(left, right) * n + np.maximum(left, right))


def _meetings(board: Board, keys: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """(deals,) met_each, repeats, met again, and pairs of one organisation, sector and place."""
    n = max(board.n, 1)
    one, two = np.divmod(keys, n)
    counts = (board.block[one] < 0) | (board.block[one] != board.block[two])
    held = np.unique(
        np.concatenate(
            [np.zeros(0, dtype=np.int64), *(outside_blocks(board, seated) for seated in board.held)]
        )
    )
    ordered = np.sort(np.where(counts, keys, -1), axis=1)
    fresh = ordered >= 0
    fresh[:, 1:] &= ordered[:, 1:] != ordered[:, :-1]
    fresh &= ~np.isin(ordered, held)
    new = fresh.sum(axis=1)
    out = [
        2 * (len(held) + new) / n,
        counts.sum(axis=1) - new,
        (counts & (board.met_at(keys) >= 0)).sum(axis=1),
    ]
    for codes in (board.organisation, board.sector, board.place):
        out.append((counts & (codes[one] == codes[two]) & (codes[one] >= 0)).sum(axis=1))
    return [np.asarray(each, dtype=np.float64) for each in out]


def _lone(
    board: Board, orders: Sequence[NDArray[np.int64]], sizes: Sequence[Sequence[int]], deals: int
) -> NDArray[np.float64]:
    """(deals,) groups with exactly one newcomer."""
    out = np.zeros(deals, dtype=np.float64)
    for order, each in zip(orders, sizes, strict=True):
        if each:
            first = np.cumsum([0, *each[:-1]])
            new = board.newcomer[order[:, : sum(each)]].astype(np.int64)
            out += (np.add.reduceat(new, first, axis=1) == 1).sum(axis=1)
    return out
