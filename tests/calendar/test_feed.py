"""What a feed promises the calendars that follow it."""

from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from convene.calendar.feed import REMEMBERED, BadRefresh, etag, feed, mark, remembered, written
from convene.calendar.invite import Entry, published, request
from tests.calendar.examples import EVENINGS, EVENT, GUEST, STAMP, evening, event
from tests.calendar.readers import ical_js, strict

LINE_UP = [
    replace(evening(zone, wall), uid=f"{zone.replace('/', '-')}-{wall:%Y-%m}@convene.example")
    for zone, wall, _ in EVENINGS
]


def test_a_feed_has_a_name_and_a_rhythm_and_no_method() -> None:
    whole = strict(feed("Ideas, this way", LINE_UP, url="https://convene.example/"))
    assert whole.all("METHOD") == []
    assert whole.one("X-WR-CALNAME").text() == whole.one("NAME").text() == "Ideas, this way"
    rhythm = whole.one("REFRESH-INTERVAL")
    assert rhythm.value == whole.one("X-PUBLISHED-TTL").value == "PT6H" and rhythm.parameters == {
        "VALUE": "DURATION"
    }
    assert whole.one("URL").value == "https://convene.example/"
    assert strict(feed("Ideas", [])).all("URL") == []


@pytest.mark.parametrize(
    ("length", "written"), [(timedelta(hours=1), "PT1H"), (timedelta(minutes=90), "PT1H30M")]
)
def test_the_rhythm_can_be_set(length: timedelta, written: str) -> None:
    assert strict(feed("Ideas", [], refresh=length)).one("X-PUBLISHED-TTL").value == written


def test_a_rhythm_of_less_than_a_minute_is_refused() -> None:
    with pytest.raises(BadRefresh):
        feed("Ideas", [], refresh=timedelta(seconds=5))


def test_a_feed_shows_no_guest_and_the_same_uid_and_sequence_as_the_invite() -> None:
    (shown,) = strict(feed("Ideas", [EVENT])).components
    (asked,) = strict(request(EVENT, GUEST)).components
    assert shown.all("ATTENDEE") == []
    for name in ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER"):
        assert shown.one(name) == asked.one(name)
    assert shown == strict(published(EVENT)).components[0]


def test_an_event_called_off_stays_and_says_so() -> None:
    off = event(uid="off@convene.example", called_off=True)
    parts = strict(feed("Ideas", [EVENT, off])).components
    assert {part.one("UID").value: part.one("STATUS").value for part in parts} == {
        EVENT.uid: "CONFIRMED",
        off.uid: "CANCELLED",
    }


def test_every_parser_finds_every_event_at_its_moment() -> None:
    data = feed("Ideas", LINE_UP)
    wanted = {entry.uid: entry.starts_at for entry in LINE_UP}
    assert {
        part.uid.value: part.dtstart.value for part in vobject.readOne(data.decode()).vevent_list
    } == wanted
    known = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert {str(part["UID"]): part.decoded("dtstart") for part in known} == wanted
    (seen,) = ical_js([data])
    assert {part["uid"]: part["starts"] for part in seen["events"]} == {
        uid: starts.strftime("%Y-%m-%dT%H:%M:%S.000Z") for uid, starts in wanted.items()
    }


@settings(max_examples=20)
@given(st.permutations(LINE_UP))
def test_the_order_of_asking_changes_no_byte(shuffled: list[Entry]) -> None:
    data = feed("Ideas", iter(shuffled))
    assert data == feed("Ideas", LINE_UP)
    starts = [part.one("DTSTART").value for part in strict(data).components]
    assert starts == sorted(starts)


def test_of_two_revisions_only_the_later_is_shown() -> None:
    newer = event(sequence=EVENT.sequence + 1, title="Moved")
    for entries in ([EVENT, newer], [newer, EVENT]):
        (part,) = strict(feed("Ideas", entries)).components
        assert part.one("SUMMARY").text() == "Moved"


def test_two_entries_that_claim_the_same_revision_are_told_apart_the_same_way_each_time() -> None:
    one, other = event(title="One"), event(title="Other")
    assert feed("Ideas", [one, other]) == feed("Ideas", [other, one])


def test_an_empty_feed_is_still_a_calendar() -> None:
    data = feed("Ideas", [])
    assert [part.name for part in strict(data).components] == ["VTIMEZONE"]
    assert "vevent" not in vobject.readOne(data.decode()).contents
    assert icalendar.Calendar.from_ical(data).walk("VEVENT") == []
    assert ical_js([data]) == [{"method": None, "events": []}]


def test_a_hostile_name_stays_a_name() -> None:
    whole = strict(feed("Ideas\r\nMETHOD:CANCEL; \x00\u2028X:1", [EVENT]))
    assert whole.all("METHOD") == [] and whole.one("NAME").text() == "Ideas METHOD:CANCEL; X:1"
    assert strict(feed(" \n", [EVENT])).one("NAME").text() == "Events"


def test_the_tag_changes_with_the_bytes_alone() -> None:
    data = feed("Ideas", LINE_UP)
    assert etag(data) == etag(feed("Ideas", LINE_UP))
    moved = [event(stamp=STAMP + timedelta(seconds=1)), *LINE_UP]
    assert etag(feed("Ideas", moved)) != etag(data)
    assert etag(data).isalnum()


def test_what_concerns_one_person_is_written_the_same_and_not_remembered() -> None:
    remembered.cache_clear()
    own = feed("Ideas", LINE_UP, write=written)
    assert remembered.cache_info().currsize == 0
    assert own == feed("Ideas", LINE_UP) == feed("Ideas", LINE_UP)
    info = remembered.cache_info()
    assert (info.currsize, info.hits, info.maxsize) == (len(LINE_UP), len(LINE_UP), REMEMBERED)


def test_a_mark_tells_apart_whatever_is_told_apart() -> None:
    marks = [mark("ab", "c"), mark("a", "bc"), mark("abc"), mark("abc", ""), mark("Zoë"), mark("Zo\ud800")]
    assert len(set(marks)) == len(marks)
    assert mark("ab", "c") == marks[0] and marks[0].isalnum()
