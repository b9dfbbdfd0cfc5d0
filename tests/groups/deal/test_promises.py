"""What every deal promises, whatever the problem: tried on problems that Hypothesis draws."""

from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.groups.deal import Guest, Plan, Problem, Refused, group_sizes
from convene.groups.deal.check import check
from convene.groups.deal.engine import deal
from convene.groups.deal.lattice import lattice
from tests.groups.deal.independent import assert_figures, broken_rules
from tests.groups.deal.problems import examples, problems

QUICK = 0.02
pytestmark = pytest.mark.usefixtures("short_schedules")
few = examples(60)
fewer = examples(25)


def dealt(problem: Problem, seconds: float = QUICK) -> Plan | None:
    try:
        return deal(problem, seconds)
    except Refused as refusal:
        assert refusal.reasons
        assert all(reason.endswith(".") for reason in refusal.reasons)
        return None


@pytest.mark.long
@few
@given(problems())
def test_hard_rules_hold_or_a_refusal_says_why_and_the_figures_are_true(problem: Problem) -> None:
    plan = dealt(problem)
    if plan is not None:
        assert broken_rules(problem, plan) == []
        assert check(problem, plan.rounds) == ()
        assert_figures(problem, plan)


@pytest.mark.long
@fewer
@given(problems(told=False), st.integers(1, 5))
def test_a_refusal_does_not_depend_on_the_seed(problem: Problem, seed: int) -> None:
    assert (dealt(problem) is None) == (dealt(replace(problem, seed=seed)) is None)


@few
@given(st.integers(1, 200), st.integers(3, 6))
def test_sizes_are_even_and_allowed_for_any_number_of_people(n: int, s: int) -> None:
    sizes = group_sizes(n, s)
    assert sum(sizes) == n
    assert max(sizes) - min(sizes) <= 1
    assert max(sizes) <= max(s, 5)
    assert n < 3 or min(sizes) >= 3
    plan = deal(Problem(tuple(Guest(f"p{k}") for k in range(n)), s), QUICK)
    assert [len(group) for group in plan.rounds[0]] == sizes


@pytest.mark.long
@fewer
@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(problem: Problem, chance: Random) -> None:
    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(chance.sample(rows, len(rows)))

    other = replace(
        problem,
        people=shuffled(problem.people),
        apart=shuffled(tuple(pair[::-1] for pair in problem.apart)),
        together=shuffled(problem.together),
        met=shuffled(problem.met),
    )
    assert dealt(problem) == dealt(other)


@pytest.mark.long
@examples(12)
@given(problems(most=16))
def test_more_time_never_costs_more(problem: Problem) -> None:
    plans = [dealt(problem, seconds) for seconds in (0.01, 0.1, 0.25)]
    costs = [plan.cost for plan in plans if plan]
    assert costs == sorted(costs, reverse=True)


@pytest.mark.long
@examples(8)
@given(problems(least=36, most=44))
def test_more_time_never_costs_more_for_forty_either(problem: Problem) -> None:
    plans = [dealt(problem, seconds) for seconds in (0.01, 0.1, 0.3)]
    costs = [plan.cost for plan in plans if plan]
    assert costs == sorted(costs, reverse=True)


@fewer
@given(problems())
def test_the_same_seed_gives_the_same_plan(problem: Problem) -> None:
    assert dealt(problem) == dealt(problem)


@examples(100)
@given(st.integers(2, 6), st.integers(1, 25), st.integers(1, 13))
def test_a_lattice_never_repeats_and_reaches_as_far_as_its_condition(
    s: int, groups: int, rounds: int
) -> None:
    flat = lattice(s, groups, rounds)
    primes = [p for p in range(2, groups + 1) if groups % p == 0]
    if (s - 1) * (rounds - 1) < groups or (rounds <= groups and primes and min(primes) >= max(s, rounds)):
        assert flat is not None
    if flat is None:
        return
    seen: set[tuple[int, int]] = set()
    for row in flat.tolist():
        assert sorted(row) == sorted(list(range(groups)) * s)
        for pair in combinations(range(s * groups), 2):
            if row[pair[0]] == row[pair[1]]:
                assert pair not in seen
                seen.add(pair)


@fewer
@given(st.integers(3, 6).flatmap(lambda s: st.tuples(st.just(s), st.integers(s + 1, 12))))
def test_a_block_longer_than_a_group_is_refused_by_name(case: tuple[int, int]) -> None:
    s, size = case
    people = tuple(Guest(f"p{k:02d}") for k in range(30))
    block = tuple(f"p{k:02d}" for k in range(size))
    try:
        deal(Problem(people, s, together=(block,)), QUICK)
    except Refused as refusal:
        assert len(refusal.reasons) == 1
        assert all(each in refusal.reasons[0] for each in block)
        assert "p29" not in refusal.reasons[0]
    else:
        raise AssertionError("a block that fits no group was dealt")
