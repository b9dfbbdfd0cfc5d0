"""Moves keep-together blocks as one: a block changes places with as many people of another group of its
round."""

from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .board import Ints
from .dice import Dice
from .exchange import Exchange, carry_out
from .floor import Floor
from .prices import FORBIDDEN
from .sweeps import draw


@cache
def choices(seats: int, size: int) -> tuple[Ints, Ints]:
    """(k, size) every choice of so many seats of a group, and (k, seats - size) the rest of each."""
    picks = list(combinations(range(seats), size))
    rest = [[seat for seat in range(seats) if seat not in pick] for pick in picks]
    return (
        np.array(picks, dtype=np.int32).reshape(len(picks), size),
        np.array(rest, dtype=np.int32).reshape(len(picks), seats - size),
    )


def move_blocks(floor: Floor, temperature: int, dice: Dice) -> NDArray[np.int64]:
    """Offers one block, in every round, one other group and every choice there, and draws by the same law as
    a sweep; (copies,) changes in price."""
    rows, groups, width = floor.seats.shape
    block = floor.blocks[dice.below(len(floor.blocks))]
    every = np.arange(rows, dtype=np.int32)
    here = floor.groups[:, block[0]]
    there = ((here + 1 + dice.raw(rows) % np.uint64(groups - 1)) % groups).astype(np.int32)
    pick, rest = choices(width, len(block))
    host, target = floor.seats[every, here], floor.seats[every, there]
    home = host[~np.isin(host, block)].reshape(rows, width - len(block))
    out, stay = target[:, pick], target[:, rest]
    delta = _pairs(floor, every, block, home, target, pick, here, there)
    delta += _rules(floor, block, here, there, out)
    for flag, prices in ((floor.newcomer, floor.company), (floor.facilitator, floor.leading)):
        if prices is not None:
            delta += _kinds(floor, flag, prices, block, here, there, out)
    go, choice = draw(np.minimum(delta, FORBIDDEN).astype(np.int32), temperature, dice)
    exchange = Exchange(
        rows=every[go],
        left=here[go],
        right=there[go],
        goers=np.broadcast_to(block, (len(go), len(block))),
        comers=out[go, choice],
        stay_left=home[go],
        stay_right=stay[go, choice],
        delta=delta[go, choice].astype(np.int32),
    )
    return carry_out(floor, exchange)


def _pairs(
    floor: Floor, rows: Ints, block: Ints, home: Ints, target: Ints, pick: Ints, here: Ints, there: Ints
) -> NDArray[np.int64]:
    """(rows, k) change in the price of pairs: the block leaves its home for those who stay of the target,
    and the picked ones leave those for the home. Pairs inside a block are free, so whole blocks may be
    picked too."""
    b, h = len(block), len(block) + home.shape[1]
    people = np.concatenate([np.broadcast_to(block, (len(rows), b)), home, target], axis=1)
    among = floor.among(rows, people)
    own = floor.prices.own * b
    leave = among[:, :b, b:h].sum(axis=(1, 2)) - own * (floor.size[rows, here] - b)
    to_block, to_home, inside = among[:, :b, h:].sum(axis=1), among[:, b:h, h:].sum(axis=1), among[:, h:, h:]
    join = to_block.sum(axis=1)[:, None] - to_block[:, pick].sum(axis=2)
    come = to_home[:, pick].sum(axis=2)
    among_picked = inside[:, pick[:, :, None], pick[:, None, :]].sum(axis=(2, 3))
    part = (
        inside.sum(axis=2)[:, pick].sum(axis=2)
        - among_picked
        - (own * (floor.size[rows, there] - b))[:, None]
    )
    return np.asarray(join - leave[:, None] + come - part, dtype=np.int64)


def _rules(floor: Floor, block: Ints, here: Ints, there: Ints, out: Ints) -> NDArray[np.int64]:
    """(rows, k) a wall for every choice that a rule forbids, and the tethers of all who would move."""
    rows, n = len(here), floor.board.n
    every = np.arange(rows)
    wall = (out == n).any(axis=2) | (there >= floor.limit[block].min())[:, None]
    wall |= (floor.limit[out] <= here[:, None, None]).any(axis=2)
    label = floor.block[out]
    picked = (label[:, :, :, None] == label[:, :, None, :]).sum(axis=3)
    wall |= ((label >= 0) & (picked < floor.block_size[label])).any(axis=2)
    if floor.pinned is not None:
        wall |= floor.pinned[every[:, None, None], out].any(axis=2)
        wall |= np.asarray(floor.pinned[:, block].any(axis=1))[:, None]
    if floor.uneven:
        small_here, small_there = floor.small[every, here], floor.small[every, there]
        had = floor.turns[floor.copy] >= floor.share
        wall |= (small_here & ~small_there)[:, None] & had[every[:, None, None], out].any(axis=2)
        wall |= (small_there & ~small_here & had[:, block].any(axis=1))[:, None]
    result = np.where(wall, FORBIDDEN, 0).astype(np.int64)
    if floor.near is not None:
        near = floor.near[:, block]
        result += floor.tether * (near == here[:, None]).sum(axis=1)[:, None]
        result -= floor.tether * (near == there[:, None]).sum(axis=1)[:, None]
        near = floor.near[every[:, None, None], out]
        result += floor.tether * (near == there[:, None, None]).sum(axis=2)
        result -= floor.tether * (near == here[:, None, None]).sum(axis=2)
    return result


def _kinds(floor: Floor, flag: Ints, prices: Ints, block: Ints, here: Ints, there: Ints, out: Ints) -> Ints:
    """(rows, k) change in the price of two groups by how many people of one kind each has."""
    every = np.arange(len(here))
    count_here = flag[floor.seats[every, here]].sum(axis=1)[:, None]
    count_there = flag[floor.seats[every, there]].sum(axis=1)[:, None]
    size_here, size_there = floor.size[every, here][:, None], floor.size[every, there][:, None]
    step = flag[out].sum(axis=2) - int(flag[block].sum())
    last = prices.shape[1] - 1
    after_here = np.minimum(np.maximum(count_here + step + 1, 0), last)
    after_there = np.minimum(np.maximum(count_there - step + 1, 0), last)
    before = prices[size_here, count_here + 1] + prices[size_there, count_there + 1]
    return np.asarray(prices[size_here, after_here] + prices[size_there, after_there] - before)
