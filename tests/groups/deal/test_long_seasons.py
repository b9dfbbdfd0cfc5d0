"""Very many rounds, very many people and very large numbers end soon, in a deal that keeps every rule or one plain
sentence. By count where it can be; the seconds are a few times what was measured."""

from dataclasses import replace
from time import thread_time

import numpy as np
import pytest

from convene.groups.deal import Invalid, Pin, Problem
from convene.groups.deal.board import set_out
from convene.groups.deal.caveats import caveats
from convene.groups.deal.engine import MOST_SWAPS, deal, only_repeats
from convene.groups.deal.lattice import by_algebra, longest
from convene.groups.deal.prices import FORBIDDEN, searched
from tests.groups.deal.independent import broken_rules
from tests.groups.deal.test_figures_to_reach import plain
from tests.nightly import NIGHTLY


@pytest.fixture(autouse=True)
def ordinary_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grace that everybody else has: here it is what is tested."""
    monkeypatch.setattr("convene.groups.deal.engine.GRACE", 0.5)


LONG = [(1000, 3, 300), (2000, 5, 208), (800, 3, 400), (1000, 4, 300)]


@pytest.mark.long
@pytest.mark.parametrize(("n", "s", "rounds"), LONG if NIGHTLY > 1 else LONG[:2])
def test_a_lattice_of_hundreds_of_rounds_is_searched_without_going_deep(n: int, s: int, rounds: int) -> None:
    problem = plain(n, s, rounds)
    began = thread_time()
    plan = deal(problem, 0.01)
    assert thread_time() - began < 20
    assert len(plan.rounds) == rounds
    assert broken_rules(problem, plan) == []


@pytest.mark.long
def test_the_clock_is_heard_in_a_season_of_hundreds_of_rounds() -> None:
    problem = plain(150, 4, 600)
    assert problem.rounds * 150 * 150 > MOST_SWAPS
    assert not only_repeats(set_out(problem))
    began = thread_time()
    plan = deal(problem, 0.1)
    assert thread_time() - began < 10
    assert plan.repeats >= plan.least_repeats > 0


def test_the_most_rounds_there_may_be_are_dealt() -> None:
    problem = plain(9, 3, 1000)
    plan = deal(problem, 0.05)
    assert len(plan.rounds) == 1000
    assert broken_rules(problem, plan) == []


@pytest.mark.parametrize("rounds", [1001, 10_000, 111_111, 10**30])
def test_more_rounds_than_anybody_holds_are_one_plain_sentence(rounds: int) -> None:
    with pytest.raises(Invalid, match=f"^rounds must be at most 1,000, not {rounds}.$"):
        deal(plain(9, 3, rounds), 0.05)


@pytest.mark.parametrize("group", [1_000_001, 10_000_000_000, 10**30])
def test_a_pin_to_a_group_that_no_number_holds_is_one_plain_sentence(group: int) -> None:
    problem = replace(plain(9, 3, 1), pinned=(Pin(1, group, ("p0001",)),))
    with pytest.raises(Invalid, match=f"^pinned names group {group}; no deal has more than 1,000,000.$"):
        deal(problem, 0.05)


def test_no_number_of_meetings_outweighs_a_rule_in_the_search() -> None:
    six = (tuple(f"p{k:04d}" for k in range(6)), tuple(f"p{k:04d}" for k in range(6, 12)))
    board = set_out(replace(plain(12, 6, 1000), held=(six,) * 990))
    parted = 2 * 5 * 1000 * searched(board, 0).repeat
    assert 0 < parted <= FORBIDDEN // 2
    ordinary = set_out(plain(60, 4, 24))
    assert searched(ordinary, 0).repeat == 3000


def test_one_search_finds_all_the_rounds_that_shorter_searches_would() -> None:
    for seats, groups in ((4, 6), (3, 10), (5, 12), (4, 14)):
        most = longest(seats, groups, 40)
        for rounds in range(1, 14):
            assert np.array_equal(longest(seats, groups, rounds)[: len(most)], most[:rounds])
        assert len(by_algebra(seats, groups, 40)) <= len(most)


def test_caveats_of_pairs_who_met_are_the_same_however_many_rounds_were_before() -> None:
    problem: Problem = plain(12, 4, 40)
    first = deal(problem, 0.01)
    board = set_out(problem)
    number = {each: k for k, each in enumerate(board.ids)}
    groups = np.zeros((40, 12), dtype=np.int32)
    for r, round_ in enumerate(first.rounds):
        for g, group in enumerate(round_):
            groups[r, [number[each] for each in group]] = g
    assert caveats(board, groups) == first.caveats
    seen: set[frozenset[str]] = set()
    said = {(each.round, each.group): each.text for each in first.caveats}
    for r, round_ in enumerate(first.rounds, 1):
        pairs = [{frozenset((a, b)) for a in group for b in group if a != b} for group in round_]
        for g, here in enumerate(pairs, 1):
            again = len(here & seen)
            words = f"{again} pair{'s' * (again > 1)} here met in an earlier round."
            assert said.get((r, g)) == (words if again else None)
        seen = seen.union(*pairs)
