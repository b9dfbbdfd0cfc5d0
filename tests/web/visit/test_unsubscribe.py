"""Letters are stopped in one press, by a person or by their mail program; a look stops nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from convene import clock, links
from convene.circles import places
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail, Suppression
from convene.nudges import actions as nudges
from convene.nudges.letters import SEVERAL
from convene.nudges.rules import KINDS
from convene.people.models import Person
from convene.signups.actions import sign_up
from convene.signups.models import Signup
from tests.factories import a_circle, a_member, a_person, a_session, a_signup, an_event
from tests.web.browsing import Browsing, path_of
from tests.web.rows import all_rows


def link(person: Person, kind: str = "reminder") -> str:
    return path_of(links.unsubscribe(person.id, person.generation, KINDS.index(kind)))


def muted(person: Person) -> str:
    db.session.commit()
    return person.muted


@pytest.mark.parametrize("kind", ["reminder", "to_do"])
def test_a_look_stops_nothing_and_one_press_does(visitor: Browsing, kind: str) -> None:
    person = a_person()
    before = all_rows()
    path = link(person, kind)
    assert visitor.open(path).status_code == 200
    assert visitor.client.head(path).status_code == 200
    assert visitor.heading == "Stop these letters?"
    assert all_rows() == before
    visitor.press("Stop them")
    assert visitor.heading == "Stopped"
    assert muted(person) == kind
    visitor.press("Start them again")
    assert muted(person) == ""


def test_a_letter_of_several_kinds_stops_each_of_them_in_one_press(visitor: Browsing) -> None:
    person = a_person()
    both = SEVERAL | 1 << KINDS.index("thank_you") | 1 << KINDS.index("plan")
    visitor.open(path_of(links.unsubscribe(person.id, person.generation, both)))
    assert "how it was and letters a week before" in visitor.words
    visitor.press("Stop them")
    assert muted(person) == "plan thank_you"
    visitor.press("Start them again")
    assert muted(person) == ""
    for nothing in (SEVERAL, SEVERAL | 1 << 19, 55):
        token = path_of(links.unsubscribe(person.id, person.generation, nothing))
        assert visitor.open(token).status_code in (403, 404, 410)


def test_a_mail_program_stops_them_with_no_cookie_and_no_token(app: Flask, visitor: Browsing) -> None:
    person = a_person()
    path = link(person)
    body = "List-Unsubscribe=One-Click"
    kind = "application/x-www-form-urlencoded"
    for _ in range(2):
        program = app.test_client(use_cookies=False)
        answer = program.post(path, data=body, content_type=kind, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 200
    assert muted(person) == "reminder"
    other = app.test_client(use_cookies=False).post(f"{path}/again", data=body, content_type=kind)
    assert other.status_code == 400, "only stopping goes without a token"
    assert muted(person) == "reminder"


def test_one_kind_is_stopped_and_no_other(visitor: Browsing) -> None:
    person = a_person()
    for kind in KINDS:
        visitor.open(link(person, kind))
        visitor.press("Stop them")
    assert muted(person).split() == sorted(KINDS)
    visitor.open(link(person, "reminder"))
    visitor.press("Start them again")
    assert muted(person).split() == sorted(set(KINDS) - {"reminder"})


def test_a_letter_of_that_kind_that_has_not_left_yet_stays_here(visitor: Browsing) -> None:
    now = clock.now()
    event = an_event(starts_at=now.replace(hour=12) + timedelta(days=2), zone="UTC")
    signup = a_signup(event, now=now - timedelta(days=3))
    nudges.post_due(event.id, "reminder", event.starts_at - timedelta(hours=23))
    visitor.open(link(signup.person))
    visitor.press("Stop them")
    (letter,) = db.session.scalars(select(OutgoingMail))
    assert (letter.letter, letter.state) == ("reminder", "dropped")
    assert letter.last_answer


def test_letters_about_a_place_held_still_come(visitor: Browsing) -> None:
    signup = a_signup(state="started")
    for kind in KINDS:
        visitor.open(link(signup.person, kind))
        visitor.press("Stop them")
    db.session.commit()
    visitor.open(path_of(links.place(signup.id, 1)))
    visitor.press("Keep my place")
    (letter,) = db.session.scalars(select(OutgoingMail))
    assert (letter.letter, letter.state) == ("place_confirmed", "queued")


@pytest.mark.parametrize("token", ["x", "%00", "%ff", "never"])
def test_a_link_that_is_not_ours_stops_nobody(visitor: Browsing, token: str) -> None:
    person = a_person()
    before = all_rows()
    assert visitor.open(f"/unsubscribe/{token}").status_code == 404
    assert visitor.client.post(f"/unsubscribe/{token}").status_code == 404
    for parts in ([person.id, 2, 0], [person.id, 1, 99], [person.id, 1, -1], [10**6, 1, 0], [person.id]):
        bad = links.signer("unsubscribe").dumps(parts)
        assert visitor.client.post(f"/unsubscribe/{bad}").status_code == 404, parts
    assert all_rows() == before


# Somebody who never asked


def test_never_mail_me_again_is_one_press_and_holds_for_every_host(visitor: Browsing) -> None:
    event, other = an_event(), an_event()
    signup = sign_up(event.id, "victim@example.org", "A prank", None, clock.now())
    path = path_of(links.never(signup.person_id))
    before = all_rows()
    assert visitor.open(path).status_code == 200
    assert visitor.client.head(path).status_code == 200
    assert visitor.heading == "Never mail me again?"
    assert all_rows() == before
    visitor.press("Never mail me again")
    assert visitor.heading == "We will not write again"
    (kept,) = db.session.scalars(select(Suppression))
    assert "victim" not in kept.address_hash
    visitor.open(f"/events/{other.slug}")
    visitor.press("Sign up", name="A prank", email="Victim@example.org")
    assert visitor.heading == "Check your email", "who pranks is not told"
    letters = db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [letter.state for letter in letters][-1] == "dropped"
    visitor.open(path)
    visitor.press("Never mail me again")
    assert len(db.session.scalars(select(Suppression)).all()) == 1


def test_the_letter_that_waited_when_they_pressed_is_not_sent_either(visitor: Browsing) -> None:
    signup = sign_up(an_event().id, "victim@example.org", "A prank", None, clock.now())
    visitor.open(path_of(links.never(signup.person_id)))
    visitor.press("Never mail me again")
    assert [row.state for row in db.session.scalars(select(OutgoingMail))] == ["dropped"]


def test_a_never_link_needs_our_signature(visitor: Browsing) -> None:
    person = a_person()
    for token in (str(person.id), link(person).rpartition("/")[2], links.signer("never").dumps([10**6])):
        assert visitor.open(f"/unsubscribe/never/{token}").status_code == 404
    assert db.session.scalars(select(Suppression)).all() == []


def test_never_gives_back_the_places_that_nobody_could_be_told_about(visitor: Browsing) -> None:
    """Those in circles too, with the sessions that came with them; the line moves."""
    signup = a_signup(an_event())
    circle = a_circle(places=1)
    session = a_session(circle)
    member = a_member(circle, a_person(circle.organisation, address=signup.person.address))
    places.give(session, member.person, clock.now())
    waits = a_member(circle, state="waiting", queue_number=1)
    asked = a_member(a_circle(signup.person.organisation), signup.person, state="asked", asked_at=clock.now())
    path = path_of(links.never(signup.person_id))
    visitor.open(path)
    assert "This also gives back 1 place and your place in 2 circles" in visitor.words
    visitor.press("Never mail me again")
    db.session.rollback()
    assert signup.state == "cancelled"
    assert (member.state, asked.state, waits.state) == ("left", "left", "member")
    own_session = select(Signup).where(Signup.event_id == session.id)
    at_session = {one.person_id: one.state for one in db.session.scalars(own_session)}
    assert at_session == {member.person_id: "cancelled", waits.person_id: "confirmed"}
    unsent = select(OutgoingMail).where(OutgoingMail.person_id == member.person_id)
    assert {mail.state for mail in db.session.scalars(unsent)} <= {"dropped"}
    start_write()
