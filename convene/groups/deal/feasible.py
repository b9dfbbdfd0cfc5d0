"""Seats everybody bound by a hard rule first, by construction, so that no price ever has to defend a rule.

One round is a small constraint problem over units: capacities, limits (needs), apart, and facilitators
between `fewest` and `most` a group. First a few greedy passes that learn which unit is hard to place (each
failure raises its weight; Boussemart and others 2004, dom/wdeg); if all fail, a depth-first search that is
exact within a budget of nodes, smallest domain first, and that tries only one of several untouched groups
that are alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from .dice import Dice
from .layouts import Layout
from .units import Bound, Unit

GREEDY_PASSES = 40
NODES = 2000
FURTHER = 10
"""Times as many, where nothing else is left to try and units times groups are few."""
FEW = 200
LAST = -1
"""In place of a unit: the seat was given when all units had theirs."""
ORDINARY = 1_000
MANY_GROUPS = 200
PROBES = 16


@dataclass(slots=True)
class Seating:
    """Groups being filled: free seats, facilitators so far, and where each unit went.

    extra   seats still to be given, one each, to groups of `may` that have had none
    grown   the unit for whose sake each group was given one
    """

    room: list[int]
    extra: int
    may: frozenset[int]
    fewest: int
    most: int
    spare: int
    facilitators: list[int] = field(default_factory=list)
    place: dict[int, int] = field(default_factory=dict)
    grown: dict[int, int] = field(default_factory=dict)

    def may_grow(self, group: int) -> bool:
        return self.extra > 0 and group in self.may and group not in self.grown

    def fits(self, unit: Unit, group: int) -> bool:
        """Whether the unit may join, leaving seats enough for the facilitators that the group still lacks."""
        room = self.room[group] + self.may_grow(group) - len(unit.members)
        leading = self.facilitators[group] + unit.facilitators
        if unit.only not in (-1, group):
            return False
        if room < 0 or group >= unit.limit or leading > self.most or self.fewest - leading > room:
            return False
        return all(self.place.get(other) != group for other in unit.apart)

    def put(self, number: int, unit: Unit, group: int) -> None:
        if len(unit.members) > self.room[group]:
            self._grow(group, number)
        self.place[number] = group
        self.room[group] -= len(unit.members)
        self.facilitators[group] += unit.facilitators

    def lift(self, number: int, unit: Unit) -> None:
        group = self.place.pop(number)
        self.room[group] += len(unit.members)
        self.facilitators[group] -= unit.facilitators
        if self.grown.get(group) == number:
            self._shrink(group)

    def balanced(self, to_come: int) -> bool:
        """Whether `to_come` facilitators in units still unplaced, with those who are free, can serve every
        group."""
        missing = sum(max(0, self.fewest - count) for count in self.facilitators)
        return missing <= to_come + self.spare

    def takes_spare(self) -> bool:
        """Whether the facilitators who are bound by no rule still fit under `most` (all units are placed);
        gives away the extra seats, first where one is lacked, then where one would help."""
        leading = self.facilitators
        if not (self.extra or self.spare or self.fewest):
            return True
        for group in sorted(
            (group for group in self.may if group not in self.grown),
            key=lambda g: (
                self.fewest - leading[g] <= self.room[g],
                self.most - leading[g] <= self.room[g],
                g,
            ),
        )[: self.extra]:
            self._grow(group, LAST)
        seats = sum(min(room, self.most - count) for room, count in zip(self.room, leading, strict=True))
        lacked = all(self.fewest - count <= room for room, count in zip(self.room, leading, strict=True))
        if lacked and self.balanced(0) and seats >= self.spare:
            return True
        for group in [group for group, number in self.grown.items() if number == LAST]:
            self._shrink(group)
        return False

    def _grow(self, group: int, number: int) -> None:
        self.room[group] += 1
        self.extra -= 1
        self.grown[group] = number

    def _shrink(self, group: int) -> None:
        self.room[group] -= 1
        self.extra += 1
        del self.grown[group]


class Gave(Exception):
    """The node budget ran out: neither seated nor proven impossible."""


@dataclass(frozen=True, slots=True)
class Seated:
    """The group of each unit, and the seats that each group came to have."""

    place: dict[int, int]
    sizes: tuple[int, ...]


def seat_units(
    bound: Bound,
    layout: Layout,
    fewest: int,
    most: int,
    wish: Sequence[int] | None,
    dice: Dice,
    nodes: int = NODES,
) -> Seated | None:
    """The units of one round in their groups, or None if no seating exists.

    wish    the group each person would like, -1 for none; followed where a rule allows
    nodes   how far the exact search may go. Raises Gave where it ended before it knew.
    """
    sizes = layout.sizes
    if any(k in unit.apart or unit.only >= len(sizes) for k, unit in enumerate(bound.units)):
        return None
    if _overfull(bound.units, layout):
        return None

    def fresh() -> Seating:
        spare = len(bound.free_facilitators)
        return Seating(list(sizes), layout.extra, layout.may, fewest, most, spare, [0] * len(sizes))

    def seated(seating: Seating) -> Seated:
        return Seated(seating.place, tuple(size + (g in seating.grown) for g, size in enumerate(sizes)))

    # A pass and a node look at every unit and group: where those are many, fewer take the same time.
    looked_at = len(bound.units) * len(sizes)
    times = 1 + looked_at // ORDINARY
    weight = [0] * len(bound.units)
    for _ in range(max(3, GREEDY_PASSES // times)):
        seating = fresh()
        failed = _greedy(seating, bound.units, weight, wish, dice)
        if failed is None and seating.takes_spare():
            return seated(seating)
        for number in range(len(bound.units)) if failed is None else (failed,):
            weight[number] += dice.below(3) if failed is None else 1
        if not bound.units:
            return None
    budget = max(2, NODES // times, nodes * FEW // max(FEW, looked_at))
    seating = fresh()
    return seated(seating) if _search(seating, bound.units, iter(range(budget))) else None


def _overfull(units: Sequence[Unit], layout: Layout) -> bool:
    """Whether a unit is larger than every group, or has too few others left to fill one, or those whom the
    first few groups serve are more than their seats."""
    if not units:
        return False
    sizes, extra = list(layout.sizes), layout.extra
    everybody, smallest = sum(sizes) + extra, min(sizes, default=0)
    for group in sorted(layout.may)[:extra]:
        sizes[group] += 1
    for unit in units:
        clear = everybody - sum(len(units[other].members) for other in unit.apart)
        if len(unit.members) > max(sizes, default=0) or clear < smallest:
            return True
    asked = [0] * (len(sizes) + 1)
    for unit in units:
        asked[min(unit.limit, len(sizes))] += len(unit.members)
    return any(
        people > seats for people, seats in zip(accumulate(asked), accumulate([0, *sizes]), strict=True)
    )


def _greedy(
    seating: Seating, units: Sequence[Unit], weight: list[int], wish: Sequence[int] | None, dice: Dice
) -> int | None:
    """Places all units in one pass, hardest first; the number of the unit that found no group, or None."""
    groups = len(seating.room)
    luck = dice.order(len(units)).tolist() if units else []
    order = sorted(
        range(len(units)),
        key=lambda k: (
            units[k].only < 0,
            -weight[k],
            units[k].limit,
            -len(units[k].members),
            -len(units[k].apart),
            luck[k],
        ),
    )
    to_come = sum(unit.facilitators for unit in units)
    for number in order:
        unit = units[number]
        to_come -= unit.facilitators
        wanted = wish[unit.members[0]] if wish is not None else -1
        limit = min(unit.limit, groups)
        for group in (unit.only,) if 0 <= unit.only < limit else _tries(seating, limit, wanted, dice):
            if seating.fits(unit, group):
                seating.put(number, unit, group)
                if seating.balanced(to_come):
                    break
                seating.lift(number, unit)
        else:
            return number
    return None


def _tries(seating: Seating, limit: int, wanted: int, dice: Dice) -> Iterator[int]:
    """Groups to try: the one wished for, at a large event a few by chance, then all, roomiest first."""
    if wanted >= 0:
        yield wanted
    if limit > MANY_GROUPS:
        for _ in range(PROBES):
            yield dice.below(limit)
    start = dice.below(limit) if limit else 0
    yield from sorted(range(limit), key=lambda g: (-seating.room[g], (g - start) % limit))


def _search(seating: Seating, units: Sequence[Unit], nodes: Iterator[int]) -> bool:
    if next(nodes, None) is None:
        raise Gave
    waiting = [k for k in range(len(units)) if k not in seating.place]
    if not waiting:
        return seating.takes_spare()
    options = {k: _options(seating, units[k], units) for k in waiting}
    number = min(waiting, key=lambda k: (len(options[k]), -len(units[k].apart), -len(units[k].members), k))
    unit = units[number]
    to_come = sum(units[k].facilitators for k in waiting) - unit.facilitators
    for group in options[number]:
        seating.put(number, unit, group)
        if seating.balanced(to_come) and _search(seating, units, nodes):
            return True
        seating.lift(number, unit)
    return False


def _options(seating: Seating, unit: Unit, units: Sequence[Unit]) -> list[int]:
    """Groups that the unit fits, one of each kind of untouched group."""
    limits = sorted({each.limit for each in units})
    touched = {*seating.place.values(), *(each.only for each in units)}
    out: list[int] = []
    seen: set[tuple[int, bool, int]] = set()
    for group in range(min(unit.limit, len(seating.room))):
        if not seating.fits(unit, group):
            continue
        if group not in touched:
            kind = (seating.room[group], group in seating.may, sum(limit <= group for limit in limits))
            if kind in seen:
                continue
            seen.add(kind)
        out.append(group)
    return out
