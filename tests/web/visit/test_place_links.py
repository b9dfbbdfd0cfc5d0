"""The link of a place: forged, renewed, outlived, pressed over and over."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from convene import clock, links
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.web.browsing import Browsing
from tests.web.rows import all_rows
from tests.web.visit.places import letters, link, state_of


def forged(signup: Signup) -> list[str]:
    token = link(signup).removeprefix("/place/")
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    answer = links.answer(signup.id, signup.generation).rpartition("/")[2]
    return [
        flipped,
        token[:10],
        "x",
        "%00",
        "%ff",
        "." * 300,
        answer,
        links.signer("place").dumps([10**6, 1]),
    ]


@pytest.mark.one_database
def test_a_link_that_is_not_ours_opens_nothing_and_presses_nothing(visitor: Browsing) -> None:
    signup = a_signup()
    visitor.open(f"/events/{signup.event.slug}")
    token = visitor.token()
    bad = forged(signup)
    before = all_rows()
    for one in bad:
        assert visitor.open(f"/place/{one}").status_code == 404, one
        assert visitor.heading == "This link does not work any more"
        for action in ("confirm", "cancel", "details", "new-link"):
            answer = visitor.client.post(f"/place/{one}/{action}", data={"csrf_token": token})
            assert answer.status_code == 404, (one, action)
    assert all_rows() == before


def test_a_new_link_ends_the_old_one(visitor: Browsing) -> None:
    signup = a_signup()
    old = link(signup)
    visitor.open(old)
    visitor.press("Send me a new link")
    assert visitor.heading == "A new link is on its way"
    db.session.commit()
    assert letters() == ["place_link"]
    assert link(signup) != old
    assert visitor.open(old).status_code == 404
    assert visitor.open(link(signup)).status_code == 200
    body = db.session.scalar(select(OutgoingMail.text)) or ""
    assert link(signup) in body and old not in body


@pytest.mark.one_database
def test_a_new_link_that_cannot_be_sent_leaves_the_old_one_alive(visitor: Browsing, app: Flask) -> None:
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_MAILS_PER_KNOWN_ADDRESS_HOUR": (1, 3600)}
    signup = a_signup()
    for _ in range(2):
        visitor.open(link(signup))
        visitor.press("Send me a new link")
        db.session.commit()
    assert "This link still works" in visitor.page.text
    assert letters() == ["place_link"]
    assert visitor.open(link(signup)).status_code == 200


@pytest.mark.one_database
def test_one_link_pressed_over_and_over_posts_only_so_many_letters(visitor: Browsing, app: Flask) -> None:
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_PRESSES_PER_PLACE": (3, 3600)}
    signup = a_signup(state="started")
    visitor.open(link(signup))
    token = visitor.token()
    with time_machine.travel(clock.now(), tick=False):
        for action in ("confirm", "confirm", "cancel", "cancel", "confirm"):
            visitor.post(f"{link(signup)}/{action}", {"csrf_token": token})
            assert "many times in the last hour" not in visitor.words, "a press that changes nothing is free"
        before = all_rows()
        visitor.post(f"{link(signup)}/cancel", {"csrf_token": token})
        assert "many times in the last hour, so nothing was changed" in visitor.words
        assert visitor.heading == "Your place is kept"
        assert all_rows() == before
    assert letters() == ["place_confirmed", "cancelled", "place_confirmed"]
    with time_machine.travel(clock.now() + timedelta(hours=1), tick=False):
        visitor.post(f"{link(signup)}/cancel", {"csrf_token": token})
    assert state_of(signup) == "cancelled"


def test_a_link_lives_thirty_days_past_the_event_and_dies_then(visitor: Browsing) -> None:
    signup = a_signup(an_event())
    ends = signup.event.ends_at
    for moment, code in (
        (ends + timedelta(days=29, hours=23), 200),
        (ends + timedelta(days=30, minutes=1), 404),
    ):
        with time_machine.travel(moment, tick=False):
            assert visitor.open(link(signup)).status_code == code, moment


def test_the_link_of_an_erased_person_is_dead(visitor: Browsing) -> None:
    signup = a_signup(person=a_person(state="erased"))
    assert visitor.open(link(signup)).status_code == 404
