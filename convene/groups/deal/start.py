"""Makes a first deal that keeps every hard rule and stays near a wish: a lattice, a told round, or chance."""

from collections.abc import Sequence

import numpy as np

from .board import Board, Ints
from .dice import Dice
from .feasible import NODES, Gave, seat_units
from .layouts import Layout
from .units import Bound


def seat_round(
    board: Board, bound: Bound, layout: Layout, most: int, wish: Ints | None, dice: Dice, nodes: int = NODES
) -> tuple[Ints, tuple[int, ...]] | None:
    """(n,) groups for one round and their sizes, or None if no way to keep the rules was found.

    Units first, then facilitators nobody binds, then everybody else; each into the group wished for while
    there is room, else into what is left, in an order that chance decides.
    """
    wishes = wish.tolist() if wish is not None else None
    try:
        seated = seat_units(bound, layout, board.fewest, most, wishes, dice, nodes)
    except Gave:
        return None
    if seated is None:
        return None
    group = np.full(board.n, -1, dtype=np.int32)
    room, leading = list(seated.sizes), [0] * len(seated.sizes)
    for number, g in seated.place.items():
        unit = bound.units[number]
        group[list(unit.members)] = g
        room[g] -= len(unit.members)
        leading[g] += unit.facilitators
    _lead(bound, room, leading, board.fewest, most, wishes, group, dice)
    _fill(bound.free, room, wish, group, dice)
    return group, seated.sizes


def _lead(
    bound: Bound,
    room: list[int],
    leading: list[int],
    fewest: int,
    most: int,
    wishes: list[int] | None,
    group: Ints,
    dice: Dice,
) -> None:
    """Facilitators whom nothing else binds: first where one is missing, then wherever there may be one
    more."""
    waiting = [bound.free_facilitators[k] for k in dice.order(len(bound.free_facilitators)).tolist()]
    for ceiling in (fewest, most):
        for wished in (True, False):
            still: list[int] = []
            slots = (
                []
                if wished
                else sorted((g for g in range(len(room)) if room[g] > 0), key=lambda g: leading[g])
            )
            at = 0
            for person in waiting:
                if wished:
                    g = wishes[person] if wishes is not None else -1
                else:
                    while at < len(slots) and (leading[slots[at]] >= ceiling or room[slots[at]] == 0):
                        at += 1
                    g = slots[at] if at < len(slots) else -1
                if g >= 0 and room[g] > 0 and leading[g] < ceiling:
                    group[person] = g
                    room[g] -= 1
                    leading[g] += 1
                else:
                    still.append(person)
            waiting = still


def _fill(people: Sequence[int], room: list[int], wish: Ints | None, group: Ints, dice: Dice) -> None:
    order = dice.order(len(people))
    if wish is not None and _all_have_their_wish(people, room, wish, group):
        return
    waiting = [people[k] for k in order.tolist()]
    if wish is not None:
        wishes, still = wish.tolist(), list[int]()
        for person in waiting:
            g = wishes[person]
            if g >= 0 and room[g] > 0:
                group[person] = g
                room[g] -= 1
            else:
                still.append(person)
        waiting = still
    seats = [g for g, free in enumerate(room) for _ in range(free)]
    luck = dice.order(len(seats)).tolist()
    for person, k in zip(waiting, luck, strict=True):
        group[person] = seats[k]


def _all_have_their_wish(people: Sequence[int], room: Sequence[int], wish: Ints, group: Ints) -> bool:
    """Seats everybody at once where a lattice left nobody without a group and none too full."""
    free = np.array(people, dtype=np.int64)
    wanted = wish[free]
    if not len(free) or (wanted < 0).any() or (np.bincount(wanted, minlength=len(room)) > room).any():
        return False
    group[free] = wanted
    return True
