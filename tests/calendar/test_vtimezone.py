"""What a zone block promises: whoever reads it gets the offsets of the zone database, in any year."""

from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from convene.calendar.invite import calendar
from convene.calendar.vtimezone import vtimezone
from convene.calendar.zones import UnknownZone, names
from convene.calendar.zones import zone as zone_of
from tests.calendar.readers import Component, strict
from tests.calendar.series_readers import Block, by_scripts

# Both halves of the earth; half and quarter hours; no change, one half an hour wide, changes by the moon, on a
# Friday after the last Thursday, on the Sunday after the 1st, the evening before the last Sunday; Dublin, where
# winter is the exception.
ZONES = [
    "Europe/London",
    "Europe/Dublin",
    "America/New_York",
    "America/Havana",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "Asia/Jerusalem",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Africa/Cairo",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Nuuk",
    "America/Coyhaique",
    "Asia/Almaty",
]
YEARS = range(2024, 2061)


@cache
def written(zone: str, first: date, last: date) -> bytes:
    return calendar({}, [vtimezone(zone, first, last)])


@cache
def block(zone: str, first: date, last: date) -> Component:
    (part,) = strict(written(zone, first, last)).components
    return part


def is_plain(zone: str, wall: datetime) -> bool:
    there = wall.replace(tzinfo=zone_of(zone))
    return there.utcoffset() == there.replace(fold=1).utcoffset()


def hours_of(zone: str) -> list[datetime]:
    """Noon on the 15th of each month of each year, and the hours about every change."""
    place, found = zone_of(zone), []
    for year in YEARS:
        found += [datetime(year, month, 15, 12) for month in range(1, 13)]
        day = datetime(year, 1, 1, tzinfo=UTC)
        while day.year == year:
            if day.astimezone(place).utcoffset() != (day + timedelta(days=1)).astimezone(place).utcoffset():
                wall = day.astimezone(place).replace(tzinfo=None, fold=0)
                found += [wall + timedelta(hours=hours) for hours in range(-1, 30)]
            day += timedelta(days=1)
    return [wall for wall in found if is_plain(zone, wall)]


@pytest.mark.parametrize("zone", ZONES)
def test_from_2024_to_2060_every_reader_has_the_offsets_of_the_database(zone: str) -> None:
    first, last = date(2025, 1, 1), date(2026, 12, 31)
    data, read = written(zone, first, last), Block(block(zone, first, last))
    # A yearly rule begins with the first change of the year before.
    walls = [wall for wall in hours_of(zone) if wall > read.onsets[0][0] + timedelta(days=2)]
    wanted = [wall.replace(tzinfo=zone_of(zone)).astimezone(UTC) for wall in walls]
    assert [read.moment(wall) for wall in walls] == wanted
    (script,) = by_scripts([(data, walls)])
    assert script.moments == wanted
    by_vobject = vobject.readOne(data.decode()).vtimezone.tzinfo
    assert [wall.replace(tzinfo=by_vobject).astimezone(UTC) for wall in walls] == wanted


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES) | st.sampled_from(names()),
    on=st.dates(date(2024, 1, 1), date(2060, 12, 31)),
    minutes=st.integers(0, 24 * 60 - 1),
    after=st.integers(0, 600),
)
def test_any_zone_on_any_date_is_read_as_it_is_in_the_database(
    zone: str, on: date, minutes: int, after: int
) -> None:
    wall = datetime.combine(on, datetime.min.time()) + timedelta(minutes=minutes)
    if not is_plain(zone, wall):
        return
    wanted = wall.replace(tzinfo=zone_of(zone)).utcoffset()
    early = on - timedelta(days=after)
    for span in ((on, on), (early, on), (early, early), (on, on + timedelta(days=after))):
        read = Block(block(zone, *span))
        assert read.moment(wall) == wall.replace(tzinfo=zone_of(zone)).astimezone(UTC)
    data = written(zone, on, on)
    assert wall.replace(tzinfo=vobject.readOne(data.decode()).vtimezone.tzinfo).utcoffset() == wanted


@pytest.mark.parametrize(
    ("zone", "summer", "winter"),
    [
        ("Europe/London", ("20250330T010000", "3;-1SU"), ("20251026T020000", "10;-1SU")),
        ("America/New_York", ("20250309T020000", "3;2SU"), ("20251102T020000", "11;1SU")),
        ("Australia/Sydney", ("20251005T020000", "10;1SU"), ("20250406T030000", "4;1SU")),
    ],
)
def test_a_zone_with_a_rule_has_two_yearly_parts_that_begin_before_the_jump(
    zone: str, summer: tuple[str, str], winter: tuple[str, str]
) -> None:
    part = block(zone, date(2026, 5, 1), date(2026, 10, 1))
    assert part.one("TZID").value == zone and part.all("COMMENT") == []
    for name, (starts, rule) in (("DAYLIGHT", summer), ("STANDARD", winter)):
        (one,) = [inner for inner in part.components if inner.name == name]
        month, day = rule.split(";")
        assert one.one("DTSTART").value == starts
        assert one.one("RRULE").value == f"FREQ=YEARLY;BYDAY={day};BYMONTH={month}"


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/Sao_Paulo", "America/Coyhaique"])
def test_a_zone_that_stands_still_is_standard_time_alone(zone: str) -> None:
    part = block(zone, date(2026, 5, 1), date(2050, 10, 1))
    (only,) = part.components
    assert only.name == "STANDARD" and only.one("TZOFFSETFROM").value == only.one("TZOFFSETTO").value


def test_changes_without_a_rule_are_written_one_a_line() -> None:
    part = block("Asia/Gaza", date(2026, 5, 1), date(2026, 10, 1))
    dated = [one for inner in part.components for one in inner.all("RDATE")]
    assert len(dated) > 60 and not any("," in one.value for one in dated)
    assert not any(inner.all("RRULE") for inner in part.components)


def test_every_zone_that_is_offered_has_a_small_block_with_standard_time() -> None:
    for zone in names():
        data = written(zone, date(2026, 5, 1), date(2027, 5, 1))
        assert b"BEGIN:STANDARD" in data and len(data) < 3500, zone


def test_a_name_that_is_no_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        vtimezone("Mars/Olympus", date(2026, 1, 1), date(2026, 1, 1))
