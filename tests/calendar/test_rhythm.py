"""What a rhythm promises: the dates people mean, and a rule that calendars read as the same dates."""

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from icalendar import vRecur

from convene.calendar.rhythm import MOST, BadRhythm, Every, Rhythm, fitting

FIRST = datetime(2026, 9, 8, 18, 30)  # the second Tuesday


def days(rhythm: Rhythm, first: datetime = FIRST) -> list[str]:
    return [f"{start:%m-%d}" for start in rhythm.starts(first)]


def by_rule(rhythm: Rhythm, first: datetime) -> list[datetime]:
    written = vRecur(rhythm.rule(first)).to_ical().decode()
    return list(rrulestr(written, dtstart=first))


@pytest.mark.parametrize(
    ("rhythm", "wanted"),
    [
        (Rhythm(Every.WEEK, count=3), ["09-08", "09-15", "09-22"]),
        (Rhythm(Every.WEEK, 2, count=3), ["09-08", "09-22", "10-06"]),
        (Rhythm(Every.WEEK, until=date(2026, 9, 22)), ["09-08", "09-15", "09-22"]),
        (Rhythm(Every.WEEK, until=date(2026, 9, 21)), ["09-08", "09-15"]),
        (Rhythm(Every.WEEK, count=3, weekdays=frozenset({3})), ["09-08", "09-10", "09-15"]),
        (Rhythm(Every.MONTH_ON_WEEKDAY, count=3), ["09-08", "10-13", "11-10"]),
        (Rhythm(Every.MONTH_ON_DAY, count=3), ["09-08", "10-08", "11-08"]),
        (Rhythm(Every.MONTH_ON_DAY, 2, count=3), ["09-08", "11-08", "01-08"]),
    ],
)
def test_a_rhythm_gives_the_dates_people_mean(rhythm: Rhythm, wanted: list[str]) -> None:
    assert days(rhythm) == wanted
    assert by_rule(rhythm, FIRST) == list(rhythm.starts(FIRST))


def test_the_last_weekday_is_the_last_in_months_of_four_and_of_five() -> None:
    last = Rhythm(Every.MONTH_ON_LAST_WEEKDAY, count=4)
    assert days(last, datetime(2026, 9, 29, 18, 30)) == ["09-29", "10-27", "11-24", "12-29"]


def test_a_month_without_the_day_is_passed_over() -> None:
    assert days(Rhythm(Every.MONTH_ON_DAY, count=3), datetime(2026, 10, 31, 9)) == ["10-31", "12-31", "01-31"]
    leap = Rhythm(Every.MONTH_ON_DAY, 12, count=2).starts(datetime(2028, 2, 29, 9))
    assert leap[1] == datetime(2032, 2, 29, 9)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"count": 3, "until": date(2027, 1, 1)},
        {"count": 0},
        {"count": MOST + 1},
        {"count": 3, "interval": 0},
        {"count": 3, "every": Every.MONTH_ON_DAY, "weekdays": frozenset({1})},
    ],
)
def test_a_rhythm_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadRhythm):
        Rhythm(**{"every": Every.WEEK, **wrong})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rhythm",
    [
        Rhythm(Every.WEEK, until=date(2026, 9, 7)),
        Rhythm(Every.WEEK, until=date(2099, 1, 1)),
        Rhythm(Every.MONTH_ON_LAST_WEEKDAY, count=3),
    ],
)
def test_a_first_date_that_is_not_on_it_or_too_many_dates_are_refused(rhythm: Rhythm) -> None:
    with pytest.raises(BadRhythm):
        rhythm.starts(FIRST)


rhythms = st.builds(
    Rhythm,
    every=st.sampled_from([Every.WEEK, Every.MONTH_ON_WEEKDAY, Every.MONTH_ON_DAY]),
    interval=st.integers(1, 4),
    count=st.integers(2, 40),
)
firsts = st.datetimes(datetime(2024, 1, 1), datetime(2060, 1, 1)).map(
    lambda when: when.replace(second=0, microsecond=0)
)


@settings(max_examples=200, deadline=None)
@given(rhythm=rhythms, first=firsts)
def test_a_rule_is_read_as_the_rhythm_says_and_found_again_from_its_dates(
    rhythm: Rhythm, first: datetime
) -> None:
    dates = rhythm.starts(first)
    assert by_rule(rhythm, first) == list(dates)
    found = fitting(dates)
    assert found is not None and found.starts(first) == dates


@pytest.mark.long
@settings(max_examples=200, deadline=None)
@given(first=firsts, steps=st.sets(st.integers(1, 300), min_size=1, max_size=30))
def test_any_dates_at_one_hour_are_on_the_rhythm_found_for_them(first: datetime, steps: set[int]) -> None:
    starts = [first, *(first + timedelta(days=step) for step in sorted(steps))]
    found = fitting(starts)
    assert found is not None
    dates = found.starts(first)
    assert set(starts) <= set(dates) and dates[0] == first and dates[-1] == starts[-1]
    assert by_rule(found, first) == list(dates)


@settings(max_examples=100, deadline=None)
@given(rhythm=rhythms, first=firsts, off=st.integers(1, 38))
def test_a_date_left_out_does_not_hide_the_rhythm(rhythm: Rhythm, first: datetime, off: int) -> None:
    dates = rhythm.starts(first)
    assume(off < len(dates) - 1)
    found = fitting([*dates[:off], *dates[off + 1 :]])
    assert found is not None and len(found.starts(first)) <= len(dates)


def test_no_rhythm_is_found_where_there_is_none() -> None:
    assert fitting([FIRST]) is None
    assert fitting([FIRST, FIRST + timedelta(days=7, hours=1)]) is None
    assert fitting([FIRST, FIRST + timedelta(days=365 * 9 + 1), FIRST + timedelta(days=365 * 12)]) is None
