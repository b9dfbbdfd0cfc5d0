"""One schedule of the search: cool from warm to cold in a given number of sweeps and keep the best deal
seen."""

from collections.abc import Callable

import numpy as np

from .blocks import move_blocks
from .board import Ints
from .dice import Dice, cooling
from .floor import Floor
from .sweeps import sweep

BLOCKS_EVERY = 5


def anneal(
    floor: Floor, steps: int, hot: int, cold: int, dice: Dice, goal: int, late: Callable[[], bool]
) -> Ints:
    """The (rounds, n) groups of the lowest price seen in any copy.

    goal    ends early at this change in price, in the unit of the search: no deal can be better
    late    ends early when this says so
    """
    cost = np.zeros(floor.copies, dtype=np.int64)
    gap = max(4, steps // 16)
    best, kept = 0, floor.deal_of(0)
    for step, temperature in enumerate(cooling(hot, cold, steps)):
        cost += sweep(floor, temperature, dice)
        if floor.blocks and floor.board.groups > 1 and step % BLOCKS_EVERY == 0:
            cost += move_blocks(floor, temperature, dice)
        if floor.copies > 1 and step % gap == gap - 1 and step < steps * 9 // 10:
            order = np.argsort(cost, kind="stable")
            floor.clone(int(order[0]), int(order[-1]))
            cost[order[-1]] = cost[order[0]]
        least = int(cost.argmin())
        if cost[least] < best:
            best, kept = int(cost[least]), floor.deal_of(least)
        if best <= goal or late():
            break
    return kept
