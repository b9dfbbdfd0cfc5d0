"""Tabu search on repeats alone: for deals that no algebra writes down and that nothing but repeats makes dear.

A move swaps two people of one round. The change in sum C(m, 2) of every swap of everybody who now repeats somebody, in
every round at once, comes from one table,

    W[r, i, g] = how often i has met those who sit in group g in round r,
    swapping i of g with j of h:  W[i, h] - (W[i, g] - |g| + 1) + W[j, g] - (W[j, h] - |h| + 1) - 2 M[i, j],

which a swap changes in few places. The best swap that is not tabu is made, even if it is for the worse; who left a
group may not come back for a few steps; after long idleness some people are swapped by chance. (Glover 1989 for tabu
search; Dotu and Van Hentenryck 2005 for social golfers.)
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from .board import Ints
from .dice import Dice
from .floor import Floor

SHORTEST, LONGEST = 4, 30
IDLE = 2_000
SHAKES = 4
WALL = 1 << 20
LUCK = 1 << 12


class _Table:
    """One deal in progress; see the module. Only copy 0 of the floor is used, and it is not changed."""

    def __init__(self, floor: Floor) -> None:
        board, self.rounds = floor.board, floor.rounds
        self.n, self.count = board.n, board.groups
        self.groups = floor.groups[: self.rounds, : self.n].copy()
        self.size = floor.size[: self.rounds]
        self.share = floor.share[: self.n]
        self.turns = floor.turns[0, : self.n].copy()
        self.small = floor.small[: self.rounds] if floor.uneven else None
        self.limit = floor.limit[: self.n]
        self.bounded = floor.bounded
        self.kind = floor.facilitator[: self.n]
        self.stuck = np.tile(floor.fixed[: self.n], (self.rounds, 1))
        if floor.pinned is not None:
            self.stuck |= floor.pinned[: self.rounds, : self.n]
        self.met = np.zeros((self.n, self.n), dtype=np.int32)
        for seated in (*board.held, *self.groups):
            self.met += (seated[:, None] == seated[None, :]) & (seated >= 0)[:, None]
        self.met[board.apart[:, 0], board.apart[:, 1]] += WALL
        self.met[board.apart[:, 1], board.apart[:, 0]] += WALL
        np.fill_diagonal(self.met, 0)
        for block in board.blocks():
            self.met[np.ix_(block, block)] = 0
        here = self.groups[:, :, None] == np.arange(self.count)
        table = np.matmul(self.met[None], here.astype(np.int32))
        self.flat = table.reshape(-1)
        self.with_group = self.flat.reshape(table.shape)
        self.base = np.arange(self.rounds * self.n).reshape(self.rounds, self.n) * self.count
        self.company = np.take_along_axis(self.size, self.groups, axis=1) - 1
        self.everybody = np.arange(self.n)
        self.free = not (self.stuck.any() or self.kind.any())
        self.seats = [
            [np.flatnonzero(seated == g).tolist() for g in range(self.count)] for seated in self.groups
        ]

    def repeating(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(k,), (k,) rounds and people who sit there with somebody whom they meet more than once."""
        self.kept = self.flat.take(self.base + self.groups) - self.company
        rows, who = ((self.kept > 0) & ~self.stuck).nonzero()
        return rows, who

    def changes(self, rows: NDArray[np.int64], who: NDArray[np.int64]) -> Ints:
        """(k, n) change in repeats if each of these people changes places with each other person; asked after
        `repeating`."""
        here = self.groups[rows]
        home = self.groups[rows, who][:, None]
        mine = self.flat.take(self.base[rows, who][:, None] + here)
        theirs = self.flat.take(self.base[rows] + home)
        kept = self.kept[rows]
        out: Ints = mine + theirs - kept - self.kept[rows, who][:, None] - 2 * self.met[who]
        wall = here == home
        if not self.free:
            wall |= self.stuck[rows] | (self.kind != self.kind[who][:, None])
        if self.bounded:
            wall |= (self.limit <= home) | (here >= self.limit[who][:, None])
        if self.small is not None:
            small = self.small[rows[:, None], here]
            mine_small = self.small[rows[:, None], home]
            tired = self.turns >= self.share
            wall |= (small & ~mine_small & tired[who][:, None]) | (mine_small & ~small & tired)
        out[wall] = WALL
        return out

    def swap(self, r: int, one: int, other: int) -> None:
        """Carries a swap out in every table."""
        g, h = int(self.groups[r, one]), int(self.groups[r, other])
        left, right = self.seats[r][g], self.seats[r][h]
        left.remove(one)
        right.remove(other)
        mates = np.array(left + right + left + right)
        movers = np.repeat([one, other], len(left) + len(right))
        parts = [-1] * len(left) + [1] * len(right)
        change = np.array(parts + [-each for each in parts], dtype=np.int32)
        self.met[movers, mates] += change
        self.met[mates, movers] += change
        ends, others = np.concatenate([movers, mates]), np.concatenate([mates, movers])
        cells = self.base[:, ends] + self.groups[:, others]
        np.add.at(self.flat, cells.reshape(-1), np.tile(change, 2 * self.rounds))
        left.append(other)
        right.append(one)
        self.groups[r, one], self.groups[r, other] = h, g
        step = self.met[:, other] - self.met[:, one]
        self.with_group[r, :, g] += step
        self.with_group[r, :, h] -= step
        if self.small is not None and self.small[r, g] != self.small[r, h]:
            turn = 1 if self.small[r, h] else -1
            self.turns[one] += turn
            self.turns[other] -= turn
            self.company[r, one], self.company[r, other] = self.company[r, other], self.company[r, one]


def repair(floor: Floor, steps: int, dice: Dice, least: int, late: Callable[[], bool]) -> Ints:
    """The (rounds, n) groups with the lowest sum of C(m, 2) seen in so many steps.

    least   ends early there
    """
    table = _Table(floor)
    cost = best = _cost(table)
    kept = table.groups.copy()
    until = np.zeros(table.flat.shape, dtype=np.int64)
    idle = 0
    for step in range(steps):
        if best <= least or late():
            break
        rows, who = table.repeating()
        if not len(rows):
            break
        change = table.changes(rows, who)
        home = table.groups[rows, who][:, None]
        back = until.take(table.base[rows, who][:, None] + table.groups[rows]) > step
        back |= until.take(table.base[rows] + home) > step
        free = np.where(back & (change >= best - cost), WALL, change)
        lowest = int(free.min())
        if lowest >= WALL // 2:
            idle = IDLE
        else:
            ties = np.flatnonzero(free.reshape(-1) == lowest)
            at = int(ties[dice.below(len(ties))])
            k, other = divmod(at, table.n)
            r, one = int(rows[k]), int(who[k])
            tenure = SHORTEST + dice.below(LONGEST - SHORTEST + 1)
            for each in (one, other):
                until[table.base[r, each] + table.groups[r, each]] = step + tenure
            table.swap(r, one, other)
            cost += lowest
            idle += 1
        if cost < best:
            best, kept, idle = cost, table.groups.copy(), 0
        if idle >= IDLE:
            cost += _shake(table, dice)
            idle = 0
    return kept


def _cost(table: _Table) -> int:
    met = np.triu(table.met, 1) % WALL
    return int((met * (met - 1) // 2).sum())


def _shake(table: _Table, dice: Dice) -> int:
    """Swaps a few people by chance; the change in cost."""
    total = 0
    for _ in range(SHAKES):
        r, one = dice.below(table.rounds), dice.below(table.n)
        if table.stuck[r, one]:
            continue
        table.repeating()
        change = table.changes(np.array([r]), np.array([one]))[0]
        able = np.flatnonzero(change < WALL // 2)
        if len(able):
            other = int(able[dice.below(len(able))])
            table.swap(r, one, other)
            total += int(change[other])
    return total
