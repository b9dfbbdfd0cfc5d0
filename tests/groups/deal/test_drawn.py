"""Two who have a reason to meet sit together where nothing dearer stands against it, and no rule gives way for it."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from convene.groups.deal import Guest, Invalid, Problem
from convene.groups.deal.engine import deal
from convene.groups.deal.problem import Groups
from tests.groups.deal.independent import assert_figures

PEOPLE = tuple(Guest(id=f"p{number:02}") for number in range(12))
PAIRS = tuple((f"p{number:02}", f"p{number + 6:02}") for number in range(6))


def together(rounds: Sequence[Groups]) -> list[tuple[str, str]]:
    return [pair for groups in rounds for group in groups for pair in combinations(sorted(group), 2)]


def test_pairs_with_a_reason_to_meet_do_and_repeats_stay_the_least() -> None:
    asked = Problem(people=PEOPLE, group_size=3, rounds=2, seed=5)
    by_chance = sum(pair in PAIRS for pair in together(deal(asked, 0.2).rounds))
    plan = deal(replace(asked, drawn=PAIRS), 0.2)
    met = together(plan.rounds)
    assert sum(pair in met for pair in PAIRS) >= 5 > by_chance
    assert plan.repeats == plan.least_repeats == 0
    assert_figures(replace(asked, drawn=PAIRS), plan)


def test_whoever_must_be_kept_apart_is_whatever_one_offers_the_other() -> None:
    asked = Problem(people=PEOPLE, group_size=3, rounds=2, seed=5, drawn=PAIRS, apart=PAIRS[:3])
    met = together(deal(asked, 0.2).rounds)
    assert not any(pair in met for pair in PAIRS[:3])
    assert sum(pair in met for pair in PAIRS[3:]) == 3


def test_a_pair_that_is_nobody_s_is_refused() -> None:
    for pair in (("p00", "nobody"), ("p00", "p00")):
        with pytest.raises(Invalid):
            deal(Problem(people=PEOPLE, group_size=4, drawn=(pair,)), 0.2)
