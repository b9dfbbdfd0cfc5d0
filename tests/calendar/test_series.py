"""What a series promises: every calendar shows the same sessions, whatever happened to one of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import icalendar
import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from convene.calendar.invite import BadEntry, CalledOff, calendar
from convene.calendar.rhythm import BadRhythm, Every, Rhythm
from convene.calendar.series import (
    Series,
    Session,
    blocks,
    cancel,
    cancel_one,
    components,
    of_sessions,
    published,
    request,
)
from convene.calendar.values import BadAddress
from convene.calendar.zones import zone as zone_of
from tests.calendar.examples import EVENT, GUEST, STAMP, event
from tests.calendar.readers import Component, strict
from tests.calendar.series_examples import (
    CASES,
    FIRSTS,
    ITS_OWN_LAW,
    LENGTH,
    WEEK,
    WEEKLY,
    ZONES,
    Case,
    at,
    moved,
    one_off,
    seen,
    series,
    weekly,
)
from tests.calendar.series_readers import Script, Seen, by_scripts, by_vobject, plain


@cache
def scripts() -> dict[bytes, Script]:
    files = [request(case(zone, first).made, GUEST) for case in CASES for zone in ZONES for first in FIRSTS]
    return dict(zip(files, by_scripts([(data, []) for data in files]), strict=True))


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("zone", ZONES)
def test_four_parsers_see_every_session_at_its_hour_and_no_other(
    case: Callable[[str, datetime], Case], zone: str
) -> None:
    for first in FIRSTS:
        made, wanted = case(zone, first)
        data = request(made, GUEST)
        assert plain(data) == sorted(wanted)
        assert by_vobject(data) == sorted(wanted)
        assert scripts()[data].ical_js == sorted(wanted)
        if zone not in ITS_OWN_LAW:
            assert scripts()[data].node_ical == sorted(wanted)


def parts(data: bytes) -> list[Component]:
    return [part for part in strict(data).components if part.name == "VEVENT"]


LONDON, FIRST = "Europe/London", FIRSTS[0]
SERIES = weekly(LONDON, FIRST).made


@pytest.mark.parametrize("zone", ZONES)
def test_a_series_has_its_zone_by_name_and_the_block_once(zone: str) -> None:
    data = request(moved(zone, FIRST).made, GUEST)
    named = [part.one("TZID").value for part in strict(data).components if part.name == "VTIMEZONE"]
    assert named == ([] if zone == "UTC" else [zone])
    for part in parts(data):
        for name in ("DTSTART", "DTEND", "RECURRENCE-ID"):
            for one in part.all(name):
                assert one.parameters == ({} if zone == "UTC" else {"TZID": zone})
                assert one.value.endswith("Z") == (zone == "UTC")
    assert b"COMMENT" not in data and b"DURATION" not in data


def test_a_moved_session_keeps_its_name_and_the_master_its_rule() -> None:
    master, first, later = parts(request(moved(LONDON, FIRST).made, GUEST))
    assert master.one("RRULE").value == "FREQ=WEEKLY;COUNT=53;BYDAY=TU"
    assert master.one("DTSTART").value == first.one("RECURRENCE-ID").value == "20260714T183000"
    assert later.one("RECURRENCE-ID").value == "20261201T183000"
    assert later.one("DTSTART").value == "20261202T153000"
    assert not later.all("RRULE") and not later.all("EXDATE")
    words = later.one("DESCRIPTION").text()
    assert "Wednesday 2 December 2026, 3.30pm to 5pm (London)" in words and "more dates" not in words


def test_every_part_asks_the_one_person_and_has_what_calendars_need() -> None:
    for part in parts(request(moved(LONDON, FIRST).made, GUEST)):
        assert part.one("UID").value == EVENT.uid
        assert part.one("SEQUENCE").value == "4"
        assert part.one("DTSTAMP").value == "20260501T093000Z"
        assert part.one("ATTENDEE").value == "mailto:zoe@guests.example"
        assert part.one("ATTENDEE").parameters["RSVP"] == "TRUE"
        assert part.one("ORGANIZER").value == "mailto:rsvp+7@convene.example"
        assert part.one("STATUS").value == "CONFIRMED"


def test_the_whole_is_said_in_words_of_all_its_dates() -> None:
    (master,) = parts(request(SERIES, GUEST))
    words = "Tuesday 14 July 2026, 6.30pm to 8pm (London), and 52 more dates until Tuesday 13 July 2027"
    assert words in master.one("DESCRIPTION").text()
    (pair,) = parts(request(series(LONDON, FIRST, (FIRST, FIRST + WEEK)), GUEST))
    assert "(London), and one more date, Tuesday 21 July 2026" in pair.one("DESCRIPTION").text()


def test_no_session_has_a_lower_number_than_the_whole() -> None:
    made = series(LONDON, FIRST, WEEKLY, Session(FIRST, title="Own", sequence=2), sequence=7)
    assert [part.one("SEQUENCE").value for part in parts(request(made, GUEST))] == ["7", "7"]


@pytest.mark.parametrize("zone", ZONES)
def test_a_cancel_of_the_whole_names_it_without_any_date_apart(zone: str) -> None:
    for first in FIRSTS:
        asked = parts(request(moved(zone, first).made, GUEST))[0]
        data = cancel(moved(zone, first).made, GUEST)
        assert strict(data).one("METHOD").value == "CANCEL"
        (told,) = parts(data)
        assert told.one("STATUS").value == "CANCELLED" and not told.all("RECURRENCE-ID")
        for name in ("UID", "ORGANIZER", "DTSTART", "DTEND", "SUMMARY", "RRULE"):
            assert told.one(name) == asked.one(name)
        assert told.one("ATTENDEE").value == asked.one("ATTENDEE").value
        assert "RSVP" not in told.one("ATTENDEE").parameters
        assert plain(data) == by_vobject(data) == sorted(weekly(zone, first).wanted)


@pytest.mark.parametrize("zone", ZONES)
def test_a_cancel_of_one_names_that_date_alone(zone: str) -> None:
    for first in FIRSTS:
        there = first + WEEK * 20
        data = cancel_one(one_off(zone, first).made, there, GUEST)
        assert strict(data).one("METHOD").value == "CANCEL"
        (told,) = parts(data)
        assert told.one("RECURRENCE-ID") == replace(told.one("DTSTART"), name="RECURRENCE-ID")
        assert told.one("STATUS").value == "CANCELLED" and not told.all("RRULE")
        (known,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
        assert known.decoded("recurrence-id").astimezone(UTC) == at(there, zone)
        assert known.decoded("dtend").astimezone(UTC) == at(there + LENGTH, zone)


def test_a_cancel_of_a_moved_session_tells_where_it_was() -> None:
    (told,) = parts(cancel_one(moved(LONDON, FIRST).made, FIRST + WEEK * 20, GUEST))
    assert told.one("RECURRENCE-ID").value == "20261201T183000"
    assert told.one("DTSTART").value == "20261202T153000" and told.one("LOCATION").text() == "Barn"


def test_nobody_is_asked_to_a_series_without_a_date_left() -> None:
    off = of_sessions(event(), [Session(FIRST, cancelled=True), Session(FIRST + WEEK, cancelled=True)])
    called_off = replace(SERIES, whole=replace(SERIES.whole, called_off=True))
    for made in (off, called_off):
        with pytest.raises(CalledOff):
            request(made, GUEST)
        assert parts(cancel(made, GUEST))[0].one("STATUS").value == "CANCELLED"
        assert {part.one("STATUS").value for part in parts(published(made))} == {"CANCELLED"}


def test_after_a_cancel_a_person_comes_back_under_the_same_uid_and_a_higher_number() -> None:
    files = [
        request(SERIES, GUEST),
        cancel(replace(SERIES, whole=replace(SERIES.whole, sequence=4)), GUEST),
        request(replace(SERIES, whole=replace(SERIES.whole, sequence=5)), GUEST),
    ]
    masters = [parts(data)[0] for data in files]
    assert len({part.one("UID").value for part in masters}) == 1
    assert [int(part.one("SEQUENCE").value) for part in masters] == [3, 4, 5]
    assert plain(files[2]) == plain(files[0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_same_facts_make_the_same_bytes(case: Callable[[str, datetime], Case]) -> None:
    today = [request(case(zone, FIRST).made, GUEST) for zone in ZONES]
    with time_machine.travel(STAMP + timedelta(days=4000)):
        assert [request(case(zone, FIRST).made, GUEST) for zone in ZONES] == today


def test_the_order_in_which_sessions_are_given_changes_no_byte() -> None:
    sessions = [Session(FIRST + WEEK * week, title=f"Part {week}") for week in range(6)]
    assert request(of_sessions(event(), sessions), GUEST) == request(
        of_sessions(event(), reversed(sessions)), GUEST
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_invite_download_and_feed_share_uid_number_and_sessions(
    case: Callable[[str, datetime], Case],
) -> None:
    made, wanted = case(LONDON, FIRST)
    download = published(made)
    assert strict(download).one("METHOD").value == "PUBLISH" and b"ATTENDEE" not in download
    feed = calendar({}, [*blocks([made]), *components(made)])
    for data in (download, feed):
        assert plain(data) == sorted(wanted)
        for shown, asked in zip(parts(data), parts(request(made, GUEST)), strict=True):
            for name in ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "RRULE", "EXDATE", "RECURRENCE-ID"):
                assert shown.all(name) == asked.all(name)


def test_a_feed_of_many_series_has_each_zone_once_and_wide_enough() -> None:
    many = [weekly(zone, first).made for zone in ZONES for first in reversed(FIRSTS)]
    found = [block.to_ical() for block in blocks(many)]
    assert len(found) == len(ZONES) - 1 and found == [block.to_ical() for block in blocks(reversed(many))]
    whole = strict(calendar({}, blocks(many)))
    (london,) = [part for part in whole.components if part.one("TZID").value == LONDON]
    assert [inner.one("DTSTART").value[:4] for inner in london.components] == ["2025", "2025"]


def test_a_circle_gives_its_sessions_and_the_rule_is_found() -> None:
    sessions = [Session(FIRST + WEEK * week, title="Own" if week == 2 else None) for week in range(6)]
    made = of_sessions(event(title="Circle"), sessions)
    master, own = parts(request(made, GUEST))
    assert master.one("RRULE").value == "FREQ=WEEKLY;COUNT=6;BYDAY=TU"
    assert own.one("SUMMARY").text() == "Own" and master.one("SUMMARY").text() == "Circle"


def test_a_session_at_an_hour_of_its_own_is_a_moved_one() -> None:
    """A list of dates, RDATE, is no way out: readers drop it, lose its zone or skip the first date."""
    there = FIRST + timedelta(days=40)
    made = of_sessions(
        event(),
        [Session(FIRST), Session(there, at(there + timedelta(hours=2), LONDON)), Session(FIRST + WEEK)],
    )
    data, wanted = request(made, GUEST), [FIRST, FIRST + WEEK, there + timedelta(hours=2)]
    (script,) = by_scripts([(data, [])])
    for found in (plain(data), by_vobject(data), script.ical_js, script.node_ical):
        assert found == [seen(start, LONDON) for start in wanted]
    assert b"RDATE" not in data


@pytest.mark.parametrize(
    "starts",
    [
        (FIRST, FIRST + WEEK, FIRST + WEEK + timedelta(hours=2)),
        (FIRST, FIRST + timedelta(days=1), FIRST + WEEK * 300),
    ],
)
def test_dates_that_no_rule_of_bearable_length_has_are_refused(starts: tuple[datetime, ...]) -> None:
    with pytest.raises(BadRhythm):
        of_sessions(event(), [Session(start) for start in starts])


def is_plain_start(wanted: list[Seen]) -> bool:
    """node-ical counts a start in the skipped hour not at all and one in the double hour twice."""
    return {one.starts.astimezone(zone_of(LONDON)).hour for one in wanted} == {0}


@pytest.mark.parametrize(
    ("first", "hours"),
    [
        (datetime(2026, 3, 22, 1, 30), 1),  # the hour that is skipped on the 29th
        (datetime(2026, 3, 22, 0, 30), 3),  # over it
        (datetime(2026, 10, 18, 1, 30), 1),  # the hour that comes twice on the 25th
        (datetime(2026, 10, 18, 0, 30), 1),  # into it
        (datetime(2026, 10, 18, 0, 30), 8),  # over it
    ],
)
def test_a_session_on_which_the_clocks_change_says_its_own_times(first: datetime, hours: int) -> None:
    length = timedelta(hours=hours)
    starts = [first.replace(tzinfo=zone_of(LONDON)) + WEEK * week for week in range(3)]
    whole = event(starts_at=starts[0].astimezone(UTC), ends_at=starts[0].astimezone(UTC) + length)
    wanted = [
        Seen(start.astimezone(UTC), start.astimezone(UTC) + length, EVENT.title, EVENT.location)
        for start in starts
    ]
    data = request(Series(whole, Rhythm(Every.WEEK, count=3)), GUEST)
    assert len(parts(data)) == 2
    (script,) = by_scripts([(data, [])])
    assert plain(data) == script.ical_js == wanted
    assert by_vobject(data) == wanted
    if is_plain_start(wanted):
        assert script.node_ical == wanted


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    first=st.datetimes(datetime(2024, 1, 1), datetime(2060, 1, 1)),
    rhythm=st.builds(
        Rhythm,
        every=st.sampled_from([Every.WEEK, Every.MONTH_ON_WEEKDAY, Every.MONTH_ON_DAY]),
        interval=st.integers(1, 3),
        count=st.integers(2, 40),
    ),
    off=st.sets(st.integers(1, 39)),
    moves=st.dictionaries(st.integers(0, 39), st.integers(-5000, 5000), max_size=4),
)
def test_whatever_happens_to_its_sessions_readers_see_what_is_left(
    zone: str, first: datetime, rhythm: Rhythm, off: set[int], moves: dict[int, int]
) -> None:
    # An hour that is skipped names no moment, so no series begins in one.
    first = at(first.replace(microsecond=0), zone).astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)
    sessions, wanted = [], []
    for number, start in enumerate(rhythm.starts(first)):
        starts = at(start, zone) + timedelta(minutes=moves.get(number, 0))
        sessions.append(Session(start, starts if number in moves else None, cancelled=number in off))
        if number not in off:
            wanted.append(Seen(starts, starts + LENGTH, EVENT.title, EVENT.location))
    begins = at(first, zone)
    whole = event(zone=zone, starts_at=begins, ends_at=begins + LENGTH)
    for made in (Series(whole, rhythm, tuple(sessions)), of_sessions(whole, sessions)):
        data = request(made, GUEST)
        assert plain(data) == sorted(wanted) and by_vobject(data) == sorted(wanted)


@pytest.mark.parametrize(
    "wrong",
    [
        {"dates": ()},
        {"dates": (FIRST + WEEK, FIRST)},
        {"dates": (FIRST, FIRST)},
        {"dates": (FIRST + WEEK,)},
        {"dates": (FIRST.replace(tzinfo=UTC),)},
        {"dates": (FIRST, FIRST + timedelta(microseconds=5))},
        {"sessions": (Session(FIRST), Session(FIRST))},
        {"sessions": (Session(FIRST + timedelta(days=1)),)},
        {"sessions": (Session(FIRST, ends_at=at(FIRST, LONDON)),)},
        {"sessions": (Session(FIRST, starts_at=FIRST),)},
    ],
)
def test_facts_that_make_no_series_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(BadEntry):
        replace(SERIES, **wrong)  # type: ignore[arg-type]


def test_a_series_needs_a_session_a_date_of_its_own_and_a_bare_address() -> None:
    with pytest.raises(BadEntry):
        of_sessions(event(), [])
    with pytest.raises(BadEntry):
        cancel_one(SERIES, FIRST + timedelta(days=1), GUEST)
    with pytest.raises(BadAddress):
        request(SERIES, replace(GUEST, address="Zoë <zoe@guests.example>"))
