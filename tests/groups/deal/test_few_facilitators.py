"""Where fewer facilitate than there are groups, no two of them share one, however else the evening is tangled."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.groups.deal import Guest, Plan, Problem, Refused
from convene.groups.deal.engine import deal
from tests.groups.deal.independent import broken_rules, here, parted, sizes
from tests.groups.deal.problems import examples, problems

pytestmark = pytest.mark.usefixtures("short_schedules")


@st.composite
def led_by_few(draw: st.DrawFn) -> Problem:
    """Two or more who facilitate, and a group at least without."""
    problem = draw(problems(told=False).filter(lambda one: len(sizes(len(here(one)), one.group_size)) > 2))
    present = sorted(here(problem))
    groups = len(sizes(len(present), problem.group_size))
    leading = draw(st.sets(st.sampled_from(present), min_size=2, max_size=groups - 1))
    people = tuple(replace(person, facilitator=person.id in leading) for person in problem.people)
    # Where needs leave two of them one group, that is no fault; it would be the case too often here.
    return replace(problem, people=people, facilitated=True, served={}, held=(), rounds=2)


@pytest.mark.long
@examples(40)
@given(led_by_few())
def test_no_two_facilitators_share_a_group_unless_a_rule_says_so(problem: Problem) -> None:
    try:
        plan = deal(problem, 0.02)
    except Refused:
        return
    assert broken_rules(problem, plan) == []


def test_the_second_opinion_sees_two_facilitators_in_one_group() -> None:
    people = tuple(Guest(f"p{k}", facilitator=k < 2) for k in range(9))
    problem = Problem(people, 3, facilitated=True)
    crowded = ((("p0", "p1", "p2"), ("p3", "p4", "p5"), ("p6", "p7", "p8")),)
    plan = Plan(crowded, 0, 0, 0, 0, 0, 0, 0.0, 1, (), ())
    assert broken_rules(problem, plan) == ["at most one facilitator each"]
    assert broken_rules(replace(problem, together=(("p0", "p1"),)), plan) == []
    assert parted(problem)
