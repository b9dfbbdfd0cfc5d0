"""Carries out exchanges between groups of many rounds at once, and holds back those that would not be exact
together."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from .board import Ints
from .floor import Floor


@dataclass(slots=True)
class Exchange:
    """One exchange a lane: goers leave the left group for the right one, as many comers come the other way.

    rows, left, right, delta (lanes,); goers, comers (lanes, b); stay_left, stay_right (lanes, s - b)
    """

    rows: Ints
    left: Ints
    right: Ints
    goers: Ints
    comers: Ints
    stay_left: Ints
    stay_right: Ints
    delta: Ints

    def only(self, lanes: NDArray[np.bool_]) -> "Exchange":
        return Exchange(*(getattr(self, each.name)[lanes] for each in fields(self)))


def carry_out(floor: Floor, exchange: Exchange) -> NDArray[np.int64]:
    """Seats the exchanges, but for those that touch two people (or one person's turns in smaller groups)
    whom an exchange of another round of the same copy touches too; (copies,) changes in price."""
    if len(exchange.rows) > 1 and floor.rounds > 1:
        free = _first_to_touch(floor, exchange)
        if not free.all():
            exchange = exchange.only(free)
    rows, left, right = exchange.rows, exchange.left, exchange.right
    goers, comers = exchange.goers, exchange.comers
    movers = np.stack([goers, comers], axis=1)[:, :, :, None]
    stays = np.stack([exchange.stay_left, exchange.stay_right], axis=1)
    others = np.concatenate([stays, stays[:, ::-1]], axis=2)[:, :, None, :]
    change = np.repeat(np.array([-1, 1], dtype=np.int32), stays.shape[2])
    floor.prices.met(rows[:, None, None, None], movers, others, change)
    floor.seats[rows, left] = np.concatenate([comers, exchange.stay_left], axis=1)
    floor.seats[rows, right] = np.concatenate([goers, exchange.stay_right], axis=1)
    floor.groups[rows[:, None], goers] = right[:, None]
    floor.groups[rows[:, None], comers] = left[:, None]
    if floor.uneven:
        turn = (floor.small[rows, right].astype(np.int32) - floor.small[rows, left])[:, None]
        copy = floor.copy[rows][:, None]
        np.add.at(floor.turns, (copy, goers), turn)
        np.add.at(floor.turns, (copy, comers), -turn)
    total = np.bincount(floor.copy[rows], weights=exchange.delta, minlength=floor.copies)
    return total.astype(np.int64)


def _first_to_touch(floor: Floor, exchange: Exchange) -> NDArray[np.bool_]:
    """(lanes,) whether no earlier lane of its copy touches the same pair, or the same person's turns, as
    this one."""
    n, lanes = floor.board.n, len(exchange.rows)
    side = np.int64(n + 1)
    movers = np.concatenate([exchange.goers, exchange.comers], axis=1).astype(np.int64)
    stays = np.concatenate([exchange.stay_left, exchange.stay_right], axis=1).astype(np.int64)
    mine, other = movers[:, :, None], stays[:, None, :]
    keys = (np.minimum(mine, other) * side + np.maximum(mine, other)).reshape(lanes, -1)
    empty = np.broadcast_to(other == n, (lanes, movers.shape[1], stays.shape[1])).reshape(lanes, -1)
    if floor.uneven:
        steady = floor.small[exchange.rows, exchange.right] == floor.small[exchange.rows, exchange.left]
        keys = np.concatenate([keys, side * side + movers], axis=1)
        empty = np.concatenate([empty, np.broadcast_to(steady[:, None], movers.shape)], axis=1)
    keys += floor.copy[exchange.rows][:, None].astype(np.int64) * (side * side + side)
    # An empty seat is nobody: each of its pairs gets a key of its own.
    keys[empty] = -1 - np.flatnonzero(empty)
    flat = keys.reshape(-1)
    order = np.argsort(flat, kind="stable")
    again = order[1:][flat[order[1:]] == flat[order[:-1]]]
    free = np.ones(lanes, dtype=bool)
    free[again // keys.shape[1]] = False
    return free
