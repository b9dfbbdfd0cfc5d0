"""Beyond the people that a table of all pairs can hold, whoever must be apart is looked up, and is still apart."""

import random

import pytest

from convene.groups.deal import Guest, Problem
from convene.groups.deal.engine import deal
from convene.groups.deal.prices import TABLE_LIMIT
from tests.groups.deal.independent import broken_rules

PEOPLE, PAIRS = 5_000, 20_000


@pytest.mark.long
def test_twenty_thousand_pairs_among_five_thousand_people_stay_apart_while_groups_are_mixed() -> None:
    chance = random.Random(4)
    ids = [f"p{k:04d}" for k in range(PEOPLE)]
    people = tuple(Guest(each, f"o{chance.randrange(500)}", newcomer=chance.random() < 0.2) for each in ids)
    apart: set[tuple[str, str]] = set()
    while len(apart) < PAIRS:
        one, other = sorted(chance.sample(ids, 2))
        apart.add((one, other))
    problem = Problem(people, 4, 2, apart=tuple(sorted(apart)))
    plan = deal(problem, 0.5)
    assert PEOPLE > TABLE_LIMIT
    assert broken_rules(problem, plan) == []
    # The search has moved people: no opening is as mixed as this.
    assert plan.lone_newcomers == 0
