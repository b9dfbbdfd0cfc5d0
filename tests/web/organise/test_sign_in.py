"""The door: a link by mail, used once, within ten minutes, by whoever organises here, and ended whenever they like."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

import convene.clock
from convene.access.models import AuditEntry, SignIn
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.web.organise.sign_in import device_in_words
from tests.web.browsing import without_tokens
from tests.web.organise.conftest import OTHER_OWNER, OWNER, World, text

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def ask(client: FlaskClient, address: str, **rest: str) -> TestResponse:
    return client.post("/organise/sign-in", data={"email": address, **rest})


def letters(world: World, kind: str = "sign_in") -> list[OutgoingMail]:
    rows = select(OutgoingMail).where(OutgoingMail.letter == kind).order_by(OutgoingMail.id)
    return world.read(lambda: list(db.session.scalars(rows)))


def link(world: World) -> str:
    """The path in the newest sign-in letter."""
    found = re.search(r"http://localhost(/organise/sign-in/\S+)", letters(world)[-1].text)
    assert found
    return found[1]


def test_an_organiser_comes_in_by_the_mailed_link_and_lands_where_they_were_going(world: World) -> None:
    visitor = world.app.test_client()
    door = visitor.get("/organise/outbox")
    assert visitor.get(door.location).status_code == 200
    assert ask(visitor, " Ada@Example.org ", next="/organise/outbox").location == "/organise/check-your-email"
    assert "a letter is on its way" in text(visitor.get("/organise/check-your-email"))
    path = link(world)
    assert "Sign in" in visitor.get(path).text
    assert visitor.head(path).status_code == 200
    answer = visitor.post(path, headers={"User-Agent": FIREFOX})
    assert answer.location == "/organise/outbox"
    cookie = answer.headers["Set-Cookie"]
    assert "convene_desk=" in str(answer.headers.getlist("Set-Cookie"))
    assert all(mark in cookie for mark in ("HttpOnly", "SameSite=Lax", "Path=/")) and "Domain" not in cookie
    assert visitor.get("/organise/outbox").status_code == 200
    assert "Firefox on Linux" in visitor.get("/organise/devices").text


def test_the_link_works_once_and_for_ten_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.app.test_client()
    ask(visitor, OWNER)
    path = link(world)
    visitor.post(path)
    again = world.app.test_client()
    assert again.get(path).status_code == again.post(path).status_code == 410
    assert "used already" in again.post(path).text
    assert again.get("/organise/").status_code == 302
    ask(visitor, OWNER)
    later = convene.clock.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(convene.clock, "now", lambda: later)
    assert visitor.post(link(world)).status_code == 410


def test_ten_presses_at_once_are_one_session(world: World) -> None:
    ask(world.app.test_client(), OWNER)
    path = link(world)
    before = world.read(lambda: db.session.query(SignIn).count())
    with ThreadPoolExecutor(10) as crowd:
        codes = list(crowd.map(lambda _: world.app.test_client().post(path).status_code, range(10)))
    assert sorted(codes) == [303] + [410] * 9
    assert world.read(lambda: db.session.query(SignIn).count()) == before + 1


@pytest.mark.one_database
def test_every_address_gets_the_same_answer_and_only_organisers_get_a_letter(world: World) -> None:
    door = text(world.app.test_client().get("/organise/sign-in"))
    assert "An owner of your organisation can ask you to its desk" in door, "nobody need trouble the operator"
    world.add(world.event(), "Cy Dune")
    pages = []
    for address in (OWNER, "cy.dune@example.net", "stranger@example.com"):
        visitor = world.app.test_client()
        answer = ask(visitor, address)
        page = visitor.get(answer.location)
        pages.append((answer.status_code, answer.location, without_tokens(page.text).replace(address, "...")))
    assert pages[0] == pages[1] == pages[2]
    assert [row.to_address for row in letters(world)] == [OWNER]


@pytest.mark.one_database
def test_asking_again_and_again_stops_at_the_limits(world: World) -> None:
    visitor = world.app.test_client()
    codes = [ask(visitor, OWNER).status_code for _ in range(11)]
    assert codes == [303] * 10 + [429]
    assert len(letters(world)) == 5
    refused = ask(visitor, OWNER)
    assert "Wait ten minutes" in refused.text and f'value="{OWNER}"' in refused.text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "bad", ["", "ada", "ada@", "a\x00da@example.org", "@example.org", "x" * 5000 + "@e.org"]
)
def test_what_is_no_address_is_said_so_beside_the_field(world: World, bad: str) -> None:
    answer = ask(world.app.test_client(), bad)
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text and "<title>Error: " in answer.text
    assert letters(world) == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", ""]
)
def test_next_leads_only_to_our_own_pages(world: World, elsewhere: str) -> None:
    visitor = world.app.test_client()
    ask(visitor, OWNER, next=elsewhere)
    assert visitor.post(link(world)).location == "/organise/"


def test_a_new_device_is_told_of_and_a_known_one_is_not(world: World) -> None:
    visitor = world.app.test_client()
    ask(visitor, OWNER)
    visitor.post(link(world), headers={"User-Agent": FIREFOX})
    assert [row.to_address for row in letters(world, "new_device")] == [OWNER]
    ask(visitor, OWNER)
    visitor.post(link(world), headers={"User-Agent": FIREFOX})
    assert len(letters(world, "new_device")) == 1
    ask(visitor, OTHER_OWNER)
    world.app.test_client().post(link(world))
    assert len(letters(world, "new_device")) == 1, "a first sign-in is news to nobody"


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    cookie = world.client.get_cookie("convene_desk", domain="localhost")
    assert cookie
    assert world.client.post("/organise/sign-out").status_code == 303
    world.client.set_cookie("convene_desk", cookie.value, domain="localhost")
    assert world.client.get("/organise/").status_code == 302


def test_a_device_can_be_ended_from_another_and_all_at_once(world: World) -> None:
    phone, tablet = (world.signed_in(OWNER, world.host_id) for _ in range(2))
    page = world.client.get("/organise/devices").text
    assert page.count("a test") >= 3 and page.count("(this one)") == 1
    ids = world.read(lambda: list(db.session.scalars(select(SignIn.id).order_by(SignIn.id))))
    world.client.post(f"/organise/devices/{ids[1]}/end")
    assert phone.get("/organise/").status_code == 302
    assert tablet.get("/organise/").status_code == world.client.get("/organise/").status_code == 200
    world.client.post("/organise/devices/end-all")
    assert tablet.get("/organise/").status_code == world.client.get("/organise/").status_code == 302
    verbs = world.read(lambda: list(db.session.scalars(select(AuditEntry.verb))))
    assert {"device.ended", "devices.ended"} <= set(verbs)


@pytest.mark.one_database
def test_who_no_longer_organises_is_out_at_once(world: World) -> None:
    helper = world.organiser("bo@example.org", "organiser")
    assert helper.get("/organise/").status_code == 200
    with world.writing():
        db.session.execute(db.text("DELETE FROM role WHERE kind = 'organiser'"))
    assert helper.get("/organise/").status_code == 302
    ask(world.app.test_client(), "bo@example.org")
    assert letters(world) == []


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/138.0 Safari/537.36 Edg/138.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/138.0 Safari/537.36",
            "Chrome on Android",
        ),
        ("", "A device that did not say what it is"),
    ],
)
def test_a_device_is_named_as_a_person_would(agent: str, words: str) -> None:
    assert device_in_words(agent) == words


def code(world: World) -> str:
    """The six digits in the newest sign-in letter."""
    mail = letters(world)[-1]
    found = re.search(r"^(\d{3} \d{3})$", mail.text, re.MULTILINE)
    assert found and found[1] in mail.html and found[1] not in mail.subject
    return found[1]


def wrong(digits: str) -> str:
    return f"{(int(digits.replace(' ', '')) + 1) % 1_000_000:06}"


def type_code(client: FlaskClient, digits: str) -> TestResponse:
    return client.post("/organise/check-your-email", data={"code": digits})


def test_the_code_signs_in_where_it_was_asked_for_and_link_and_code_are_one_secret(world: World) -> None:
    visitor = world.app.test_client()
    ask(visitor, OWNER, next="/organise/outbox")
    digits, path = code(world), link(world)
    stranger = world.app.test_client()
    ask(stranger, "stranger@example.com")
    assert type_code(stranger, digits).status_code == 422
    assert type_code(world.app.test_client(), digits).location == "/organise/sign-in"
    answer = type_code(visitor, digits)
    assert answer.location == "/organise/outbox"
    assert visitor.get("/organise/outbox").status_code == 200
    assert visitor.post(path).status_code == 410, "the link is spent with it"


def test_five_wrong_codes_end_it_and_an_unknown_address_is_told_the_same(world: World) -> None:
    said = []
    for address in (OWNER, "stranger@example.com"):
        visitor = world.app.test_client()
        ask(visitor, address)
        digits = wrong(code(world))
        told = [without_tokens(type_code(visitor, digits).text) for _ in range(6)]
        ask(visitor, address)
        told.append(without_tokens(type_code(visitor, digits).text))
        said.append([page.replace(address, "...").replace(digits, "typed") for page in told])
    assert said[0] == said[1]
    assert (
        "4 more tries" in said[0][0] and "No code works here" in said[0][5] and "4 more tries" in said[0][6]
    )
    visitor = world.app.test_client()
    ask(visitor, OWNER)
    for _ in range(5):
        type_code(visitor, wrong(code(world)))
    assert type_code(visitor, code(world)).status_code == 422
    assert visitor.post(link(world)).location == "/organise/"


def test_a_code_lives_as_long_as_its_link(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = world.app.test_client()
    ask(visitor, OWNER)
    digits = code(world)
    later = convene.clock.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(convene.clock, "now", lambda: later)
    assert type_code(visitor, digits).status_code == 422
