"""What two people cost each other in one group: kept as a table for most events, worked out on the way for
huge ones."""

from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .board import DEAREST, SCALE, Board, Ints, Tariff

FORBIDDEN = 1 << 24
"""Not a price that a rule could be traded for: a move that would cost half of this is never drawn (see
sweeps)."""

TABLE_LIMIT = 4000
FILTER_BITS = 24


class Prices(Protocol):
    """Pair prices given the other rounds; person n is an empty seat and costs nobody anything.

    own     what `among` charges too much for a pair that shares a group in the very round asked about: the
    table
            counts that meeting itself, a price worked out on the way does not
    """

    own: int

    def among(self, rows: Ints, people: Ints) -> Ints:
        """(l, k, k) prices between the k people of each lane, for a lane in the given row of the floor."""
        ...

    def met(self, rows: Ints, ones: Ints, others: Ints, change: Ints) -> None:
        """Counts pairs that now meet once more (or, with -1, once less), in shapes that broadcast together. No
        pair of a copy twice in one call."""
        ...

    def clone(self, source: int, target: int) -> None:
        """Makes one copy's prices the same as another's."""
        ...


def make_prices(board: Board, groups: Ints, copies: int, price: Tariff) -> Prices:
    """Prices for deals whose (copies * rounds, n + 1) groups are kept up to date by the caller in place."""
    return Table(board, groups, copies, price) if board.n <= TABLE_LIMIT else OnTheWay(board, groups, price)


LOUD = 4
"""How much dearer an earlier meeting, an organisation and a lone newcomer are in the search than by the weights,
where sectors, places or seniors are priced too.

Those make hundreds of pairs at one or three apiece, which a short search cannot count exactly; beside that
noise it would leave a few of what is rarer and matters more. What is kept is judged by the weights alone.
Measured on sixty people with everything at once at 2 s: over twenty seeds nobody meets again and no newcomer is
alone, at 490 on average. Without it: 480, and over eight seeds two pairs met again and three were alone.
"""


FEW = 30
"""As few people as this make few enough pairs that the search can count every price exactly."""


def crowded(board: Board) -> bool:
    """Whether there are many small prices that could drown out the large ones."""
    weights = board.weights
    return (
        not board.told_groups
        and FEW < board.n <= TABLE_LIMIT
        and bool(
            (weights.sector and (board.sector >= 0).any())
            or (weights.place and (board.place >= 0).any())
            or (weights.seniors and board.senior.any())
        )
    )


def searched(board: Board, dear: int) -> Tariff:
    """The weights in the unit of the search; a repeat is at least `dear` quarters of a told person's move."""
    tariff = Tariff.of(board.weights, SCALE, DEAREST)
    # Two who meet in every round of a long season, in two groups that part, must still weigh less than a rule.
    most = FORBIDDEN // (4 * max(1, board.seats) * (board.first_round - 1 + max(1, board.rounds)))
    tariff = replace(tariff, repeat=min(tariff.repeat, most))
    if board.told_groups:
        return replace(tariff, repeat=min(max(tariff.repeat, tariff.moved * dear // 4), DEAREST, most))
    if not crowded(board):
        return tariff
    return replace(
        tariff,
        organisation=min(tariff.organisation * LOUD, DEAREST),
        lone_newcomer=min(tariff.lone_newcomer * LOUD, DEAREST),
    )


def _met_prices(board: Board) -> Ints:
    loud = LOUD if crowded(board) else 1
    return np.minimum(np.rint(board.met_price * SCALE * loud), DEAREST).astype(np.int32)


class Table:
    """(copies, n + 1, n + 1) whole prices: what a pair always costs, and `repeat` for each meeting in this
    plan so far.

    The price of C(m, 2) rises by m when a pair that has met m times meets again, so the entry of a pair that
    is not together is the price of bringing it together, and that of a pair that is, `repeat` above the gain
    of parting it.
    """

    def __init__(self, board: Board, groups: Ints, copies: int, price: Tariff) -> None:
        n = board.n
        self.rounds = max(board.rounds, 1)
        self.own = self.repeat = price.repeat
        self.side = n + 1
        table = np.zeros((n + 1, n + 1), dtype=np.int32)
        for codes, each in (
            (board.organisation, price.organisation),
            (board.sector, price.sector),
            (board.place, price.place),
        ):
            if each and (codes >= 0).any():
                table[:n, :n] += each * ((codes[:, None] == codes[None, :]) & (codes >= 0)[:, None])
        if price.seniors and board.senior.any():
            table[:n, :n] += price.seniors * (board.senior[:, None] & board.senior[None, :])
        ends, other = np.divmod(board.met_keys, max(n, 1))
        table[ends, other] += _met_prices(board)
        table[other, ends] += _met_prices(board)
        ends, other = np.divmod(board.drawn, max(n, 1))
        table[ends, other] -= price.drawn
        table[other, ends] -= price.drawn
        one, two = board.apart[:, 0], board.apart[:, 1]
        table[one, two] += FORBIDDEN
        table[two, one] += FORBIDDEN
        for seated in (*board.held, *groups[: board.rounds, :n]):
            here = np.flatnonzero(seated >= 0)
            order = here[np.argsort(seated[here], kind="stable")]
            for lag in range(1, len(order)):
                near = seated[order[lag:]] == seated[order[:-lag]]
                if not near.any():
                    break
                one, two = order[lag:][near], order[:-lag][near]
                table[one, two] += self.repeat
                table[two, one] += self.repeat
        self.table = np.tile(self._silence(board, table), (copies, 1, 1))
        self.flat = self.table.reshape(-1)

    @staticmethod
    def _silence(board: Board, table: Ints) -> Ints:
        """No price with oneself, with an empty seat, or inside a block."""
        table[board.n, :] = table[:, board.n] = 0
        np.fill_diagonal(table, 0)
        for block in board.blocks():
            table[np.ix_(block, block)] = 0
        return table

    def among(self, rows: Ints, people: Ints) -> Ints:
        shelf = (rows // self.rounds * self.side)[:, None] + people
        return self.flat.take((shelf * self.side)[:, :, None] + people[:, None, :])

    def met(self, rows: Ints, ones: Ints, others: Ints, change: Ints) -> None:
        step, shelf = change * np.int32(self.repeat), rows // self.rounds * self.side
        self.flat[(shelf + ones) * self.side + others] += step
        self.flat[(shelf + others) * self.side + ones] += step
        self.table[:, -1, :] = self.table[:, :, -1] = 0

    def clone(self, source: int, target: int) -> None:
        self.table[target] = self.table[source]


class OnTheWay:
    """The same prices without an n x n table: attributes compared, group numbers compared between rounds,
    history looked up in sorted keys, most of it turned away first by a bit a key (a Bloom filter with one
    hash)."""

    own = 0

    def __init__(self, board: Board, groups: Ints, price: Tariff) -> None:
        self.board, self.groups, self.price = board, groups, price
        n = board.n
        self.met_price = _met_prices(board)
        self.hint = np.zeros(1 << FILTER_BITS >> 3, dtype=np.uint8)
        spots = self._spots(board.met_keys)
        np.bitwise_or.at(self.hint, spots >> 3, (1 << (spots & 7)).astype(np.uint8))
        self.codes = [
            (np.append(codes, np.int32(-1)), each)
            for codes, each in (
                (board.organisation, self.price.organisation),
                (board.sector, self.price.sector),
                (board.place, self.price.place),
            )
            if each and (codes >= 0).any()
        ]
        self.senior = np.append(board.senior, False) if board.senior.any() else None
        self.block = np.append(board.block, np.int32(-1)) if (board.block >= 0).any() else None
        self.apart = np.sort(board.apart[:, 0].astype(np.int64) * n + board.apart[:, 1])
        self.held = np.concatenate([board.held, np.full((len(board.held), 1), -1, dtype=np.int32)], axis=1)

    @staticmethod
    def _spots(keys: NDArray[np.int64]) -> NDArray[np.int64]:
        mixed = keys.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        return (mixed >> np.uint64(64 - FILTER_BITS)).astype(np.int64)

    def among(self, rows: Ints, people: Ints) -> Ints:
        lanes, k = people.shape
        up, down = np.triu_indices(k, 1)
        one, two = people[:, up], people[:, down]
        each = self._pairs(np.broadcast_to(rows[:, None], one.shape), one, two)
        out = np.zeros((lanes, k, k), dtype=np.int32)
        out[:, up, down] = each
        out[:, down, up] = each
        return out

    def _pairs(self, rounds: Ints, one: Ints, two: Ints) -> Ints:
        n = self.board.n
        out = np.zeros(one.shape, dtype=np.int32)
        for codes, price in self.codes:
            left = codes[one]
            out += price * ((left == codes[two]) & (left >= 0))
        if self.senior is not None:
            out += self.price.seniors * (self.senior[one] & self.senior[two])
        for r in range(len(self.groups)):
            here = self.groups[r]
            out += self.price.repeat * ((here[one] == here[two]) & (rounds != r))
        for held in self.held:
            out += self.price.repeat * ((held[one] == held[two]) & (held[one] >= 0))
        low, high = np.minimum(one, two), np.maximum(one, two)
        keys = low.astype(np.int64) * n + high
        self._add_history(keys, out)
        drawn = self.board.drawn
        if len(drawn):
            at = np.minimum(np.searchsorted(drawn, keys), len(drawn) - 1)
            out -= self.price.drawn * (drawn[at] == keys)
        if len(self.apart):
            at = np.minimum(np.searchsorted(self.apart, keys), len(self.apart) - 1)
            out += FORBIDDEN * (self.apart[at] == keys)
        out[high == n] = 0
        if self.block is not None:
            left = self.block[one]
            out[(left == self.block[two]) & (left >= 0)] = 0
        return out

    def _add_history(self, keys: NDArray[np.int64], out: Ints) -> None:
        if not len(self.board.met_keys):
            return
        spots = self._spots(keys)
        maybe = np.nonzero((self.hint[spots >> 3] >> (spots & 7).astype(np.uint8)) & 1)
        at = self.board.met_at(keys[maybe])
        out[maybe] += np.where(at >= 0, self.met_price[at], 0)

    def met(self, rows: Ints, ones: Ints, others: Ints, change: Ints) -> None:
        """Nothing to keep: the groups themselves are the record."""

    def clone(self, source: int, target: int) -> None:
        """There is one copy only."""
