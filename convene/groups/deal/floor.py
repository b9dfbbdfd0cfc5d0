"""The floor: who sits where in every round while the search moves people about, and the prices that follow
from it."""

import numpy as np

from .board import Board, Flags, Ints
from .prices import FORBIDDEN, make_prices, searched
from .turns import fair_turns, small_groups, turns_held


class Floor:
    """Several copies of one deal in progress, searched side by side: a NumPy call on six small deals costs
    little more than on one. Row c * rounds + r of every array is round r of copy c; people are numbered
    0..n-1, n is nobody.

    seats   (rows, groups, seats) people; empty seats lie last at the start and never move
    groups  (rows, n + 1) the group of each person, -1 for nobody
    size    (rows, groups) people in each group: fixed, only who they are changes
    small   (rows, groups) whether a group is smaller than the largest of its round
    turns   (copies, n + 1) how often each person sits in a smaller group, held rounds included: never above
    `share` (n + 1,)
    fixed   (n + 1,) who may not be swapped alone: members of blocks, and nobody
    served  how many groups serve those whom only some do, where those are more than one
    pinned  (rows, n + 1) who may not be moved in this round, or None where nobody is
    near    (rows, n + 1) a group that each person would like to keep, -1 for none; tether: the price of
    leaving it
    tariff  the prices searched with: a repeat is at least `dear` quarters of a told person's move
    kin     (rows, n + 1) label of those who would like to stay together, -1 for none; kinship: the price of
    parting two
    """

    def __init__(
        self, board: Board, groups: Ints, size: Ints, most: int, copies: int = 1, dear: int = 0
    ) -> None:
        n, rounds = board.n, board.rounds
        self.board, self.most, self.copies, self.rounds, self.rows = (
            board,
            most,
            copies,
            rounds,
            rounds * copies,
        )
        self.copy = np.repeat(np.arange(copies, dtype=np.int32), rounds)
        self.size = np.tile(size, (copies, 1))
        self.groups = np.tile(np.pad(groups, ((0, 0), (0, 1)), constant_values=-1), (copies, 1)).astype(
            np.int32
        )
        self.seats = np.tile(seat(groups, size, n), (copies, 1, 1))
        self.tariff = searched(board, dear)
        self.prices = make_prices(board, self.groups, copies, self.tariff)
        self.block = np.append(board.block, np.int32(-1)).astype(np.int32)
        self.blocks = [np.array(block, dtype=np.int32) for block in board.blocks()]
        self.block_size = np.array([*(len(block) for block in self.blocks), 0], dtype=np.int32)
        self.fixed: Flags = np.append(board.block >= 0, True)
        pinned = np.pad(board.pinned >= 0, ((0, 0), (0, 1)))
        self.pinned: Flags | None = np.tile(pinned, (copies, 1)) if pinned.any() else None
        self.limit = np.append(board.limit, np.int32(board.groups)).astype(np.int32)
        self.bounded = bool((board.limit < board.groups).any())
        self.served = [k for k in np.unique(board.limit).tolist() if 1 < k < board.groups]
        self.small: Flags = small_groups(self.size)
        self.uneven = bool(self.small.any())
        turns = turns_held(board)
        for r in range(rounds):
            turns += self.small[r][groups[r]]
        self.share = np.append(fair_turns(board, turns, size), np.int32(0)).astype(np.int32)
        self.turns = np.tile(np.append(turns, np.int32(0)).astype(np.int32), (copies, 1))
        self.newcomer = np.append(board.newcomer, False).astype(np.int32)
        self.facilitator = np.append(board.facilitator & board.facilitated, False).astype(np.int32)
        self.company = self._company() if board.newcomer.any() else None
        self.leading = self._leading() if self.facilitator.any() else None
        self.company_change = exchange_changes(self.company, board.seats)
        self.leading_change = exchange_changes(self.leading, board.seats)
        self.near: Ints | None = None
        self.tether = 0
        self.kin: Ints | None = None
        self.kinship = 0

    def hold_near(self, near: Ints, tether: int, kin: Ints, kinship: int) -> None:
        """(rounds, n) groups that people would like to keep and what leaving them costs; (rounds, n) labels
        of those who would like to stay together wherever they go, -1 for none, and what parting two of them
        costs."""
        self.near = np.tile(np.pad(near, ((0, 0), (0, 1)), constant_values=-1), (self.copies, 1)).astype(
            np.int32
        )
        self.tether, self.kinship = tether, kinship
        if (kin >= 0).any():
            self.kin = np.tile(np.pad(kin, ((0, 0), (0, 1)), constant_values=-1), (self.copies, 1)).astype(
                np.int32
            )

    def among(self, rows: Ints, people: Ints) -> Ints:
        """(lanes, k, k) prices between the k people of each lane, given the other rounds."""
        prices = self.prices.among(rows, people)
        if self.kin is not None:
            kin = self.kin[rows[:, None], people]
            prices -= self.kinship * ((kin[:, :, None] == kin[:, None, :]) & (kin >= 0)[:, :, None])
            prices *= people[:, :, None] != people[:, None, :]
        return prices

    def deal_of(self, copy: int) -> Ints:
        """(rounds, n) groups of one copy."""
        return self.groups[copy * self.rounds : (copy + 1) * self.rounds, :-1].copy()

    def clone(self, source: int, target: int) -> None:
        """Makes one copy the same as another."""
        here = slice(source * self.rounds, (source + 1) * self.rounds)
        there = slice(target * self.rounds, (target + 1) * self.rounds)
        self.seats[there], self.groups[there] = self.seats[here], self.groups[here]
        self.turns[target] = self.turns[source]
        self.prices.clone(source, target)

    def _company(self) -> Ints:
        """(size, newcomers + 1) price of a group by its newcomers, with a margin of one at either end."""
        seats, price = self.board.seats, self.tariff
        out = np.zeros((seats + 1, seats + 3), dtype=np.int32)
        for size in range(1, seats + 1):
            out[size, 2] = price.lone_newcomer
            if size > 1:
                out[size, size + 1] = price.newcomers_alone
        return out

    def _leading(self) -> Ints:
        """(size, facilitators + 1): nothing while a group has as many as it may, forbidden otherwise."""
        counts = np.arange(-1, self.board.seats + 2)
        allowed = (counts >= self.board.fewest) & (counts <= self.most)
        wall = np.where(allowed, 0, FORBIDDEN).astype(np.int32)
        return np.tile(wall, (self.board.seats + 1, 1))


def exchange_changes(prices: Ints | None, seats: int) -> Ints | None:
    """Flat (left size, right size, left count, right count, step) change in the price of two groups when the left one
    gains `step` - 1 people of a kind from the right one; see _company for the table of prices."""
    if prices is None:
        return None
    side = seats + 1
    left, right, ours, theirs, step = np.ogrid[0:side, 0:side, 0:side, 0:side, -1:2]
    after = prices[left, ours + step + 1] + prices[right, theirs - step + 1]
    return np.asarray(after - prices[left, ours + 1] - prices[right, theirs + 1], dtype=np.int32).reshape(-1)


def seat(groups: Ints, size: Ints, n: int) -> Ints:
    """(rounds, groups, seats) people in each group in their own order, filled up with n."""
    rounds, count = size.shape
    out = np.full((rounds, count, int(size.max(initial=0))), n, dtype=np.int32)
    for r in range(rounds):
        order = np.argsort(groups[r], kind="stable")
        sorted_groups = groups[r][order]
        first = np.searchsorted(sorted_groups, np.arange(count))
        out[r, sorted_groups, np.arange(n) - first[sorted_groups]] = order
    return out
