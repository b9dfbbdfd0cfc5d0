"""Which hard rules a set of groups breaks, in sentences: plain Python, so that a move by hand needs no NumPy."""

from collections import Counter
from collections.abc import Sequence

from .kin import joined
from .problem import Groups, Pin, Problem
from .sizes import group_sizes
from .words import counted, listed


def faults(problem: Problem, rounds: Sequence[Groups], most: int) -> tuple[str, ...]:
    """One sentence for each rule broken in the rounds after the held ones; empty if none is.

    most    facilitators that a group may have (see facilitators_allowed), should they be fewer than the groups
    """
    here = present(problem)
    return tuple(
        f"Round {number}: {fault}."
        for number, groups in enumerate(rounds, len(problem.held) + 1)
        for fault in _faults(problem, here, number, groups, most)
    )


def present(problem: Problem) -> set[str]:
    return {person.id for person in problem.people} if problem.present is None else set(problem.present)


def facilitators_allowed(problem: Problem) -> tuple[int, int]:
    """The fewest and the most that a group may have, before any other rule has its say."""
    here = present(problem)
    leading = sum(person.facilitator for person in problem.people if person.id in here)
    groups = len(group_sizes(len(here), problem.group_size))
    return (leading // groups, max(1, -(-leading // groups))) if groups else (0, 1)


def _faults(problem: Problem, here: set[str], number: int, groups: Groups, most: int) -> list[str]:
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
        *(
            fault
            for pin in problem.pinned
            if pin.round == number
            for fault in _moved(problem, pin, here, groups)
        ),
        *(_facilitators(problem, here, groups, most) if problem.facilitated else ()),
    ]


def _moved(problem: Problem, pin: Pin, here: set[str], groups: Groups) -> list[str]:
    """What a pin says against these groups."""
    stay = here.intersection(pin.people)
    group = set(groups[pin.group - 1]) if pin.group <= len(groups) else set()
    out = [f"{each} must stay in group {pin.group}" for each in sorted(stay - group)]
    if pin.whole and len(stay) == len(pin.people):
        place = (pin.round, pin.group)
        stay = stay.union(*(each.people for each in problem.pinned if (each.round, each.group) == place))
        out += [
            f"{each} must not join group {pin.group}, which stays as it is" for each in sorted(group - stay)
        ]
    return out


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


def _facilitators(problem: Problem, here: set[str], groups: Groups, most: int) -> list[str]:
    leading = {person.id for person in problem.people if person.facilitator and person.id in here}
    counts = [sum(each in leading for each in group) for group in groups]
    fewest, _ = facilitators_allowed(problem)
    return [
        f"group {g} has {counted(count, 'facilitator')}, where there should be "
        + (str(most) if fewest == most else f"{fewest} to {most}")
        for g, count in enumerate(counts, 1)
        if not fewest <= count <= most
    ]
