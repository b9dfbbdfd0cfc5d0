"""Heat-bath sweeps: the search that works at any size and under every price.

Groups are paired by chance in every round. For each pair of groups all s * s swaps and "stay" are priced at
once and one is drawn by the Boltzmann law exp(-price / T) through the Gumbel trick, so nothing is ever
rejected twice (Creutz 1980 for the heat bath; Kirkpatrick, Gelatt and Vecchi 1983 for the falling
temperature). Pairs of groups within a round share nobody, so their swaps are exact together; where swaps of
two rounds touch the same two people, the later one waits.
A move that would break a hard rule is given a price that is never drawn: the rule is a wall, not a sum.
"""

import numpy as np
from numpy.typing import NDArray

from .board import Ints
from .dice import Dice
from .exchange import Exchange, carry_out
from .floor import Floor
from .prices import FORBIDDEN


def sweep(floor: Floor, temperature: int, dice: Dice) -> NDArray[np.int64]:
    """Offers every group of every round one exchange with one other; (copies,) changes in price."""
    rows, groups, seats = floor.seats.shape
    pairs = groups // 2
    if not pairs:
        return np.zeros(floor.copies, dtype=np.int64)
    order = pairing(floor, dice)
    lane_row = np.repeat(np.arange(rows, dtype=np.int32), pairs)
    left = order[:, 0 : 2 * pairs : 2].reshape(-1)
    right = order[:, 1 : 2 * pairs : 2].reshape(-1)
    delta = price_swaps(floor, lane_row, left, right).reshape(len(left), seats * seats)
    go, choice = draw(delta, temperature, dice)
    k, m = np.divmod(choice, seats)
    one, two = floor.seats[lane_row[go], left[go]], floor.seats[lane_row[go], right[go]]
    every = np.arange(len(go))
    others = np.arange(seats - 1)
    exchange = Exchange(
        rows=lane_row[go],
        left=left[go],
        right=right[go],
        goers=one[every, k][:, None],
        comers=two[every, m][:, None],
        stay_left=one[every[:, None], others + (others >= k[:, None])],
        stay_right=two[every[:, None], others + (others >= m[:, None])],
        delta=delta[go, choice],
    )
    return carry_out(floor, exchange)


def pairing(floor: Floor, dice: Dice) -> Ints:
    """(rows, groups) an order of the groups of each round by chance: neighbours are paired.

    People whom few groups serve can change places with each other only where two of those are paired, so a quarter
    of the time those few stand beside each other.
    """
    rows, groups, _ = floor.seats.shape
    luck = dice.raw(rows * groups).reshape(rows, groups) >> np.uint64(2)
    kind = dice.below(4 * len(floor.served)) if floor.served else 0
    if kind < len(floor.served):
        luck[:, floor.served[kind] :] |= np.uint64(1 << 63)
    return np.argsort(luck, axis=-1, kind="stable").astype(np.int32)


def draw(delta: Ints, temperature: int, dice: Dice) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lanes of (lanes, options) prices that leave things not as they are, and the option that each takes."""
    lanes, options = delta.shape
    score = dice.gumbel(lanes * (options + 1), temperature).reshape(lanes, options + 1)
    score[:, :options] -= delta
    choice = score.argmax(axis=1)
    go = np.flatnonzero(choice < options)
    return go, choice[go]


def price_swaps(floor: Floor, rows: Ints, left: Ints, right: Ints) -> Ints:
    """(lanes, s, s) change in price if seat k of the left group and seat m of the right one change places."""
    s = floor.seats.shape[2]
    one, two = floor.seats[rows, left], floor.seats[rows, right]
    among = floor.among(rows, np.concatenate([one, two], axis=1))
    across = among[:, :s, s:]
    own = floor.prices.own
    size_left, size_right = floor.size[rows, left], floor.size[rows, right]
    # Column by column: NumPy sums a last axis of four several times slower.
    crossing = sum(
        (among[:, :, s + k] - among[:, :, k] for k in range(1, s)), among[:, :, s] - among[:, :, 0]
    )
    move_left = crossing[:, :s] + (own * (size_left - 1))[:, None]
    move_right = (own * (size_right - 1))[:, None] - crossing[:, s:]
    move_left += _alone(floor, rows, one, left, right, size_left, size_right)
    move_right += _alone(floor, rows, two, right, left, size_right, size_left)
    delta = move_left[:, :, None] + move_right[:, None, :] - 2 * across
    for flag, table in ((floor.newcomer, floor.company_change), (floor.facilitator, floor.leading_change)):
        if table is not None:
            delta += _counted(flag, table, one, two, size_left, size_right)
    return np.asarray(delta, dtype=np.int32)


def _alone(
    floor: Floor, rows: Ints, people: Ints, here: Ints, there: Ints, size_here: Ints, size_there: Ints
) -> Ints:
    """(lanes, s) what a move costs or forbids one person, whoever comes in exchange."""
    wall = floor.fixed[people]
    if floor.pinned is not None:
        wall |= floor.pinned[rows[:, None], people]
    if floor.bounded:
        wall |= floor.limit[people] <= there[:, None]
    if floor.uneven:
        had = floor.turns[floor.copy[rows][:, None], people] >= floor.share[people]
        wall |= (size_there < size_here)[:, None] & had
    out = wall * np.int32(FORBIDDEN)
    if floor.near is not None:
        near = floor.near[rows[:, None], people]
        out += floor.tether * (near == here[:, None])
        out -= floor.tether * (near == there[:, None])
    return out


def _counted(flag: Ints, table: Ints, one: Ints, two: Ints, size_left: Ints, size_right: Ints) -> Ints:
    """(lanes, s, s) change in the price of two groups by how many people of one kind each has."""
    side = one.shape[1] + 1
    kind_left, kind_right = flag.take(one), flag.take(two)
    at = ((size_left * side + size_right) * side + kind_left.sum(axis=1)) * side + kind_right.sum(axis=1)
    step = kind_right[:, None, :] - kind_left[:, :, None]
    return np.asarray(table.take((3 * at + 1)[:, None, None] + step), dtype=np.int32)
