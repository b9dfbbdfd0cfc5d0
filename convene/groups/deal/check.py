"""Says which hard rules a given set of groups would break, for moves made by hand and for the engine's own
last look."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from .board import joined, set_out
from .problem import Groups, Problem
from .refusals import mosts, seatings_of
from .sizes import group_sizes
from .validate import validate
from .words import counted, listed


def check(problem: Problem, rounds: Sequence[Groups]) -> tuple[str, ...]:
    """One sentence for each rule broken in the rounds after the held ones; empty if none is.

    Raises Invalid if the problem itself is not well formed. Prices are no part of this: a repeat breaks no
    rule.
    """
    validate(problem)
    here = {person.id for person in problem.people} if problem.present is None else set(problem.present)
    first = len(problem.held) + 1
    return tuple(
        f"Round {number}: {fault}."
        for number, groups in enumerate(rounds, first)
        for fault in _faults(problem, here, groups)
    )


def _faults(problem: Problem, here: set[str], groups: Groups) -> list[str]:
    place = {each: g for g, group in enumerate(groups) for each in group}
    return [
        *_presence(here, groups),
        *_size(problem, len(here), groups),
        *(
            f"{one} and {other} must be apart"
            for one, other in sorted({(min(pair), max(pair)) for pair in problem.apart})
            if one in place and place.get(one) == place.get(other)
        ),
        *(
            f"{listed(block)} must be together"
            for block in joined([each for each in names if each in here] for names in problem.together)
            if len({place.get(each) for each in block}) > 1
        ),
        *_needs(problem, place, len(groups)),
        *(_facilitators(problem, here, groups) if problem.facilitated else ()),
    ]


def _presence(here: set[str], groups: Groups) -> list[str]:
    seats = Counter(each for group in groups for each in group)
    return [
        *(f"{each} sits {count} times" for each, count in sorted(seats.items()) if count > 1),
        *(f"{each} is not here but has a seat" for each in sorted(set(seats) - here)),
        *(f"{each} has no seat" for each in sorted(here - set(seats))),
    ]


def _size(problem: Problem, n: int, groups: Groups) -> list[str]:
    sizes = group_sizes(n, problem.group_size)
    faults = []
    if len(groups) != len(sizes):
        faults.append(f"there are {counted(len(groups), 'group')} instead of {len(sizes)}")
    allowed = sorted(set(sizes))
    for g, group in enumerate(groups, 1):
        if len(group) not in allowed:
            wanted = " or ".join(str(size) for size in allowed)
            faults.append(f"group {g} has {counted(len(group), 'person', 'people')} instead of {wanted}")
    return faults


def _needs(problem: Problem, place: dict[str, int], count: int) -> list[str]:
    return [
        f"{person.id} needs {need}, and group {place[person.id] + 1} does not have that"
        for person in sorted(problem.people, key=lambda each: each.id)
        if person.id in place
        for need in sorted(set(person.needs))
        if place[person.id] >= min(problem.served.get(need, count), count)
    ]


def _facilitators(problem: Problem, here: set[str], groups: Groups) -> list[str]:
    leading = {person.id for person in problem.people if person.facilitator and person.id in here}
    counts = [sum(each in leading for each in group) for group in groups]
    board = set_out(replace(problem, met=(), held=(), told=(), rounds=1))
    fewest = board.fewest
    most = next(
        (most for most, seated in zip(mosts(board), seatings_of(board), strict=True) if seated), board.most
    )
    return [
        f"group {g} has {counted(count, 'facilitator')}, where there should be "
        + (str(most) if fewest == most else f"{fewest} to {most}")
        for g, count in enumerate(counts, 1)
        if not fewest <= count <= most
    ]
