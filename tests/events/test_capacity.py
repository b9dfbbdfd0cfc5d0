"""Who may have a place, and how long an offered one is held: rules of numbers and moments."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from convene.calendar.quiet import is_quiet
from convene.events.capacity import Places, offer_ends

ZONES = ("Europe/London", "Asia/Tokyo", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC")
LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)

small = some.integers(0, 50)
# Both clock changes of 2026 in Europe, America and Australia are within.
moments = some.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(
    lambda when: when.replace(tzinfo=UTC)
)
notice = some.timedeltas(timedelta(minutes=1), timedelta(days=30))


def london(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


@given(some.integers(1, 50), small, small)
def test_places_left_are_never_fewer_than_none_and_never_pass_those_in_line(
    capacity: int, taken: int, waiting: int
) -> None:
    places = Places(capacity, taken, waiting)
    assert 0 <= places.left <= capacity
    assert places.left + taken >= capacity
    assert places.open_to_new == (taken < capacity and waiting == 0)


@pytest.mark.parametrize(
    ("freed", "starts", "ends"),
    [
        pytest.param(london(11, 22, 30), london(12, 18), london(12, 10), id="at night, for the next evening"),
        pytest.param(london(12, 2), london(12, 18), london(12, 10), id="after midnight, for that evening"),
        pytest.param(london(11, 22, 30), london(12, 9, 30), london(12, 0, 30), id="at night, before ten"),
        pytest.param(london(12, 2), london(12, 9, 30), london(12, 4), id="after midnight, before ten"),
        pytest.param(london(12, 14), london(12, 18), london(12, 16), id="in the afternoon, for that evening"),
        pytest.param(london(12, 17), london(12, 18), london(12, 18), id="an hour before the start"),
        pytest.param(london(11, 19), london(12, 18), london(12, 9), id="an hour of the evening is left"),
        pytest.param(london(4, 12), london(20, 18), london(6, 12), id="a day of waking hours is two days"),
        pytest.param(
            london(11, 12), london(12, 12, 1), london(12, 12, 1), id="a minute more than a day ahead"
        ),
        pytest.param(london(11, 12), london(12, 12), london(11, 14), id="just a day ahead"),
    ],
)
def test_a_freed_place_is_held_so_long(freed: datetime, starts: datetime, ends: datetime) -> None:
    assert offer_ends(freed, starts, "Europe/London") == ends


@given(moments, notice, some.sampled_from(ZONES))
def test_an_offer_never_outlasts_the_start_and_gives_two_hours_where_there_are_two(
    now: datetime, until: timedelta, zone: str
) -> None:
    ends = offer_ends(now, now + until, zone)
    assert ends.utcoffset() == timedelta()
    assert min(now + 2 * HOUR, now + until) <= ends <= now + until


@given(moments, notice, some.sampled_from(ZONES))
def test_an_offer_does_not_run_out_at_night_unless_the_event_leaves_no_morning(
    now: datetime, until: timedelta, zone: str
) -> None:
    starts = now + until
    ends = offer_ends(now, starts, zone)
    if is_quiet(ends - timedelta(microseconds=1), zone) and ends != starts:
        there = now.astimezone(ZoneInfo(zone))
        morning = there.date() if there.hour < 8 else there.date() + timedelta(days=1)
        ten = datetime(morning.year, morning.month, morning.day, 10, tzinfo=ZoneInfo(zone))
        assert starts < ten


@given(moments, notice, some.timedeltas(timedelta(), timedelta(days=2)), some.sampled_from(ZONES))
def test_more_notice_within_the_same_rule_never_shortens_an_offer(
    now: datetime, until: timedelta, more: timedelta, zone: str
) -> None:
    if until > timedelta(days=1) and not is_quiet(now, zone):
        assert offer_ends(now, now + until, zone) <= offer_ends(now, now + until + more, zone)
