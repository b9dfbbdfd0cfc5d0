"""What is promised about clocks: one moment, the right hour in each place, and words a person would say."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from convene.calendar.zones import (
    NoSuchTime,
    NoZone,
    UnknownZone,
    local,
    month,
    names,
    spoken,
    spoken_date,
    spoken_moment,
    spoken_time,
    utc,
    zone,
)
from tests.calendar.examples import EVENINGS

LONDON = "Europe/London"


def moment(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "localtime",
        "posix/Europe/London",
        "right/UTC",
        "posixrules",
        "Factory",
        "europe/london",
        "EUROPE/LONDON",
        " Europe/London",
        "Europe/London\n",
        "Europe",
        "../../etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "Europe/../UTC",
        "Europe/London\x00",
        "zone.tab",
        "+01:00",
        "BST",
        "Mars/Olympus",
    ],
)
def test_only_the_exact_name_of_a_zone_is_taken(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone(name)


@pytest.mark.parametrize(
    "name", ["Europe/London", "Asia/Calcutta", "US/Eastern", "UTC", "America/Argentina/Buenos_Aires"]
)
def test_old_names_and_new_ones_are_both_known(name: str) -> None:
    assert zone(name).key == name
    assert zone(name) is zone(name)


def test_the_list_offers_places_in_use_and_nothing_odd() -> None:
    offered = names()
    assert {
        "Europe/London",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Sydney",
        "Asia/Kolkata",
        "UTC",
    } <= set(offered)
    assert 300 < len(offered) < 500 and list(offered) == sorted(set(offered))
    assert not {name for name in offered if name != "UTC" and "/" not in name}
    assert not {name for name in offered if name.startswith(("Etc/", "US/", "posix/", "right/"))}
    assert all(zone(name).key == name for name in offered)
    assert names() is offered


@pytest.mark.parametrize(("name", "wall", "iso"), EVENINGS)
def test_an_hour_in_a_place_and_its_moment_are_one(name: str, wall: datetime, iso: str) -> None:
    assert utc(wall, name).isoformat() == iso
    assert utc(wall, name).tzinfo is UTC
    assert local(datetime.fromisoformat(iso), name).replace(tzinfo=None) == wall


@pytest.mark.parametrize(
    ("name", "wall"),
    [
        ("Europe/London", datetime(2026, 3, 29, 1, 0)),
        ("Europe/London", datetime(2026, 3, 29, 1, 59, 59)),
        ("Europe/Berlin", datetime(2027, 3, 28, 2, 30)),
        ("America/New_York", datetime(2026, 3, 8, 2, 30)),
        ("Australia/Sydney", datetime(2026, 10, 4, 2, 30)),
        ("Pacific/Apia", datetime(2011, 12, 30, 12, 0)),
    ],
)
def test_an_hour_that_the_clocks_skip_is_refused(name: str, wall: datetime) -> None:
    with pytest.raises(NoSuchTime):
        utc(wall, name)


@pytest.mark.parametrize(
    ("name", "wall", "first"),
    [
        ("Europe/London", datetime(2026, 10, 25, 1, 30), moment(2026, 10, 25, 0, 30)),
        ("Europe/Berlin", datetime(2026, 10, 25, 2, 30), moment(2026, 10, 25, 0, 30)),
        ("America/New_York", datetime(2026, 11, 1, 1, 30), moment(2026, 11, 1, 5, 30)),
        ("Australia/Sydney", datetime(2027, 4, 4, 2, 30), moment(2027, 4, 3, 15, 30)),
    ],
)
def test_of_an_hour_that_comes_twice_the_first_is_meant(name: str, wall: datetime, first: datetime) -> None:
    assert utc(wall, name) == utc(wall.replace(fold=1), name) == first
    assert local(first + timedelta(hours=1), name).replace(tzinfo=None) == wall


def test_the_edges_of_a_change_exist() -> None:
    assert utc(datetime(2026, 3, 29, 0, 59), LONDON) == moment(2026, 3, 29, 0, 59)
    assert utc(datetime(2026, 3, 29, 2, 0), LONDON) == moment(2026, 3, 29, 1, 0)


def test_a_time_needs_the_right_kind_of_zone() -> None:
    with pytest.raises(NoZone):
        utc(moment(2026, 5, 12), LONDON)
    with pytest.raises(NoZone):
        local(datetime(2026, 5, 12), LONDON)


def test_a_time_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        utc(datetime.max, "America/New_York")
    with pytest.raises(NoSuchTime):
        utc(datetime.min, "Australia/Sydney")


@pytest.mark.parametrize(
    ("starts", "ends", "name", "words"),
    [
        ((2026, 5, 12, 17, 30), (2026, 5, 12, 19, 0), LONDON, "Tuesday 12 May 2026, 6.30pm to 8pm (London)"),
        (
            (2027, 1, 12, 18, 5),
            (2027, 1, 12, 19, 45),
            LONDON,
            "Tuesday 12 January 2027, 6.05pm to 7.45pm (London)",
        ),
        ((2026, 5, 12, 11, 0), (2026, 5, 12, 12, 0), LONDON, "Tuesday 12 May 2026, noon to 1pm (London)"),
        (
            (2026, 5, 12, 11, 30),
            (2026, 5, 12, 12, 30),
            LONDON,
            "Tuesday 12 May 2026, 12.30pm to 1.30pm (London)",
        ),
        (
            (2026, 5, 12, 21, 0),
            (2026, 5, 12, 23, 0),
            LONDON,
            "Tuesday 12 May 2026, 10pm to midnight (London)",
        ),
        ((2026, 5, 11, 23, 0), (2026, 5, 12, 0, 30), LONDON, "Tuesday 12 May 2026, 12am to 1.30am (London)"),
        (
            (2026, 5, 11, 23, 0),
            (2026, 5, 12, 23, 0),
            LONDON,
            "Tuesday 12 May 2026, 12am to midnight (London)",
        ),
        (
            (2026, 5, 12, 17, 30),
            (2026, 5, 13, 8, 0),
            LONDON,
            "Tuesday 12 May 2026, 6.30pm to Wednesday 13 May 2026, 9am (London)",
        ),
        (
            (2026, 12, 31, 22, 0),
            (2027, 1, 2, 0, 0),
            LONDON,
            "Thursday 31 December 2026, 10pm to Saturday 2 January 2027, 12am (London)",
        ),
        (
            (2026, 5, 12, 22, 30),
            (2026, 5, 13, 0, 0),
            "America/New_York",
            "Tuesday 12 May 2026, 6.30pm to 8pm (New York)",
        ),
        (
            (2026, 5, 12, 13, 0),
            (2026, 5, 12, 14, 0),
            "America/Argentina/Buenos_Aires",
            "Tuesday 12 May 2026, 10am to 11am (Buenos Aires)",
        ),
        (
            (2026, 5, 12, 13, 0),
            (2026, 5, 12, 14, 0),
            "Asia/Kolkata",
            "Tuesday 12 May 2026, 6.30pm to 7.30pm (Kolkata)",
        ),
        ((2026, 5, 12, 8, 0), (2026, 5, 12, 9, 0), "UTC", "Tuesday 12 May 2026, 8am to 9am (UTC)"),
    ],
)
def test_a_time_is_said_as_a_person_would(
    starts: tuple[int, ...], ends: tuple[int, ...], name: str, words: str
) -> None:
    assert spoken(moment(*starts), moment(*ends), name) == words


def test_a_moment_a_day_an_hour_and_a_month_have_words_too() -> None:
    when = moment(2026, 5, 12, 17, 30)
    assert spoken_moment(when, LONDON) == "Tuesday 12 May 2026, 6.30pm (London)"
    assert spoken_moment(moment(2026, 5, 11, 23, 0), LONDON) == "Tuesday 12 May 2026, 12am (London)"
    assert spoken_date(when, LONDON) == "Tuesday 12 May 2026"
    assert spoken_date(when, "Australia/Sydney") == "Wednesday 13 May 2026"
    assert spoken_time(when, LONDON) == "6.30pm"
    assert spoken_time(moment(2026, 5, 12, 11, 0), LONDON) == "noon"
    assert spoken_time(moment(2026, 5, 12, 23, 0), LONDON) == "midnight"
    assert month(moment(2026, 5, 31, 23, 30), LONDON) == "June 2026"


def test_the_rules_of_zones_are_those_of_the_lock_whatever_the_machine_holds() -> None:
    """Canada's west gave up its clock changes in 2026, and machines that are not kept up to date do not know it."""
    assert zoneinfo.TZPATH == ()
    assert files("tzdata").joinpath("zones").is_file()
