"""What an invite promises the person whose calendar it lands in."""

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import time_machine
import vobject
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from convene.calendar import values
from convene.calendar.invite import BadEntry, CalledOff, Entry, Guest, cancel, published, request
from convene.calendar.zones import UnknownZone
from convene.extensions import begin_write, db
from tests.calendar.examples import EVENINGS, EVENT, GUEST, STAMP, evening, event
from tests.calendar.readers import Component, ical_js, strict
from tests.calendar.series_readers import Seen, by_scripts, by_vobject
from tests.mail.every_letter import STARTS, every_letter

WAYS: dict[str, Callable[[Entry], bytes]] = {
    "REQUEST": lambda entry: request(entry, GUEST),
    "CANCEL": lambda entry: cancel(entry, GUEST),
    "PUBLISH": published,
}
every_way = pytest.mark.parametrize("method", WAYS)

HOSTILE = [
    "Tea\r\nATTENDEE:mailto:victim@guests.example",
    "Tea\nEND:VEVENT\nBEGIN:VEVENT\nUID:other",
    "Tea\rMETHOD:CANCEL",
    "Tea\u2028STATUS:CANCELLED\u2029URL:https://evil.example",
    "Tea\x85X-EVIL:1\x0bX-EVIL:2\x0cX-EVIL:3\x1cX-EVIL:4",
    "\x00\x01\x02\x7f\x9f",
    "   \t\r\n ",
    "",
    "back\\nslash \\, \\; \\\\ end\\",
    "C:\\News \\\\N \\\\\\N;\\N,\\N",
    "quotes \" and ^n ^^ ^' ;,:=",
    "\ufefffirst, a mark; then half a pair \ud83d of an emoji \ufeff",
    "👩‍👩‍👧‍👦" * 40,
    "é" * 200,
    "\\" * 300,
    "a b " * 100,
    "x" + " " * 400 + "y",
    "\u3000" * 200 + "wide" + "\u3000" * 200,
    "<b>Tea</b> &amp; cake",
]


def vevent(data: bytes) -> Component:
    whole = strict(data)
    (only,) = whole.components
    assert only.name == "VEVENT"
    return only


@every_way
def test_the_calendar_names_its_version_product_and_method_once_and_before_the_event(method: str) -> None:
    whole = strict(WAYS[method](EVENT))
    assert whole.names() == ["VERSION", "PRODID", "CALSCALE", "METHOD"]
    assert whole.one("VERSION").value == "2.0"
    assert whole.one("CALSCALE").value == "GREGORIAN"
    assert whole.one("METHOD").value == method


@every_way
def test_an_event_has_what_every_calendar_needs_each_once(method: str) -> None:
    part = vevent(WAYS[method](EVENT))
    assert len(part.names()) == len(set(part.names()))
    assert part.one("UID").text() == EVENT.uid
    assert part.one("SEQUENCE").value == "3"
    assert part.one("DTSTAMP").value == part.one("LAST-MODIFIED").value == "20260501T093000Z"
    assert part.one("CREATED").value == "20260401T080000Z"
    assert part.one("DTSTART").value == "20260714T173000Z"
    assert part.one("DTEND").value == "20260714T190000Z"
    assert part.one("SUMMARY").text() == EVENT.title
    assert part.one("LOCATION").text() == EVENT.location
    assert part.one("URL").value == EVENT.url
    assert not {"DURATION", "VALARM", "RRULE", "RECURRENCE-ID", "ATTACH", "COMMENT"} & set(part.names())


@every_way
def test_times_are_utc_and_need_no_zone_of_their_own(method: str) -> None:
    data = WAYS[method](EVENT)
    assert b"TZID" not in data and b"VTIMEZONE" not in data
    for part in vevent(data).properties:
        if part.name in {"DTSTART", "DTEND", "DTSTAMP", "CREATED", "LAST-MODIFIED"}:
            assert re.fullmatch(r"\d{8}T\d{6}Z", part.value) and not part.parameters


@every_way
def test_every_parser_reads_the_same_moment_in_summer_and_in_winter(method: str) -> None:
    files = [WAYS[method](evening(zone, wall)) for zone, wall, _ in EVENINGS]
    for (zone, wall, moment), seen in zip(EVENINGS, by_every_reader(files), strict=True):
        starts = datetime.fromisoformat(moment)
        wanted = Seen(starts, starts + timedelta(minutes=90), EVENT.title, EVENT.location)
        assert seen == {name: [wanted] for name in seen}, (zone, wall)
        assert {"vobject", "ical.js", "node-ical"} <= set(seen), "three that are not icalendar"


def by_every_reader(files: list[bytes]) -> list[dict[str, list[Seen]]]:
    """What each of five parsers sees in each file, by the parser's name."""
    scripts = by_scripts([(data, []) for data in files])
    return [
        {
            "strict": [by_strict(data)],
            "icalendar": [by_icalendar(data)],
            "vobject": by_vobject(data),
            "ical.js": script.ical_js,
            "node-ical": script.node_ical,
        }
        for data, script in zip(files, scripts, strict=True)
    ]


def by_strict(data: bytes) -> Seen:
    part = vevent(data)
    starts, ends = (
        datetime.strptime(part.one(name).value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        for name in ("DTSTART", "DTEND")
    )
    place = part.all("LOCATION")
    return Seen(starts, ends, part.one("SUMMARY").text(), place[0].text() if place else "")


def by_icalendar(data: bytes) -> Seen:
    (part,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return Seen(
        part.decoded("dtstart"), part.decoded("dtend"), str(part["SUMMARY"]), str(part.get("LOCATION", ""))
    )


# Not a backslash before an n: node-ical takes the second half of an escaped one for the beginning of another.
@pytest.mark.parametrize("typed", ["Tea, cake; and a talk", 'Łucja \\ 王 👩‍👧: "so what?"'])
def test_every_parser_reads_the_invite_of_every_letter_alike(sqlite_app: Flask, typed: str) -> None:
    with sqlite_app.app_context():
        begin_write()
        invites = [letter.invite for letter in every_letter(typed, "Bo") if letter.invite]
        # Each way of reading a whole series has its own tests in test_series.py.
        files = [data for data in invites if b"BEGIN:VTIMEZONE" not in data]
        db.session.rollback()
    assert {vevent(data).one("STATUS").value for data in files} == {"CONFIRMED", "CANCELLED"}
    for data, seen in zip(files, by_every_reader(files), strict=True):
        (first,) = seen["strict"]
        assert (first.starts, first.ends) == (STARTS, STARTS + timedelta(minutes=90))
        assert first.title == typed and seen == {name: [first] for name in seen}, data


def test_a_request_asks_one_person_and_names_the_host() -> None:
    part = vevent(request(EVENT, GUEST))
    guest, host = part.one("ATTENDEE"), part.one("ORGANIZER")
    assert guest.value == "mailto:zoe@guests.example"
    assert guest.parameters == {
        "CN": "Zoë Marsh",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert host.value == "mailto:rsvp+7@convene.example" and host.parameters == {"CN": "Ann Lee"}
    assert part.one("STATUS").value == "CONFIRMED" and part.one("TRANSP").value == "OPAQUE"


def test_a_cancel_names_the_same_event_host_and_person_and_says_that_it_is_off() -> None:
    asked, told = vevent(request(EVENT, GUEST)), vevent(cancel(event(sequence=4), GUEST))
    for name in ("UID", "ORGANIZER", "ATTENDEE", "DTSTART", "DTEND", "SUMMARY"):
        assert asked.one(name).value == told.one(name).value
    assert int(told.one("SEQUENCE").value) > int(asked.one("SEQUENCE").value)
    assert told.one("STATUS").value == "CANCELLED" and told.one("TRANSP").value == "TRANSPARENT"
    assert "RSVP" not in told.one("ATTENDEE").parameters


def test_a_cancel_is_the_same_whether_the_person_left_or_the_event_was_called_off() -> None:
    assert cancel(EVENT, GUEST) == cancel(event(called_off=True), GUEST)


def test_nobody_is_asked_to_an_event_that_is_called_off() -> None:
    with pytest.raises(CalledOff):
        request(event(called_off=True), GUEST)


def test_a_download_names_the_host_and_no_guest() -> None:
    part = vevent(published(EVENT))
    assert part.all("ATTENDEE") == []
    assert part.one("ORGANIZER").value == "mailto:rsvp+7@convene.example"
    assert part.one("STATUS").value == "CONFIRMED"
    assert vevent(published(event(called_off=True))).one("STATUS").value == "CANCELLED"


@every_way
def test_the_same_facts_make_the_same_bytes(method: str) -> None:
    today = WAYS[method](EVENT)
    with time_machine.travel(STAMP + timedelta(days=400)):
        assert WAYS[method](event()) == today
    later = WAYS[method](event(stamp=STAMP + timedelta(minutes=1)))
    assert later != today


def test_the_way_in_is_said_to_the_calendar_and_in_words() -> None:
    part = vevent(request(EVENT, GUEST))
    room = part.one("CONFERENCE")
    assert room.value == EVENT.conference_url and room.parameters["VALUE"] == "URI"
    assert part.one("DESCRIPTION").text() == (
        "Bring a photograph.\nTea from six.\n\n"
        "Tuesday 14 July 2026, 6.30pm to 8pm (London)\n"
        "Join online: https://rooms.example/high-streets\n"
        "Event page: https://convene.example/events/high-streets"
    )


def test_a_link_the_host_wrote_is_not_said_twice() -> None:
    wrote = event(description=f"Join at {EVENT.conference_url}. More: <{EVENT.url}>")
    shown = vevent(request(wrote, GUEST)).one("DESCRIPTION").text()
    assert shown.count("https://") == 2
    longer = event(description=f"Notes at {EVENT.conference_url}-notes")
    assert (
        f"Join online: {EVENT.conference_url}\n" in vevent(request(longer, GUEST)).one("DESCRIPTION").text()
    )


def test_a_person_without_a_place_is_not_shown_the_way_in() -> None:
    for data in (cancel(EVENT, GUEST), published(event(called_off=True))):
        assert EVENT.conference_url is not None and EVENT.conference_url.encode() not in data.replace(
            b"\r\n ", b""
        )


def test_what_is_not_there_is_left_out() -> None:
    bare = event(
        description="", location=" ", url="", conference_url=None, organiser_name="", created_at=None
    )
    data = request(bare, Guest("", "zoe@guests.example"))
    part = vevent(data)
    assert not {"LOCATION", "URL", "CONFERENCE", "CREATED"} & set(part.names())
    assert "CN" not in part.one("ORGANIZER").parameters and "CN" not in part.one("ATTENDEE").parameters
    assert part.one("DESCRIPTION").text() == "Tuesday 14 July 2026, 6.30pm to 8pm (London)"
    assert b"None" not in data


@pytest.mark.parametrize(
    "name", ['Robert "Bob" Reed', "Reed, Bob; the: one", "Caret ^n ^' ^^", "Łucja 王 👩‍👧", "Bob\r\nX-EVIL:1"]
)
def test_any_name_stays_a_name(name: str) -> None:
    data = request(event(organiser_name=name), Guest(name, "bob@guests.example"))
    part = vevent(data)
    kept = " ".join(name.split())
    assert part.one("ATTENDEE").parameters["CN"] == part.one("ORGANIZER").parameters["CN"] == kept
    assert part.one("ATTENDEE").value == "mailto:bob@guests.example"
    (seen,) = ical_js([data])
    assert seen["events"][0]["guests"] == [[kept, "mailto:bob@guests.example"]]
    assert seen["events"][0]["organiserName"] == kept


def test_a_backslash_in_a_name_cannot_swallow_the_closing_quote() -> None:
    data = request(EVENT, Guest("Bob\\", "bob@guests.example"))
    assert vevent(data).one("ATTENDEE").parameters["CN"] == "Bob"
    assert vobject.readOne(data.decode()).vevent.attendee.value == "mailto:bob@guests.example"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "zoe",
        "Zoë <zoe@guests.example>",
        "zoe@guests.example\r\nX-EVIL:1",
        "a@b@c",
        "zoe @guests.example",
        "zoe@",
        "mailto:a@b",
    ],
)
def test_only_a_bare_address_stands_behind_mailto(address: str) -> None:
    with pytest.raises(values.BadAddress):
        request(EVENT, Guest("Zoë", address))
    with pytest.raises(values.BadAddress):
        published(event(organiser_address=address))


def test_an_address_with_signs_of_its_own_is_still_one_address() -> None:
    asked = vevent(request(EVENT, Guest("", "o'neil+tea%100?#/x=y@guests.example"))).one("ATTENDEE")
    assert asked.value == "mailto:o'neil+tea%25100%3F%23/x=y@guests.example"


def test_a_link_cannot_carry_a_line_of_its_own() -> None:
    evil = "https://x.example/a b\r\nX-EVIL:1\u2028ü"
    part = vevent(request(event(url=evil, conference_url=evil), GUEST))
    assert (
        part.one("URL").value
        == part.one("CONFERENCE").value
        == "https://x.example/a%20b%0D%0AX-EVIL:1%E2%80%A8%C3%BC"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": EVENT.starts_at},
        {"ends_at": EVENT.starts_at + timedelta(microseconds=5)},
        {"starts_at": EVENT.starts_at.replace(tzinfo=None), "ends_at": EVENT.ends_at.replace(tzinfo=None)},
        {"stamp": STAMP.replace(tzinfo=None)},
        {"uid": ""},
        {"uid": "one two"},
        {"uid": "one\r\nX-EVIL:1"},
        {"sequence": -1},
    ],
)
def test_facts_that_make_no_event_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(BadEntry):
        event(**wrong)


def test_an_event_in_no_known_zone_is_refused_at_once() -> None:
    with pytest.raises(UnknownZone):
        event(zone="Mars/Olympus")


def expected_names(method: str) -> list[str]:
    return vevent(WAYS[method](EVENT)).names()


@every_way
def test_hostile_words_change_no_line_for_any_parser(method: str) -> None:
    files = [
        WAYS[method](
            event(title=words, description=words, location=f"at {words}", organiser_name=f"n {words}")
        )
        for words in HOSTILE
    ]
    wanted = expected_names(method)
    for words, data, seen in zip(HOSTILE, files, ical_js(files), strict=True):
        title = values.plain(words) or "Event"
        part = vevent(data)
        assert part.names() == wanted
        assert part.one("SUMMARY").text() == title
        (read,) = seen["events"]
        assert read["summary"] == title and read["names"] == [name.lower() for name in wanted]
        assert read["description"] == part.one("DESCRIPTION").text()
        other = vobject.readOne(data.decode())
        assert other.vevent.summary.value == title
        assert sorted(other.vevent.contents) == sorted(name.lower() for name in wanted)


def test_a_typed_backslash_and_capital_n_break_no_line() -> None:
    typed = r"C:\News, \\Notes"
    data = published(event(title=typed, location=typed))
    part = vevent(data)
    assert part.one("SUMMARY").text() == part.one("LOCATION").text() == typed
    (seen,) = ical_js([data])
    assert seen["events"][0]["summary"] == seen["events"][0]["location"] == typed


def test_signs_that_nobody_can_see_or_send_are_left_out() -> None:
    part = vevent(published(event(title="\ufeffTea\x00 at\ufeff six \ud83d")))
    assert part.one("SUMMARY").text() == "Tea at six ?"


texts = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            [
                "\r\n",
                "\n",
                "\r",
                "\\n",
                "\\N",
                "\\",
                '"',
                ";",
                ",",
                ":",
                "^",
                "\u2028",
                "\x85",
                "\x00",
                " " * 80,
                "👩‍👧",
                "é" * 40,
            ]
        ),
        st.sampled_from(
            ["END:VEVENT", "ATTENDEE:mailto:x@y.example", "BEGIN:VALARM", "\r\n ", "\r\nSTATUS:CANCELLED"]
        ),
    ),
    max_size=12,
).map("".join)


@pytest.mark.long
@settings(max_examples=250, deadline=None)
@given(title=texts, description=texts, location=texts, name=texts)
def test_no_words_can_become_a_property(title: str, description: str, location: str, name: str) -> None:
    entry = event(title=title, description=description, location=f"at {location}", organiser_name=f"n{name}")
    data = request(entry, Guest(f"n{name}", "zoe@guests.example"))
    part = vevent(data)
    assert part.names() == expected_names("REQUEST")
    assert part.one("SUMMARY").text() == (values.plain(title) or "Event")
    assert part.one("DESCRIPTION").text().startswith(values.prose(description))
    assert part.one("LOCATION").text() == values.plain(f"at {location}")
    assert part.one("ATTENDEE").value == "mailto:zoe@guests.example"
    other = vobject.readOne(data.decode()).vevent
    assert other.summary.value == (values.plain(title) or "Event")
    assert len(other.contents["attendee"]) == 1 and "valarm" not in other.contents
    (known,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert str(known["SUMMARY"]) == (values.plain(title) or "Event")
    assert str(known["ATTENDEE"]) == "mailto:zoe@guests.example"


@given(st.text(max_size=400))
def test_long_words_are_folded_and_come_out_whole(words: str) -> None:
    assert vevent(published(event(title=words))).one("SUMMARY").text() == (values.plain(words) or "Event")


def test_a_character_of_many_octets_is_never_cut_wherever_the_line_ends() -> None:
    for before in range(80):
        title = "x" * before + "\U0001f469é王\\;" * 20
        assert vevent(published(event(title=title))).one("SUMMARY").text() == title


def test_a_thousand_people_are_asked_in_less_than_a_second_of_one_core() -> None:
    began = time.process_time()
    for number in range(1000):
        request(EVENT, Guest(f"Guest {number}", f"guest{number}@guests.example"))
    assert time.process_time() - began < 1
