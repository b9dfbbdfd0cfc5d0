"""What no change made by hand may break, and what a group is told it has in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.groups.rules import LARGEST, SMALLEST, breach, breach_made, shared
from convene.groups.starters import A_ROUND, QUESTIONS, questions

APART, TOGETHER = [(1, 2)], [(3, 4)]


@pytest.mark.parametrize(
    ("groups", "broken"),
    [
        ([[1, 3, 4], [2, 5]], None),
        ([[1, 2], [3, 4]], "apart"),
        ([[1, 3], [2, 4]], "together"),
        ([[1, 5], [2, 3, 4, 6, 7, 8, 9]], "size"),
        ([[1, 5, 6], [2], [3, 4]], "size"),
        ([[1, 3, 4], [2, 5], []], None),
        ([[3, 5], [6, 7]], None),
        ([[1]], None),
        ([], None),
    ],
)
def test_the_first_hard_rule_broken_is_named(groups: list[list[int]], broken: str | None) -> None:
    assert breach(groups, APART, TOGETHER) == broken


people = st.integers(1, 12)


def each_once(groups: list[list[int]]) -> list[list[int]]:
    return [
        [one for one in group if not any(one in other for other in groups[:n])]
        for n, group in enumerate(groups)
    ]


tables = st.lists(st.lists(people, unique=True, max_size=7), max_size=4).map(each_once)
pairs = st.lists(st.tuples(people, people).filter(lambda pair: pair[0] < pair[1]), max_size=4)


@given(tables, pairs, pairs)
def test_groups_that_pass_keep_every_rule(
    groups: list[list[int]], apart: list[tuple[int, int]], together: list[tuple[int, int]]
) -> None:
    here = {one for group in groups for one in group}
    if breach(groups, apart, together) is None:
        for group in groups:
            assert not any(first in group and second in group for first, second in apart)
            assert not group or SMALLEST <= len(group) <= LARGEST or len(here) == 1
        for first, second in together:
            if first in here and second in here:
                assert any(first in group and second in group for group in groups)


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ([[1, 2, 5], [3, 4], [6, 7]], [[1, 2], [3, 4], [6, 7, 5]], None),
        ([[1, 2, 5], [3, 4], [6, 7]], [[1, 5], [3, 4, 2], [6, 7]], None),
        ([[1, 5, 6], [2, 3, 4]], [[5, 6], [2, 3, 4, 1]], "apart"),
        ([[3, 5, 6], [4, 7, 8], [1, 9, 10]], [[3, 5], [4, 7, 8, 6], [1, 9, 10]], None),
        ([[3, 4, 5], [6, 7]], [[4, 5], [6, 7, 3]], "together"),
        ([[1], [5, 6, 7], [8, 9]], [[1], [5, 6], [8, 9, 7]], None),
        ([[1], [5, 6, 7]], [[1, 5], [6, 7]], None),
        ([[5, 6, 7, 8, 9, 10, 11, 12], [1, 13]], [[5, 6, 7, 8, 9, 10, 11], [1, 13, 12]], None),
        ([[5, 6], [7, 8]], [[5], [7, 8, 6]], "size"),
        ([[5], [7, 8]], [[], [7, 8, 5]], None),
    ],
)
def test_a_move_answers_only_for_what_it_breaks_itself(
    before: list[list[int]], after: list[list[int]], broken: str | None
) -> None:
    assert breach_made(before, after, APART, TOGETHER) == broken


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ([[1, 5, 4], [6, 7], [8, 9]], [[5, 4], [6, 7, 1], [8, 9]], None),
        ([[1, 5, 4], [6, 7], [8, 9]], [[5, 4], [6, 7], [8, 9, 1]], "need"),
        ([[6, 7], [8, 9], [1, 5, 4]], [[6, 7], [8, 9, 1], [5, 4]], None),
        ([[6, 7], [8, 9], [1, 5, 4], [2, 3]], [[6, 7], [8, 9], [5, 4], [2, 3, 1]], "need"),
        ([[6, 7], [8, 9, 3], [1, 5, 4]], [[6, 7], [8, 9], [1, 5, 4, 3]], None),
    ],
)
def test_whoever_is_moved_lands_where_all_they_need_is(
    before: list[list[int]], after: list[list[int]], broken: str | None
) -> None:
    assert breach_made(before, after, (), (), {1: 2, 20: 1}) == broken


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ([[1, 5, 6], [2, 7, 8]], [[1, 5], [2, 7, 8, 6]], None),
        ([[1, 5, 6], [2, 7, 8]], [[5, 6], [2, 7, 8, 1]], "facilitator"),
        ([[1, 5, 6], [2, 7, 8]], [[2, 5, 6], [1, 7, 8]], None),
        ([[1, 5, 6], [7, 8], [9, 10]], [[5, 6], [7, 8, 1], [9, 10]], "facilitator"),
        ([[1, 2, 5], [7, 8], [9, 10]], [[1, 5], [7, 8, 2], [9, 10]], None),
        ([[1, 2, 5, 6], [7, 8], [9, 3]], [[1, 2, 5], [7, 8], [9, 3, 6]], None),
        ([[1, 2, 5], [3, 4, 6]], [[1, 5], [2, 3, 4, 6]], "facilitator"),
        ([[1, 2, 5], [3, 7, 6]], [[1, 5], [2, 3, 7, 6]], None),
        ([[5, 6, 7], [8, 9]], [[5, 6], [8, 9, 7]], None),
    ],
)
def test_no_group_loses_its_last_facilitator_and_none_gets_more_than_its_share(
    before: list[list[int]], after: list[list[int]], broken: str | None
) -> None:
    assert breach_made(before, after, (), (), leading={1, 2, 3, 4}) == broken
    assert breach_made(before, after, (), ()) is None


def test_a_separation_weighs_more_than_a_lock() -> None:
    assert breach([[1, 2]], [(1, 2)], [(1, 2)]) == "apart"


def test_what_is_shared_is_told_in_sentences_without_names_the_commonest_first() -> None:
    group = [
        {"field": "housing", "place": "Leeds"},
        {"field": "Housing ", "place": "York"},
        {"field": "health", "place": "Leeds"},
        {"field": "health", "place": "leeds"},
    ]
    assert shared(group) == [
        "Two of you work in health.",
        "Two of you work in housing.",
        "Three of you are based in Leeds.",
    ]


def test_what_all_share_is_said_of_all() -> None:
    group = [{"field": "the arts", "place": None, "first_time": "yes"} for _ in range(3)]
    assert shared(group) == ["You all work in the arts.", "It is the first time here for all of you."]


def test_what_nobody_told_is_not_guessed() -> None:
    assert shared([{"field": "", "place": None}, {"field": None, "place": "  "}]) == []
    assert shared([{"field": "housing", "place": "Leeds"}, {"field": "health", "place": "York"}]) == []


@given(st.integers(1, 10_000), st.integers(1, 12))
def test_a_round_has_three_questions_and_the_next_has_others(event_id: int, number: int) -> None:
    now, following = questions(event_id, number), questions(event_id, number + 1)
    assert len(set(now)) == A_ROUND
    assert not set(now) & set(following)
    assert set(now) <= set(QUESTIONS)
