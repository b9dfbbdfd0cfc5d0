"""People who come by different ways, to the room and online, cannot share a group: each way is dealt by itself.

One plan comes of it, the groups of the first way first, so that whoever keeps or shows a plan need not know.
"""

from dataclasses import replace
from itertools import chain, pairwise

from .engine import deal
from .problem import Caveat, Groups, Pin, Plan, Problem
from .sizes import group_sizes

SUMS = ("repeats", "least_repeats", "met_again", "lone_newcomers", "same_organisation", "moved", "cost")


def deal_by_ways(problem: Problem, seconds: float) -> Plan:
    """As `engine.deal`, each way in its share of the time. Raises Invalid, Refused."""
    parts = apart(problem)
    plans = [deal(part, seconds / len(parts)) for part in parts]
    return plans[0] if len(plans) == 1 else as_one(plans, len(problem.held))


def apart(problem: Problem) -> list[Problem]:
    """The problem of each way that somebody comes by; the problem itself where all come by one."""
    here = problem.present if problem.present is not None else {guest.id for guest in problem.people}
    ways = [here & set(way) for way in problem.ways]
    found = [way for way in ways if way]
    if len(found) < 2:
        return [problem]
    sizes = [len(group_sizes(len(way), problem.group_size)) for way in found]
    first = [0, *(sum(sizes[:number]) for number in range(1, len(found) + 1))]
    return [part(problem, frozenset(way), *span) for way, span in zip(found, pairwise(first), strict=True)]


def part(problem: Problem, way: frozenset[str], first: int, last: int) -> Problem:
    """What one way has to deal with; its groups are those after `first`, up to and with `last`.

    Rooms that can serve a need are named by their number in the whole plan, so those of a later way are fewer.
    """
    gone = {guest.id for guest in problem.people} - set(chain.from_iterable(problem.ways))
    mine = way | gone
    served = {need: max(0, min(last, groups) - first) for need, groups in problem.served.items()}
    people = tuple(
        replace(guest, needs=tuple(need for need in guest.needs if served.get(need, 1)))
        for guest in problem.people
        if guest.id in mine
    )
    return replace(
        problem,
        ways=(),
        people=people,
        present=way,
        served={need: groups for need, groups in served.items() if groups},
        apart=tuple(pair for pair in problem.apart if mine.issuperset(pair)),
        together=tuple(block for block in problem.together if mine.issuperset(block)),
        met=tuple(one for one in problem.met if mine.issuperset(one[:2])),
        drawn=tuple(pair for pair in problem.drawn if mine.issuperset(pair)),
        held=tuple(of_way(groups, mine) for groups in problem.held),
        told=tuple(of_way(groups, mine) for groups in problem.told),
        pinned=tuple(
            Pin(pin.round, pin.group - first, kept, pin.whole and kept == pin.people)
            for pin in problem.pinned
            if first < pin.group <= last and (kept := tuple(one for one in pin.people if one in mine))
        ),
    )


def of_way(groups: Groups, mine: frozenset[str]) -> Groups:
    kept = (tuple(one for one in group if one in mine) for group in groups)
    return tuple(group for group in kept if group)


def as_one(plans: list[Plan], held: int) -> Plan:
    """The groups of each way after those of the one before, the figures added up; `held` rounds came before."""
    whole = plans[0]
    for plan in plans[1:]:
        before = {number: len(groups) for number, groups in enumerate(whole.rounds)}
        moved = tuple(
            Caveat(one.round, one.group + before.get(one.round - 1 - held, 0), one.text)
            for one in plan.caveats
        )
        whole = replace(
            whole,
            rounds=tuple(one + other for one, other in zip(whole.rounds, plan.rounds, strict=True)),
            caveats=whole.caveats + moved,
            because=tuple(dict.fromkeys((*whole.because, *plan.because))),
            **{name: getattr(whole, name) + getattr(plan, name) for name in SUMS},
        )
    return whole
