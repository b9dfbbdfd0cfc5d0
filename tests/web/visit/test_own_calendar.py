"""A person's own calendar: their places and nothing of anybody else, behind an address that they can end."""

import logging
from datetime import timedelta

import pytest
import time_machine

from convene import clock, links
from convene.extensions import db, start_write
from convene.logs import Discreet
from convene.mail.models import OutgoingMail
from convene.signups import actions as signups
from convene.signups.upheaval import call_off
from tests.calendar.readers import strict
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows
from tests.web.visit.programme import ROOM, Programme, parts, statuses


def test_an_invite_and_the_own_calendar_are_one_entry(visitor: Browsing, programme: Programme) -> None:
    start_write()
    signups.cancel(programme.signup.id, clock.now())
    signups.confirm(programme.signup.id, clock.now())
    db.session.commit()
    mail = db.session.query(OutgoingMail).filter_by(event_id=programme.event.id, letter="place_confirmed")
    invite = strict(max(mail, key=lambda one: one.id).invite or b"").components[0]
    shown = parts(visitor.client, programme.own)["An open evening"]
    assert programme.signup.invite_sequence == 2
    for name in ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "CONFERENCE"):
        assert shown.one(name) == invite.one(name), name
    assert shown.all("ATTENDEE") == []


def test_only_a_place_that_is_theirs_is_an_appointment(visitor: Browsing, programme: Programme) -> None:
    start_write()
    for state in ("started", "waitlisted", "offered", "lapsed", "cancelled"):
        a_signup(an_event(programme.host, title=f"Only {state}"), programme.person, state=state)
    a_signup(an_event(programme.host, title="Somebody else's"))
    found = statuses(visitor.client, programme.own)
    assert found == {"A session": "CONFIRMED", "An open evening": "CONFIRMED"}
    join = links.join(programme.signup.id, programme.signup.generation)
    assert join in visitor.open(programme.own).text.replace("\r\n ", "") and ROOM not in visitor.page.text


def test_what_they_left_or_was_called_off_is_taken_out_and_stays_so_for_a_month_and_more(
    visitor: Browsing, programme: Programme
) -> None:
    before = parts(visitor.client, programme.own)
    start_write()
    signups.cancel(programme.signup.id, clock.now())
    call_off(programme.session.id, "", clock.now())
    for days in (0, 30):
        with time_machine.travel(programme.event.ends_at + timedelta(days=days), tick=False):
            assert set(statuses(visitor.client, programme.own).values()) == {"CANCELLED"}
    after = parts(visitor.client, programme.own)
    for title in before:
        older, newer = (int(found[title].one("SEQUENCE").value) for found in (before, after))
        assert newer > older, title
        assert after[title].one("UID") == before[title].one("UID")
    assert "video.example.org" not in visitor.open(programme.own).text.replace("\r\n ", "")
    start_write()
    signups.confirm(programme.signup.id, clock.now())
    back = parts(visitor.client, programme.own)["An open evening"]
    assert back.one("STATUS").value == "CONFIRMED"
    assert int(back.one("SEQUENCE").value) > int(after["An open evening"].one("SEQUENCE").value)


def test_the_own_calendar_tells_of_nobody_else_and_is_kept_by_no_machine_between(
    visitor: Browsing, programme: Programme
) -> None:
    start_write()
    other = a_signup(programme.event).person
    answer = visitor.open(programme.own)
    for secret in (other.name, str(other.address), str(programme.person.address)):
        assert secret not in answer.text
    assert answer.headers["Cache-Control"] == "private"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_a_forged_a_foreign_and_a_dead_address_are_all_not_there(
    visitor: Browsing, programme: Programme
) -> None:
    key = programme.own.removeprefix("/calendar/").removesuffix(".ics")
    other = path_of(links.place(programme.person.id, 1)).rpartition("/")[2]
    assert len(key.rpartition(".")[2]) * 6 >= 256, "as long as SHA-256 is"
    for forged in (key[:-2] + "xx", key.rpartition(".")[0], other, "x", key.swapcase()):
        assert visitor.client.get(f"/calendar/{forged}.ics").status_code == 404, forged
    assert visitor.client.get(path_of(links.calendar(programme.person.id, 2))).status_code == 404
    assert visitor.client.get(path_of(links.calendar(programme.person.id + 9, 1))).status_code == 404
    start_write()
    programme.person.state = "erased"
    db.session.commit()
    assert visitor.client.get(programme.own).status_code == 404


def test_a_press_gives_a_new_address_and_ends_the_old(visitor: Browsing, programme: Programme) -> None:
    old = programme.own
    place = path_of(links.place(programme.signup.id, 1))
    visitor.open(place)
    for shown in (links.absolute(old), links.webcal(links.absolute(old))):
        assert shown in visitor.page.text
    assert "Google refreshes every 8 to 24 hours and cannot be hurried" in visitor.words
    visitor.press("Give me a new address")
    assert visitor.path == place
    assert "Your calendar has a new address" in visitor.words
    db.session.commit()
    assert programme.own != old
    assert programme.own in visitor.page.text and old not in visitor.page.text
    assert visitor.client.get(old).status_code == 404
    assert set(parts(visitor.client, programme.own)) == {"A session", "An open evening"}


@pytest.mark.one_database
def test_looking_at_the_button_or_the_calendar_changes_nothing(
    visitor: Browsing, programme: Programme
) -> None:
    before = all_rows()
    path = f"{path_of(links.place(programme.signup.id, 1))}/new-calendar"
    for method in (visitor.client.get, visitor.client.head):
        assert method(path).status_code == 405
        assert method(programme.own).status_code == 200
    assert visitor.client.post(path).status_code == 400, "without a token"
    assert visitor.client.post("/place/forged/new-calendar").status_code in (400, 404)
    assert all_rows() == before


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["started", "lapsed", "cancelled"])
def test_who_has_no_place_is_shown_no_calendar(visitor: Browsing, state: str) -> None:
    signup = a_signup(state=state)
    visitor.open(path_of(links.place(signup.id, 1)))
    assert "/calendar/" not in visitor.page.text


@pytest.mark.one_database
def test_no_log_holds_the_address_of_a_calendar(programme: Programme) -> None:
    said = logging.LogRecord("web", logging.ERROR, "", 1, f"GET {programme.own} 500", None, None)
    assert Discreet("%(message)s").format(said) == "GET /calendar/[secret] 500"
