"""Somebody whose mail came back reads it on their own page, and one press lets mail go there again."""

import pytest
from flask import Flask

from convene import clock, links
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.suppression import reason_for, suppress
from convene.signups.models import Signup
from tests.factories import a_signup
from tests.web.browsing import Browsing, path_of

BUTTON = "That address works: try again"


def link(signup: Signup) -> str:
    return path_of(links.place(signup.id, signup.generation))


def stopped(reason: str) -> Signup:
    signup = a_signup()
    suppress(signup.person.address or "", reason, clock.now())
    return signup


def test_one_press_lets_mail_go_there_again_and_sends_a_first_letter(visitor: Browsing) -> None:
    signup = stopped("bounced")
    address = signup.person.address or ""
    visitor.open(link(signup))
    assert "Our mail does not reach you" in visitor.words
    assert reason_for(address) == "bounced", "a look changes nothing"
    visitor.press(BUTTON)
    assert "have just sent a letter" in visitor.words and "does not reach you" not in visitor.words
    db.session.rollback()
    assert reason_for(address) is None
    letter = db.session.query(OutgoingMail).one()
    assert (letter.letter, letter.state) == ("place_link", "queued")


@pytest.mark.parametrize("reason", ["never", "complained"])
def test_what_a_person_stopped_stays_stopped(visitor: Browsing, reason: str) -> None:
    signup = stopped(reason)
    address, path = signup.person.address or "", link(signup)
    visitor.open(path)
    assert BUTTON not in visitor.words
    visitor.post(f"{path}/reach")
    db.session.rollback()
    assert reason_for(address) == reason
    assert db.session.query(OutgoingMail).count() == 0


@pytest.mark.one_database
def test_it_is_pressed_a_few_times_an_hour_and_by_nobody_without_the_link(
    app: Flask, visitor: Browsing
) -> None:
    signup = stopped("bounced")
    address, path = signup.person.address or "", link(signup)
    assert visitor.open("/place/forged/reach").status_code in (404, 405)
    app.config["LIMITS"] = {**app.config["LIMITS"], "CONVENE_LIMIT_PRESSES_PER_PLACE": (0, 3600)}
    visitor.open(path)
    visitor.press(BUTTON)
    assert "changed hands many times" in visitor.words
    db.session.rollback()
    assert reason_for(address) == "bounced"
