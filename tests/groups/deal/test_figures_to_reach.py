"""The figures that the engine must reach, by count and not by clock (the clock is the bench's affair)."""

import random
from dataclasses import replace
from itertools import combinations

import pytest

from convene.groups.deal import Guest, Problem, price_of_meeting
from convene.groups.deal.engine import deal
from tests.groups.deal.independent import assert_figures, broken_rules


def plain(n: int, s: int, rounds: int, seed: int = 1) -> Problem:
    return Problem(tuple(Guest(f"p{k:04d}") for k in range(n)), s, rounds, seed)


@pytest.mark.parametrize(
    ("n", "s", "rounds"),
    [
        (16, 4, 5), (20, 4, 5), (30, 3, 10), (32, 4, 7), (60, 4, 6), (61, 4, 6),
        (15, 3, 7), (24, 4, 6), (24, 4, 7), (32, 4, 9), (25, 5, 6), (27, 3, 13), (12, 2, 11),
    ],
)  # fmt: skip
def test_nobody_meets_twice(n: int, s: int, rounds: int) -> None:
    for seed in range(1, 6):
        problem = plain(n, s, rounds, seed)
        plan = deal(problem, 0.2)
        assert (plan.repeats, plan.cost) == (0, 0)
        assert broken_rules(problem, plan) == []


@pytest.mark.parametrize(("n", "s", "rounds"), [(300, 5, 5), (2000, 4, 3)])
def test_nobody_meets_twice_at_a_large_event(n: int, s: int, rounds: int) -> None:
    plan = deal(plain(n, s, rounds), 0.1)
    assert plan.repeats == plan.least_repeats == 0


def test_fifteen_in_threes_for_eight_rounds_force_fifteen_repeats_and_it_is_said_why() -> None:
    plan = deal(plain(15, 3, 8), 0.2)
    assert plan.repeats == plan.least_repeats == 15
    assert any("at most 7 rounds" in sentence for sentence in plan.because)


def test_no_one_sits_in_a_smaller_group_twice_while_seats_allow() -> None:
    problem = plain(61, 4, 6)
    plan = deal(problem, 0.2)
    turns = [each for groups in plan.rounds for group in groups if len(group) == 3 for each in group]
    assert len(turns) == len(set(turns)) == 54


def full(n: int = 60, captioned: int = 2) -> Problem:
    """An ordinary evening with everything at once: 157 earlier meetings, needs, facilitators, apart and together."""
    chance = random.Random(5)
    ids = [f"p{k:02d}" for k in range(n)]
    leading, needy, others = ids[:15], ids[15:19], ids[19:]
    people = tuple(
        Guest(
            each,
            f"o{chance.randrange(15)}",
            f"s{chance.randrange(6)}",
            f"l{chance.randrange(4)}",
            chance.random() < 0.3,
            chance.random() < 0.25,
            each in leading,
            ("captions",) if each in needy else (),
        )
        for each in ids
    )
    # Two groups serve four people for six rounds, so those meet each other in any case.
    met = chance.sample([pair for pair in combinations(ids, 2) if not set(pair) <= set(needy)], 157)
    return Problem(
        people,
        4,
        6,
        facilitated=True,
        served={"captions": captioned},
        apart=((others[0], others[1]), (others[2], others[3])),
        together=((others[4], others[5]), (others[6], others[7])),
        met=tuple((a, b, price_of_meeting(1)) for a, b in met),
    )


def test_an_evening_with_everything_at_once_in_a_moment() -> None:
    problem = full()
    plan = deal(problem, 0.2)
    assert broken_rules(problem, plan) == []
    assert plan.repeats <= plan.least_repeats + 2
    assert plan.met_again <= 1
    assert plan.lone_newcomers <= 2
    assert "4 people need captions and 2 groups have them" in plan.because[0]
    assert "serve captions in one more group and it can drop to 0" in plan.because[0]


def test_at_the_door_most_people_stay_and_what_is_left_of_a_group_moves_together() -> None:
    problem = plain(60, 4, 6)
    told = deal(problem, 0.2).rounds
    present = frozenset(random.Random(3).sample([p.id for p in problem.people], 42))
    door = replace(problem, told=told[:1], present=present, rounds=1)
    plan = deal(door, 0.2)
    left = [sorted(set(group) & present) for group in told[0]]
    place = {each: g for g, group in enumerate(plan.rounds[0]) for each in group}
    surviving = sorted(left, key=len, reverse=True)[: len(plan.rounds[0])]
    assert plan.repeats == 0
    assert broken_rules(door, plan) == []
    assert len(present) - plan.moved >= 0.85 * sum(map(len, surviving))
    company = [
        any(place[each] == place[other] for other in group if other != each)
        for group in left
        if len(group) > 1
        for each in group
    ]
    assert sum(company) >= 0.8 * len(company)


def test_a_re_deal_leaves_held_rounds_alone_and_counts_them() -> None:
    problem = plain(20, 4, 5)
    first = deal(problem, 0.1)
    later = replace(problem, held=first.rounds[:3], seed=9)
    plan = deal(later, 0.1)
    assert len(plan.rounds) == 2
    assert plan.repeats == 0
    assert_figures(later, plan)


def test_twelve_events_of_the_same_sixty_repeat_nobody() -> None:
    ids = [f"p{k:02d}" for k in range(60)]
    chance = random.Random(1)
    last: dict[tuple[str, str], int] = {}
    for event in range(12):
        problem = Problem(
            tuple(map(Guest, ids)),
            4,
            seed=event,
            met=tuple((a, b, price_of_meeting(event - 1 - when)) for (a, b), when in last.items()),
            present=frozenset(chance.sample(ids, 42)),
        )
        plan = deal(problem, 0.5)
        assert plan.met_again == 0
        for group in plan.rounds[0]:
            last.update(dict.fromkeys(combinations(group, 2), event))


def test_an_event_beyond_any_table_of_pairs_meets_nobody_again() -> None:
    chance = random.Random(2)
    ids = [f"p{k:04d}" for k in range(5000)]
    people = tuple(Guest(each, f"o{chance.randrange(500)}", newcomer=chance.random() < 0.2) for each in ids)
    met = {tuple(sorted(chance.sample(ids, 2))) for _ in range(60_000)}
    problem = Problem(people, 4, met=tuple((a, b, 30.0) for a, b in sorted(met)))
    plan = deal(problem, 0.5)
    assert (plan.met_again, plan.lone_newcomers) == (0, 0)
    assert broken_rules(problem, plan) == []
