"""The strip of figures beside drawing names from a hat, and what a change by hand would do."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given

from convene.groups.deal import Guest, Invalid, Mixture, Problem, Refused, effect, mixing, move, swap
from convene.groups.deal.check import check
from convene.groups.deal.engine import deal
from convene.groups.deal.lots import draw_lots
from tests.groups.deal.problems import examples, problems
from tests.groups.deal.test_figures_to_reach import full, plain

pytestmark = pytest.mark.usefixtures("short_schedules")
few = examples(60)


@few
@given(problems())
def test_the_plan_s_figures_are_those_of_the_plan(problem: Problem) -> None:
    try:
        plan = deal(problem, 0.02)
    except Refused:
        return
    figures = mixing(problem, plan.rounds).plan
    assert figures.repeats == plan.repeats
    assert figures.met_again == plan.met_again
    assert figures.same_organisation == plan.same_organisation
    assert figures.lone_newcomers == plan.lone_newcomers
    assert check(problem, plan.rounds) == ()
    assert effect(problem, plan.rounds, plan.rounds).broken == ()


@examples(20)
@given(problems(most=16))
def test_what_a_hat_comes_to_is_what_thousands_of_draws_come_to(problem: Problem) -> None:
    try:
        rounds = deal(problem, 0.02).rounds
    except Refused:
        return
    exact, lots = mixing(problem, rounds).chance, draw_lots(problem, rounds, 1000)
    for name in Mixture.__slots__:
        mean = getattr(lots.mean, name)
        spread = max(abs(mean - getattr(lots.best, name)), 1.0)
        assert abs(getattr(exact, name) - mean) < 0.15 * spread, name


def test_a_dealt_evening_is_better_mixed_than_the_luckiest_of_two_hundred_draws() -> None:
    problem = full()
    plan = deal(problem, 0.2)
    strip, lots = mixing(problem, plan.rounds), draw_lots(problem, plan.rounds)
    assert lots.deals == 200
    assert lots == draw_lots(problem, plan.rounds)
    assert strip.plan.met_each > lots.best.met_each > strip.chance.met_each
    for name in ("repeats", "met_again", "same_organisation", "lone_newcomers"):
        assert getattr(strip.plan, name) < getattr(lots.best, name) < getattr(strip.chance, name)


def test_a_swap_shows_what_it_would_change_and_swapping_back_undoes_it() -> None:
    problem = full()
    rounds = deal(problem, 0.2).rounds
    one, other = rounds[1][3][0], rounds[1][5][0]
    there = swap(problem, rounds, 2, one, other)
    assert one in there.rounds[1][5] and other in there.rounds[1][3]
    assert there.rounds[0] == rounds[0]
    assert there.after == mixing(problem, there.rounds).plan
    back = swap(problem, there.rounds, 2, one, other)
    assert [set(group) for group in back.rounds[1]] == [set(group) for group in rounds[1]]
    assert back.after == there.before
    assert back.change.repeats == -there.change.repeats


def test_a_change_by_hand_is_told_which_hard_rules_it_breaks_and_no_others() -> None:
    people = tuple(Guest(name, facilitator=name in "AEI") for name in "ABCDEFGHIJKL")
    problem = Problem(people, 4, apart=(("A", "F"),), facilitated=True)
    rounds = ((("A", "B", "C", "D"), ("E", "F", "G", "H"), ("I", "J", "K", "L")),)
    assert swap(problem, rounds, 1, "B", "G").made == ()
    assert swap(problem, rounds, 1, "B", "F").made == ("Round 1: A and F must be apart.",)
    moved = move(problem, rounds, 1, "E", 3)
    assert "Round 1: group 2 has 3 people instead of 4." in moved.made
    assert "Round 1: group 3 has 2 facilitators, where there should be 1." in moved.made
    worse = swap(problem, moved.rounds, 1, "B", "F")
    assert worse.made == ("Round 1: A and F must be apart.",)
    assert set(moved.made) < set(worse.broken)


def test_changes_that_name_nothing_are_invalid() -> None:
    problem = plain(12, 4, 2)
    rounds = deal(problem, 0.05).rounds
    for wrong in (
        lambda: move(problem, rounds, 3, "p0001", 1),
        lambda: move(problem, rounds, 1, "p0001", 4),
        lambda: move(problem, rounds, 1, "ghost", 1),
        lambda: swap(problem, rounds, 0, "p0001", "p0002"),
        lambda: swap(problem, rounds, 1, "p0001", "ghost"),
    ):
        with pytest.raises(Invalid):
            wrong()


def test_somebody_without_a_seat_can_be_put_into_a_group() -> None:
    problem = plain(12, 4, 1)
    rounds = deal(replace(problem, present=frozenset(f"p{k:04d}" for k in range(11))), 0.05).rounds
    seated = move(problem, rounds, 1, "p0011", 3)
    assert seated.broken == ()


def test_what_a_page_asks_of_a_deal_loads_no_numpy() -> None:
    code = "import sys, convene.groups.deal; print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert out.strip() == "False"
