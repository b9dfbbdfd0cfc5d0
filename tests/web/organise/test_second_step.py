"""With a second step, the mailed link alone lets nobody to the desk."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient

import convene.clock
from convene.access import second_factor
from convene.extensions import begin_write, db
from tests.web.organise.conftest import OWNER, World, text
from tests.web.organise.test_sign_in import ask, letters, link

STEP = timedelta(seconds=31)


def signed_in(world: World) -> FlaskClient:
    """A browser that has pressed the mailed link."""
    visitor = world.app.test_client()
    ask(visitor, OWNER, next="/organise/outbox")
    visitor.post(link(world))
    return visitor


def set_up(world: World, visitor: FlaskClient) -> tuple[str, list[str]]:
    """An app set up in this browser: its secret, and the codes on paper."""
    page = visitor.post("/organise/second-step/set-up/app", follow_redirects=True)
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    assert found
    secret = found[1].replace(" ", "")
    wrong = visitor.post("/organise/second-step/set-up/app/confirm", data={"code": "000000"})
    assert wrong.status_code == 422 and "not the digits of this moment" in text(wrong)
    assert "paper" not in text(wrong), "there are no codes on paper yet"
    done = visitor.post(
        "/organise/second-step/set-up/app/confirm", data={"code": pyotp.TOTP(secret).at(convene.clock.now())}
    )
    codes = re.findall(r"<code>([a-z0-9-]{14})</code>", done.text)
    assert done.status_code == 200 and len(codes) == 10
    return secret, codes


def test_from_setting_up_an_app_to_signing_in_with_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first = signed_in(world)
    assert "None is set up yet" in text(first.get("/organise/second-step/set-up"))
    secret, _ = set_up(world, first)
    assert first.get("/organise/").status_code == 200, "this device has shown it already"
    assert "An app was added" in letters(world, "second_step")[-1].text

    later = convene.clock.now() + STEP
    monkeypatch.setattr(convene.clock, "now", lambda: later)
    other = signed_in(world)
    door = other.get("/organise/people?q=x")
    assert door.status_code == 303 and door.location == "/organise/second-step"
    assert "One more step" in text(other.get("/organise/second-step"))
    kept = other.post("/organise/events/new", data={"title": "Soup"})
    assert kept.status_code == 401 and "Soup" in kept.text, "what was typed is kept"
    assert other.get("/organise/second-step/set-up").location == "/organise/second-step", (
        "nor can it be taken away"
    )
    assert other.post("/organise/second-step", data={"code": ""}).status_code == 422
    wrong = other.post("/organise/second-step", data={"code": "123456"})
    assert wrong.status_code == 422 and "not the digits of this moment" in text(wrong)
    right = other.post("/organise/second-step", data={"code": pyotp.TOTP(secret).at(later)})
    assert right.status_code == 303 and right.location == "/organise/people?q=x"
    assert other.get("/organise/").status_code == 200
    assert other.get("/organise/second-step").location == "/organise/", "and it is not asked for again"


def test_a_code_on_paper_lets_in_once(world: World) -> None:
    first = signed_in(world)
    _, codes = set_up(world, first)
    other = signed_in(world)
    assert other.post("/organise/second-step", data={"code": codes[0]}).status_code == 303
    third = signed_in(world)
    assert third.post("/organise/second-step", data={"code": codes[0]}).status_code == 422
    assert "9 of 10 codes are left" in text(first.get("/organise/second-step/set-up"))
    assert (
        len(
            re.findall(r"<code>([a-z0-9-]{14})</code>", first.post("/organise/second-step/set-up/codes").text)
        )
        == 10
    )


def test_a_sign_in_from_before_is_asked_too(world: World) -> None:
    old, first = signed_in(world), signed_in(world)
    assert old.get("/organise/").status_code == 200
    set_up(world, first)
    assert old.get("/organise/").location == "/organise/second-step"


def test_the_app_taken_away_leaves_the_link_alone_and_is_told_by_mail(world: World) -> None:
    first = signed_in(world)
    set_up(world, first)
    assert first.post("/organise/second-step/set-up/app/remove").status_code == 303
    assert "The app was taken away" in letters(world, "second_step")[-1].text
    assert signed_in(world).get("/organise/").status_code == 200
    assert first.post("/organise/second-step/set-up/app/remove").status_code == 404
    assert first.post("/organise/second-step/set-up/keys/1/remove").status_code == 404


def test_too_many_tries_are_asked_to_wait_and_say_so(world: World) -> None:
    first = signed_in(world)
    set_up(world, first)
    other = signed_in(world)
    answers = [other.post("/organise/second-step", data={"code": "123456"}).status_code for _ in range(10)]
    assert answers[-1] == 429 and "Wait ten minutes" in text(
        other.post("/organise/second-step", data={"code": "1"})
    )
    with world.app.app_context():
        begin_write()
        second_factor.forget_all(OWNER)
        db.session.commit()
    assert other.get("/organise/").status_code == 200


def test_whoever_tries_too_often_is_told_of_to_the_owner_of_the_address(world: World) -> None:
    set_up(world, signed_in(world))
    before = len(letters(world, "second_step"))
    other = signed_in(world)
    for _ in range(13):
        other.post("/organise/second-step", data={"code": "123456"})
    told = letters(world, "second_step")[before:]
    assert len(told) == 1, "once an hour"
    assert "Too many wrong codes" in told[0].text
