"""The figures that the engine must reach, by count and not by clock (the clock is the bench's affair)."""

import random
from collections import Counter
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
        (15, 3, 7), (24, 4, 6), (24, 4, 7), (32, 4, 8), (32, 4, 10), (25, 5, 6), (27, 3, 13), (12, 2, 11),
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


def at_the_door(problem: Problem, held: int, walk_ins: int, seed: int) -> None:
    """What must hold when 30 % stay away from an evening whose rounds were all announced."""
    told = deal(problem, 0.2).rounds
    chance = random.Random(seed)
    ids = [person.id for person in problem.people]
    new = tuple(Guest(f"w{k}") for k in range(walk_ins))
    present = frozenset(chance.sample(ids, 42)) | {each.id for each in new}
    door = replace(
        problem, people=problem.people + new, held=told[:held], told=told[held:], present=present, seed=seed
    )
    plan = deal(door, 0.2)
    assert broken_rules(door, plan) == []
    assert plan.repeats == plan.least_repeats
    survivors = seated = with_companions = with_some_left = 0
    for groups, announced in zip(plan.rounds, told[held:], strict=True):
        left = [sorted(set(group) & present) for group in announced]
        place = {each: g for g, group in enumerate(groups) for each in group}
        survivors += sum(map(len, sorted(left, key=len, reverse=True)[: len(groups)]))
        seated += sum(map(len, left))
        company = [
            any(place[each] == place[other] for other in group if other != each)
            for group in left
            if len(group) > 1
            for each in group
        ]
        with_companions, with_some_left = with_companions + sum(company), with_some_left + len(company)
    assert seated - plan.moved >= 0.85 * survivors
    assert with_companions >= 0.8 * with_some_left


@pytest.mark.parametrize(("held", "walk_ins"), [(0, 0), (0, 2), (1, 0), (3, 2)])
def test_at_the_door_most_people_stay_and_what_is_left_of_a_group_moves_together(
    held: int, walk_ins: int
) -> None:
    for seed in (1, 2, 3):
        at_the_door(plain(60, 4, 6, seed), held, walk_ins, seed)


@pytest.mark.long
def test_at_the_door_one_round_of_an_evening_with_everything_at_once() -> None:
    for seed in (1, 2, 3):
        at_the_door(replace(full(), rounds=1, seed=seed), 0, 2, seed)


def test_a_re_deal_leaves_held_rounds_alone_and_counts_them() -> None:
    problem = plain(20, 4, 5)
    first = deal(problem, 0.1)
    later = replace(problem, held=first.rounds[:3], seed=9)
    plan = deal(later, 0.1)
    assert len(plan.rounds) == 2
    assert plan.repeats == 0
    assert_figures(later, plan)


@pytest.mark.long
@pytest.mark.parametrize(
    ("n", "s", "rounds", "most"), [(18, 3, 8, 1), (21, 3, 9, 2), (22, 4, 6, 1), (36, 6, 4, 2)]
)
def test_sizes_that_no_algebra_covers_come_close(n: int, s: int, rounds: int, most: int) -> None:
    plan = deal(plain(n, s, rounds), 1)
    assert plan.repeats <= most


def test_facilitators_with_needs_are_counted_in_the_bound() -> None:
    """Two who lead and two who do not, on two groups: each of these meets one of those every round."""
    people = tuple(
        Guest(f"p{k:02d}", facilitator=k < 15, needs=("captions",) if 13 <= k < 17 else ()) for k in range(60)
    )
    plan = deal(Problem(people, 4, 6, facilitated=True, served={"captions": 2}), 0.5)
    assert plan.repeats == plan.least_repeats == 8


@pytest.mark.long
def test_a_season_of_one_circle_spreads_what_must_repeat() -> None:
    plan = deal(plain(24, 4, 24), 0.5)
    times = Counter(
        frozenset(pair) for groups in plan.rounds for group in groups for pair in combinations(group, 2)
    )
    assert plan.repeats == plan.least_repeats == 24 * 36 - 276
    assert set(times.values()) <= {2, 3, 4}


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
        plan = deal(problem, 0.2)
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
