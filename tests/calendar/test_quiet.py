"""What a person is promised about their nights: nothing arrives in them and no offer runs out in them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convene.calendar.quiet import BackwardsTime, add_waking, end_of_quiet, is_quiet
from convene.calendar.zones import utc

LONDON = "Europe/London"
ZONES = [
    LONDON,
    "Europe/Berlin",
    "America/New_York",
    "Australia/Sydney",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
]
STEP = timedelta(minutes=5)

# Moments within three days of a clock change in one zone or another, on a grid that fits every one of them.
around_changes = st.builds(
    lambda change, steps: change + steps * STEP,
    st.sampled_from(
        [
            datetime(2026, 3, 29, 1, tzinfo=UTC),
            datetime(2026, 10, 25, 1, tzinfo=UTC),
            datetime(2026, 3, 8, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 6, tzinfo=UTC),
            datetime(2026, 10, 3, 16, tzinfo=UTC),
            datetime(2027, 4, 3, 16, tzinfo=UTC),
            datetime(2026, 7, 14, 12, tzinfo=UTC),
        ]
    ),
    st.integers(-864, 864),
)
lengths = st.integers(0, 500).map(lambda steps: steps * STEP)


def asleep(when: datetime, name: str) -> bool:
    hour = when.astimezone(ZoneInfo(name)).hour
    return hour >= 20 or hour < 8


def at(text: str, name: str = LONDON) -> datetime:
    return utc(datetime.fromisoformat(text), name)


@pytest.mark.parametrize(
    ("wall", "quiet"),
    [
        ("07:59:59", True),
        ("08:00", False),
        ("19:59:59", False),
        ("20:00", True),
        ("00:00", True),
        ("12:00", False),
    ],
)
@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("day", ["2026-07-14", "2027-01-12"])
def test_quiet_is_from_eight_to_eight_by_the_clocks_there(
    day: str, name: str, wall: str, quiet: bool
) -> None:
    assert is_quiet(at(f"{day}T{wall}", name), name) is quiet


@pytest.mark.parametrize(
    ("wall", "end"),
    [
        ("2026-05-12T12:34:56", "2026-05-12T12:34:56"),
        ("2026-05-12T08:00", "2026-05-12T08:00"),
        ("2026-05-12T20:00", "2026-05-13T08:00"),
        ("2026-05-12T03:00", "2026-05-12T08:00"),
        ("2026-12-31T23:00", "2027-01-01T08:00"),
    ],
)
@pytest.mark.parametrize("name", ZONES)
def test_quiet_ends_at_the_next_eight_in_the_morning(name: str, wall: str, end: str) -> None:
    assert end_of_quiet(at(wall, name), name) == at(end, name)


def test_a_night_with_a_clock_change_is_an_hour_shorter_or_longer() -> None:
    assert end_of_quiet(at("2026-03-28T20:00"), LONDON) - at("2026-03-28T20:00") == timedelta(hours=11)
    assert end_of_quiet(at("2026-10-24T20:00"), LONDON) - at("2026-10-24T20:00") == timedelta(hours=13)


def test_a_place_freed_at_half_past_ten_at_night_is_held_until_the_next_days_hours_are_used() -> None:
    assert add_waking(at("2026-05-12T22:30"), timedelta(hours=2), LONDON) == at("2026-05-13T10:00")
    assert add_waking(at("2026-05-12T19:00"), timedelta(hours=2), LONDON) == at("2026-05-13T09:00")
    assert add_waking(at("2026-05-12T12:00"), timedelta(hours=24), LONDON) == at("2026-05-14T12:00")


def test_an_offer_over_a_clock_change_ends_at_the_same_hour_as_any_other() -> None:
    assert add_waking(at("2026-03-28T19:00"), timedelta(hours=2), LONDON) == at("2026-03-29T09:00")
    assert add_waking(at("2026-10-24T19:00"), timedelta(hours=2), LONDON) == at("2026-10-25T09:00")


def test_a_length_that_just_fills_the_day_ends_with_it() -> None:
    assert add_waking(at("2026-05-12T08:00"), timedelta(hours=12), LONDON) == at("2026-05-12T20:00")
    assert add_waking(at("2026-05-12T22:30"), timedelta(), LONDON) == at("2026-05-12T22:30")


def test_a_length_cannot_be_negative() -> None:
    with pytest.raises(BackwardsTime):
        add_waking(at("2026-05-12T12:00"), timedelta(seconds=-1), LONDON)


def test_a_day_that_never_was_counts_for_nothing() -> None:
    # Samoa went from 29 to 31 December 2011.
    evening = datetime(2011, 12, 30, 7, 0, tzinfo=UTC)
    assert evening.astimezone(ZoneInfo("Pacific/Apia")).day == 29
    assert end_of_quiet(evening, "Pacific/Apia") == at("2011-12-31T08:00", "Pacific/Apia")
    assert add_waking(evening, timedelta(hours=1), "Pacific/Apia") == at("2011-12-31T09:00", "Pacific/Apia")


@settings(max_examples=60, deadline=None)
@given(when=around_changes, length=lengths, name=st.sampled_from(ZONES))
def test_adding_waking_time_is_what_counting_it_would_give(
    when: datetime, length: timedelta, name: str
) -> None:
    counted, left = when, length
    while left:
        if not asleep(counted, name):
            left -= STEP
        counted += STEP
    assert add_waking(when, length, name) == counted


@settings(max_examples=100, deadline=None)
@given(when=around_changes, one=lengths, two=lengths, name=st.sampled_from(ZONES))
def test_two_lengths_one_after_the_other_are_their_sum(
    when: datetime, one: timedelta, two: timedelta, name: str
) -> None:
    ends = add_waking(add_waking(when, one, name), two, name)
    assert ends == add_waking(when, one + two, name)
    assert ends >= when + one + two and ends.tzinfo is UTC


@given(when=around_changes, name=st.sampled_from(ZONES))
def test_after_quiet_it_is_not_quiet_and_no_time_was_wasted(when: datetime, name: str) -> None:
    ends = end_of_quiet(when, name)
    assert not is_quiet(ends, name)
    assert (
        ends == when
        if not is_quiet(when, name)
        else ends > when and is_quiet(ends - timedelta(microseconds=1), name)
    )
