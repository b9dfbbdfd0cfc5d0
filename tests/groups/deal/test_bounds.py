"""The least possible repeats: never more than a deal can reach, tried on every deal there is where those are few."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.groups.deal import Guest, Problem, Refused
from convene.groups.deal.board import EXACT, set_out
from convene.groups.deal.bounds import Fresh, bounds, least_price, least_repeats
from convene.groups.deal.engine import deal
from tests.groups.deal.independent import kin, meetings, sizes
from tests.groups.deal.problems import examples, problems

Groups = tuple[tuple[str, ...], ...]


def plain(n: int, s: int, rounds: int) -> Problem:
    return Problem(tuple(Guest(f"p{k}") for k in range(n)), s, rounds)


@pytest.mark.parametrize(
    ("n", "s", "rounds", "least", "remedy"),
    [
        (12, 4, 2, 3, "in threes it can drop to 0"),
        (8, 4, 2, 4, "in pairs it can drop to 0"),
        (10, 5, 2, 8, "in pairs it can drop to 0"),
        (20, 5, 2, 4, "in fours it can drop to 0"),
        (12, 6, 2, 12, "in threes it can drop to 0"),
        (5, 5, 2, 10, "in pairs it can drop to 1"),
    ],
)
def test_too_few_groups_to_part_everybody_in_are_counted_and_named(
    n: int, s: int, rounds: int, least: int, remedy: str
) -> None:
    plan = deal(plain(n, s, rounds), 0.2)
    assert plan.repeats == plan.least_repeats == least
    assert "Without a repeat at most 1 round can be dealt" in plan.because[0]
    assert remedy in plan.because[0]


def test_the_sentence_says_how_many_groups_there_are_and_who_must_meet_again() -> None:
    assert deal(plain(12, 4, 2), 0.1).because == (
        "3 repeats are the least possible here, because 12 people in fours make 3 groups, and two of any four who "
        "share one meet again in the next round. Without a repeat at most 1 round can be dealt; in threes it can "
        "drop to 0.",
    )


@pytest.mark.parametrize(("n", "s", "rounds", "least"), [(11, 4, 3, 4), (8, 4, 3, 8), (12, 4, 4, 9)])
def test_every_round_after_the_first_repeats_some_of_the_one_before(
    n: int, s: int, rounds: int, least: int
) -> None:
    plan = deal(plain(n, s, rounds), 0.1)
    assert plan.least_repeats == least <= plan.repeats
    assert "at most 1 round can be dealt" in plan.because[0]


def test_a_held_round_adds_what_it_seated_of_those_who_are_here() -> None:
    problem = plain(12, 4, 2)
    held = (tuple(tuple(f"p{k}" for k in range(g, g + 4)) for g in (0, 4, 8)),)
    assert deal(replace(problem, held=held), 0.1).least_repeats == 3
    # Two groups have lost one each, and threes can be split over three groups.
    away = replace(problem, held=held, present=frozenset(f"p{k}" for k in range(12) if k not in (0, 4)))
    assert deal(away, 0.1).least_repeats == 1
    # Kept together, two of a group are no repeat, and nothing else of it need be.
    kept = replace(problem, held=held, together=(("p0", "p1"),))
    assert deal(kept, 0.1).least_repeats == 2


def test_needy_people_on_too_few_groups_meet_again_from_round_to_round() -> None:
    people = tuple(Guest(f"p{k:02d}", needs=("captions",) if k < 6 else ()) for k in range(60))
    plan = deal(Problem(people, 4, 2, served={"captions": 2}), 0.2)
    assert plan.repeats == plan.least_repeats == 2
    assert "6 people need captions and 2 groups have them" in plan.because[0]
    assert "serve captions in one more group and it can drop to 0" in plan.because[0]


def seatings(ids: tuple[str, ...], parts: tuple[int, ...]) -> Iterator[Groups]:
    """Every way to part these people into groups of these sizes (larger first), each once."""
    if not parts:
        yield ()
        return
    for size in sorted(set(parts), reverse=True):
        left = list(parts)
        left.remove(size)
        for others in combinations(ids[1:], size - 1):
            group = (ids[0], *others)
            rest = tuple(each for each in ids if each not in group)
            for more in seatings(rest, tuple(left)):
                yield (group, *more)


def allowed(problem: Problem, groups: Groups) -> bool:
    place = {each: g for g, group in enumerate(groups) for each in group}
    needy = {place[each.id] for each in problem.people if each.needs and each.id in place}
    return (
        all(place[a] != place[b] for a, b in problem.apart)
        and all(len({place[each] for each in block}) == 1 for block in problem.together)
        and len(needy) <= problem.served.get("captions", len(groups))
    )


def truly_least(problem: Problem, ids: tuple[str, ...]) -> tuple[int, float] | None:
    """The fewest repeats and the lowest price over every deal of one or two rounds; None where there is no deal."""
    skip = kin(problem)
    first = [
        [
            frozenset(pair)
            for group in groups
            for pair in combinations(group, 2)
            if frozenset(pair) not in skip
        ]
        for groups in seatings(ids, tuple(sizes(len(ids), problem.group_size)))
        if allowed(problem, groups)
    ]
    if not first:
        return None
    before = meetings(problem.held, skip)
    new = problem.rounds - len(problem.held)
    repeats, price = [], []
    for one in first:
        for other in first if new == 2 else [[]]:
            both = set(one) & set(other)
            repeats.append(sum(before[p] > 0 for p in [*one, *other]) + sum(not before[p] for p in both))
            price.append(sum(before[p] for p in [*one, *other]) + len(both))
    return min(repeats), 30 * min(price)


@st.composite
def small(draw: st.DrawFn) -> tuple[Problem, tuple[str, ...]]:
    ids = tuple(f"p{k}" for k in range(draw(st.integers(3, 8))))
    pair = st.lists(st.sampled_from(ids), min_size=2, max_size=2, unique=True).map(
        lambda two: (two[0], two[1])
    )
    held: tuple[Groups, ...] = ()
    for _ in range(draw(st.integers(0, 2))):
        order, size = draw(st.permutations(ids)), draw(st.integers(2, 5))
        held += (tuple(tuple(order[k : k + size]) for k in range(0, len(ids), size)),)
    here = tuple(sorted(draw(st.sets(st.sampled_from(ids), min_size=3))))
    needy = draw(st.sets(st.sampled_from(ids)))
    problem = Problem(
        tuple(Guest(each, needs=("captions",) if each in needy else ()) for each in ids),
        draw(st.integers(2, 6)),
        rounds=len(held) + draw(st.integers(1, 2)),
        apart=tuple(draw(st.lists(pair, max_size=2))),
        together=tuple(draw(st.lists(pair, max_size=2))),
        held=held,
        served={"captions": draw(st.integers(1, 3))},
        present=frozenset(here),
    )
    present = set(here)
    return replace(
        problem,
        apart=tuple(each for each in problem.apart if present.issuperset(each)),
        together=tuple(each for each in problem.together if present.issuperset(each)),
    ), here


@examples(150)
@given(small())
def test_no_bound_is_above_what_some_deal_reaches(case: tuple[Problem, tuple[str, ...]]) -> None:
    problem, ids = case
    truth = truly_least(problem, ids)
    if truth is None:
        return
    fresh = Fresh.of(set_out(problem))
    assert least_repeats(fresh) <= truth[0]
    assert least_price(fresh) <= truth[1] * EXACT


@pytest.mark.parametrize(
    ("n", "s", "rounds"),
    [(4, 2, 2), (6, 3, 2), (7, 3, 2), (8, 4, 2), (8, 3, 2), (5, 3, 2), (9, 3, 2), (6, 2, 2)],
)
def test_two_rounds_of_few_people_have_exactly_as_many_repeats_as_the_bound(
    n: int, s: int, rounds: int
) -> None:
    problem = plain(n, s, rounds)
    truth = truly_least(problem, tuple(f"p{k}" for k in range(n)))
    fresh = Fresh.of(set_out(problem))
    assert truth is not None
    assert least_repeats(fresh) == truth[0]
    assert least_price(fresh) == truth[1] * EXACT


@pytest.mark.long
@examples(60)
@given(problems())
def test_no_deal_goes_below_a_bound_and_more_rounds_never_force_fewer(problem: Problem) -> None:
    try:
        plan = deal(problem, 0.02)
    except Refused:
        return
    fresh = Fresh.of(set_out(problem))
    assert plan.repeats >= plan.least_repeats >= least_repeats(fresh)
    assert plan.cost * EXACT >= least_price(fresh) - 1
    forced = [bounds(fresh, rounds)[0].repeats for rounds in range(problem.rounds - len(problem.held) + 1)]
    assert forced == sorted(forced)
