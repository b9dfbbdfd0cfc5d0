"""Counts of what was said in confidence: in fives, outwards, and nothing under five."""

import pytest

from convene.network.rules import Told, told


@pytest.mark.parametrize(
    ("known", "may_be", "of", "least", "most"),
    [
        (0, 0, 0, 0, 0),
        (4, 9, 12, 0, 10),
        (5, 9, 12, 5, 10),
        (7, 12, 12, 5, 12),
        (12, 12, 12, 10, 12),
        (3, 2, None, 0, 5),
    ],
)
def test_bounds_move_in_fives_and_never_shut_the_truth_out(
    known: int, may_be: int, of: int | None, least: int, most: int
) -> None:
    found = told(known, may_be, of)
    assert (found.least, found.most) == (least, most)
    assert found.least <= known and found.most >= min(known, most)


def test_shares_are_rounded_outwards_and_hidden_under_five() -> None:
    assert told(5, 9, 12).percent == (41, 84)
    assert told(1, 3, 4).hidden and not told(1, 3, 5).hidden
    assert not Told(0, 5).hidden
