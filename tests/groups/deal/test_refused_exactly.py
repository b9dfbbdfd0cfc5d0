"""A deal is refused exactly when nobody could make it: told by trying every seating of up to nine people."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from convene.groups.deal import Guest, Pin, Problem, Refused
from convene.groups.deal.engine import deal
from tests.groups.deal.independent import blocks, broken_rules, here, sizes
from tests.groups.deal.problems import examples, problems

pytestmark = pytest.mark.usefixtures("short_schedules")


def possible(problem: Problem) -> bool:
    """Whether every round still to deal has some seating that keeps every rule."""
    rounds = range(len(problem.held) + 1, problem.rounds + 1)
    return all(any(_keeps(problem, seating, r) for seating in _seatings(problem, r)) for r in rounds)


def _seatings(problem: Problem, r: int) -> Iterator[dict[str, int]]:
    """Every way to seat this round that heeds the sizes, blocks, needs and pins of single people."""
    present = here(problem)
    people = {person.id: person for person in problem.people}
    units = blocks(problem)
    units += [{each} for each in sorted(present) if not any(each in block for block in units)]
    wanted = sizes(len(present), problem.group_size)
    pinned = {each: pin.group - 1 for pin in problem.pinned if pin.round == r for each in pin.people}
    served = [
        min([len(wanted), *(problem.served.get(n, len(wanted)) for each in unit for n in people[each].needs)])
        for unit in units
    ]
    open_ = [
        [g for g in range(most) if all(pinned.get(each, g) == g for each in unit)]
        for unit, most in zip(units, served, strict=True)
    ]
    for choice in product(*open_):
        filled = [0] * len(wanted)
        for unit, g in zip(units, choice, strict=True):
            filled[g] += len(unit)
        if sorted(filled, reverse=True) == wanted:
            yield {each: g for unit, g in zip(units, choice, strict=True) for each in unit}


def _keeps(problem: Problem, seating: dict[str, int], r: int) -> bool:
    if any(a in seating and b in seating and seating[a] == seating[b] for a, b in problem.apart):
        return False
    pins = [pin for pin in problem.pinned if pin.round == r]
    for pin in pins:
        if pin.whole and set(pin.people) <= set(seating):
            stay = {each for other in pins if other.group == pin.group for each in other.people}
            if any(g == pin.group - 1 and each not in stay for each, g in seating.items()):
                return False
    groups = len(sizes(len(seating), problem.group_size))
    leading = [seating[person.id] for person in problem.people if person.facilitator and person.id in seating]
    if not groups or not problem.facilitated or len(leading) < groups:
        return True
    counts = [leading.count(g) for g in range(groups)]
    return max(counts) - min(counts) <= 1


def assert_refused_exactly_when_impossible(problem: Problem) -> None:
    try:
        plan = deal(problem, 0.02)
    except Refused as refusal:
        assert refusal.reasons
        assert not any("No groups were found" in reason for reason in refusal.reasons)
        assert not possible(problem), refusal.reasons
    else:
        assert broken_rules(problem, plan) == []
        assert possible(problem)


def in_need(n: int, size: int, **rules: object) -> Problem:
    """The first of so many people has a need that one group serves."""
    people = tuple(Guest(f"p{k:02d}", needs=("captions",) if k == 0 else ()) for k in range(n))
    return Problem(people, size, served={"captions": 1}, **rules)  # type: ignore[arg-type]


FOUR = (("p01", "p02", "p03", "p04"),)


@pytest.mark.parametrize(
    "problem",
    [
        in_need(13, 4, together=FOUR),
        in_need(7, 4, together=FOUR),
        in_need(10, 3, together=FOUR),
        in_need(5, 2, together=(("p01", "p02", "p03"),)),
        in_need(13, 4, apart=tuple(("p00", f"p{k:02d}") for k in range(1, 11))),
        in_need(13, 4, rounds=4, together=FOUR),
    ],
)
def test_the_larger_groups_come_last_where_only_that_keeps_the_rules(problem: Problem) -> None:
    plan = deal(problem, 0.05)
    assert broken_rules(problem, plan) == []
    assert plan.repeats >= plan.least_repeats


def test_pins_and_facilitators_that_leave_hardly_a_choice_are_dealt() -> None:
    """Twenty-one in fives: one group of five and four of four, and one of each is nearly settled by hand."""
    people = tuple(
        Guest(f"p{k:02d}", facilitator=k < 7, needs=("captions",) if 6 <= k < 12 else ()) for k in range(21)
    )
    pins = (Pin(1, 4, ("p12", "p13", "p14", "p15")), Pin(1, 1, ("p06", "p07", "p08")))
    problem = Problem(
        people,
        5,
        facilitated=True,
        served={"captions": 2},
        apart=(("p00", "p06"), ("p12", "p01"), ("p09", "p10")),
        together=(("p16", "p17", "p18"), ("p19", "p02")),
        pinned=pins,
    )
    plan = deal(problem, 0.05)
    assert broken_rules(problem, plan) == []
    assert {"p12", "p13", "p14", "p15"} <= set(plan.rounds[0][3])


@st.composite
def tangles(draw: st.DrawFn) -> Problem:
    """Few people and many rules."""
    problem = draw(problems(most=9, told=False))
    ids = [person.id for person in problem.people]
    if len(ids) < 2:
        return problem
    some = st.lists(st.sampled_from(ids), min_size=2, max_size=5, unique=True).map(tuple)
    pair = st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True).map(
        lambda two: (two[0], two[1])
    )
    stay = st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True).map(tuple)
    rounds = st.integers(len(problem.held) + 1, problem.rounds)
    pins = draw(st.lists(st.builds(Pin, rounds, st.integers(1, 3), stay, st.booleans()), max_size=3))
    taken: set[tuple[int, str]] = set()
    kept = []
    for pin in pins:
        if not taken & {(pin.round, each) for each in pin.people}:
            kept.append(pin)
            taken |= {(pin.round, each) for each in pin.people}
    return replace(
        problem,
        apart=tuple(draw(st.lists(pair, max_size=10))),
        together=tuple(draw(st.lists(some, max_size=2))),
        pinned=tuple(kept),
    )


@pytest.mark.long
@examples(200)
@given(tangles())
@example(in_need(9, 4, together=FOUR))
def test_up_to_nine_people_are_refused_exactly_when_no_seating_keeps_the_rules(problem: Problem) -> None:
    assert_refused_exactly_when_impossible(problem)
