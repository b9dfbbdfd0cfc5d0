"""An agenda fills its session, whatever its length, and its steps fill its parts."""

from datetime import UTC, datetime, timedelta

import pytest

from convene.circles.agenda import TEMPLATES, Part, fitted, left_over, steps, timed

STARTS = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("minutes", [1, 3, 15, 30, 45, 60, 90, 120, 240])
def test_every_template_fits_every_session(name: str, minutes: int) -> None:
    parts = fitted(TEMPLATES[name], minutes)
    assert all(part.minutes >= 1 for part in parts)
    assert sum(part.minutes for part in parts) == minutes
    assert left_over(parts, STARTS, STARTS + timedelta(minutes=minutes)) == 0
    if minutes >= len(TEMPLATES[name].parts):
        assert [part.kind for part in parts] == [part.kind for part in TEMPLATES[name].parts]


def test_an_hour_and_a_half_leaves_the_circle_what_the_other_parts_do_not_need() -> None:
    parts = fitted(TEMPLATES["usual"], 90)
    assert [(part.kind, part.minutes) for part in parts] == [
        ("check_in", 10), ("actions", 10), ("one_two_four_all", 12), ("open_circle", 48), ("check_out", 10),
    ]  # fmt: skip
    begin = [f"{one.starts_at:%H:%M}" for one in timed(parts, STARTS)]
    assert begin == ["17:30", "17:40", "17:50", "18:02", "18:50"]
    assert left_over(parts, STARTS, STARTS + timedelta(minutes=60)) == -30


def test_one_two_four_all_keeps_the_minutes_its_makers_gave_it() -> None:
    assert [(one.name, one.seconds, one.group_size) for one in steps(Part("one_two_four_all", "", 12))] == [
        ("On your own", 60, 1), ("In pairs", 120, 2), ("In fours", 240, 4), ("All together", 300, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("part", [
    Part("networking", "Impromptu networking", 14, group_size=2, rounds=3),
    Part("one_two_four_all", "1-2-4-All", 7),
    Part("open_circle", "Open circle", 1),
    Part("other", "In threes", 20, group_size=3, rounds=0),
])  # fmt: skip
def test_the_steps_of_a_part_last_as_long_as_the_part(part: Part) -> None:
    found = steps(part)
    assert sum(one.seconds for one in found) == part.minutes * 60
    assert all(one.seconds > 0 for one in found)
    assert [one.number for one in found] == list(range(1, len(found) + 1))


def test_three_rounds_of_networking_change_partners_three_times() -> None:
    found = steps(Part("networking", "Impromptu networking", 15, group_size=2, rounds=3))
    assert [(one.name, one.seconds, one.group_size) for one in found] == [
        (f"Round {number} of 3", 300, 2) for number in (1, 2, 3)
    ]
