"""Who meets whom over several rounds is counted exactly, and no groups beat what is said to be the least."""

import pytest

from convene.groups.deal import Guest, Problem, group_sizes
from convene.groups.deal.engine import deal
from convene.groups.spread import company, least_repeats, spread

ROUNDS = [[[1, 2, 3], [4, 5, 6]], [[1, 2, 4], [3, 5, 6]], [[1, 2, 5], [3, 4, 6]]]


def test_each_person_is_counted_with_everybody_they_sit_with_once() -> None:
    found = spread(ROUNDS, kept=[], before=[(1, 6), (1, 2)])
    assert found.people == 6
    assert (found.fewest, found.most) == (3, 5), "6 meets 3, 4 and 5 alone"
    assert found.times == {1: 9, 2: 3, 3: 1}
    assert found.again == 1
    assert found.repeats == 3 + 2


def test_those_who_are_kept_together_do_not_meet() -> None:
    found = spread(ROUNDS, kept=[(1, 2)], before=[(1, 2)])
    assert found.times[3] == 0
    assert found.again == 0
    assert (found.fewest, found.most) == (3, 5)


def test_nobody_meets_nobody() -> None:
    found = spread([], [], [])
    assert (found.people, found.fewest, found.most, found.repeats, found.again) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("people", "size", "rounds", "seats"),
    [(24, 4, 6, 18), (8, 2, 7, 7), (7, 4, 2, 6), (1, 4, 3, 0), (0, 4, 3, 0)],
)
def test_the_seats_beside_one_person_are_those_of_the_largest_group(
    people: int, size: int, rounds: int, seats: int
) -> None:
    assert company(people, size, rounds) == seats


@pytest.mark.parametrize(
    ("people", "size", "rounds", "kept", "least"),
    [
        (15, 3, 7, [], 0),
        (15, 3, 8, [], 15),
        (12, 3, 6, [], 6),
        (8, 4, 3, [], 8),
        (8, 2, 7, [], 0),
        (8, 2, 8, [(1, 2)], 3),  # each of the other six, for one more round than there are others
        (1, 4, 3, [], 0),
    ],
)
def test_the_least_repeats_are_what_the_seats_force(
    people: int, size: int, rounds: int, kept: list[tuple[int, int]], least: int
) -> None:
    assert least_repeats(people, size, rounds, kept) == least


@pytest.mark.parametrize("people", [5, 7, 9, 12, 13, 16])
@pytest.mark.parametrize("size", [2, 3, 4])
def test_no_deal_has_fewer_repeats_than_the_least(people: int, size: int) -> None:
    ids = [str(number) for number in range(people)]
    for rounds in (2, 5):
        plan = deal(Problem(tuple(map(Guest, ids)), size, rounds, together=(("0", "1"),)), seconds=0.02)
        found = spread([[[*map(int, group)] for group in groups] for groups in plan.rounds], [(0, 1)], [])
        assert found.repeats == plan.repeats
        assert found.repeats >= least_repeats(people, size, rounds, [(0, 1)])
        assert sum(len(group) for group in plan.rounds[0]) == sum(group_sizes(people, size))
