"""Signing up: refusals stand beside the field with what was typed kept, and nobody learns who is known here."""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from config import TestConfig
from convene.app import create_app
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.parts.application import Client
from tests.web.browsing import Browsing, without_tokens
from tests.web.rows import all_rows


def letters() -> list[OutgoingMail]:
    return list(db.session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def signups() -> int:
    return db.session.scalar(select(func.count()).select_from(Signup)) or 0


def sign_up(
    visitor: Browsing, slug: str, name: str = "Ngozi", email: str = "ngozi@example.org", **more: str
) -> None:
    visitor.open(f"/events/{slug}")
    visitor.press("Sign up", name=name, email=email, **more)


def test_a_name_and_an_address_are_all_it_takes(visitor: Browsing) -> None:
    event = an_event(title="A street that talks")
    sign_up(visitor, event.slug, " Ngozi  Adeyemi ", "Ngozi@Example.ORG", zone="Africa/Lagos")
    assert visitor.heading == "Check your email"
    assert "Ngozi@example.org" in visitor.words
    assert "Your place at A street that talks is kept when you do" in visitor.words
    (signup,) = db.session.scalars(select(Signup))
    assert (signup.state, signup.person.name) == ("started", "Ngozi Adeyemi")
    assert (signup.person.address, signup.person.zone) == ("ngozi@example.org", "Africa/Lagos")
    assert [letter.letter for letter in letters()] == ["confirm"]
    assert letters()[0].invite is None


@pytest.mark.one_database
@pytest.mark.parametrize(
    "name", ["O", "Ó Súilleabháin", "نور الهدى", "李", "Zoë 🧵", "d'Arcy-Smith", "محمد\u200f", "x" * 120]
)
def test_any_human_name_is_taken(visitor: Browsing, name: str) -> None:
    event = an_event()
    sign_up(visitor, event.slug, name)
    assert visitor.heading == "Check your email"
    assert db.session.scalars(select(Person.name)).all() == [name]


BAD_NAMES = {
    "": "Enter your name",
    "   ": "Enter your name",
    "x" * 121: "Your name must be 120 characters or fewer",
    "y" * 100_000: "Your name must be 120 characters or fewer",
    "Ng\0ozi": "a character that cannot be shown",
    "Ng\x1bozi": "a character that cannot be shown",
    "Ng\u202eozi": "hidden marks or broken letters",
    "Ng\ufffdozi": "hidden marks or broken letters",
    "\u200b\u200b": "looks empty",
}


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "words"), BAD_NAMES.items(), ids=range(len(BAD_NAMES)))
def test_a_name_that_cannot_be_kept_is_refused_beside_its_box_with_everything_typed_kept(
    visitor: Browsing, name: str, words: str
) -> None:
    event = an_event()
    before = all_rows()
    sign_up(visitor, event.slug, name, "ngozi@example.org")
    assert visitor.page.status_code == 422
    assert visitor.title.startswith("Error: ")
    box = re.search(r"<input[^>]*\bid=\"name\"[^>]*>", visitor.page.text)
    assert box and 'aria-invalid="true"' in box[0] and "name-error" in box[0]
    beside = re.search(r'<p class="field-error" id="name-error">(.*?)</p>', visitor.page.text)
    assert beside and words in beside[1]
    summary = re.search(r'<div class="error-summary".*?</div>', visitor.page.text, re.DOTALL)
    assert summary and words in summary[0] and 'href="#name"' in summary[0], (
        "the same words first on the page"
    )
    form, _ = visitor.form("Sign up")
    assert dict(form.values)["email"] == "ngozi@example.org"
    if name.isprintable() and len(name) < 20_000:
        assert dict(form.values)["name"] == name.strip()
    assert all_rows() == before


BAD_ADDRESSES = [
    "",
    "ngozi",
    "ngozi@",
    "@example.org",
    "ngozi@example",
    "a b@example.org",
    "ngozi@example.org\0",
    "ngozi@exa\u202emple.org",
    "ngozi@example.org, two@example.org",
    "x" * 300 + "@example.org",
    "ngozi@[127.0.0.1]",
    "z" * 100_000,
    "<ngozi@example.org>",
    "ngozi@example.org\r\nBcc: all@example.org",
]


@pytest.mark.one_database
@pytest.mark.parametrize("address", BAD_ADDRESSES, ids=range(len(BAD_ADDRESSES)))
def test_what_is_no_address_is_refused_beside_its_box_with_the_name_kept(
    visitor: Browsing, address: str
) -> None:
    event = an_event()
    before = all_rows()
    sign_up(visitor, event.slug, "Ngozi", address)
    assert visitor.page.status_code == 422
    assert 'id="email-error"' in visitor.page.text
    form, _ = visitor.form("Sign up")
    assert dict(form.values)["name"] == "Ngozi"
    assert all_rows() == before


def test_letters_that_are_not_utf_8_are_refused_and_not_mended_in_silence(visitor: Browsing) -> None:
    event = an_event()
    visitor.open(f"/events/{event.slug}")
    body = f"csrf_token={visitor.token()}&email=ngozi@example.org&name=Ng%ffozi"
    kind = "application/x-www-form-urlencoded"
    answer = visitor.client.post(f"/events/{event.slug}/sign-up", data=body, content_type=kind)
    assert answer.status_code == 422
    assert "hidden marks or broken letters" in answer.text


def test_a_file_or_a_number_in_place_of_words_is_no_name_and_no_address(visitor: Browsing) -> None:
    event = an_event()
    visitor.open(f"/events/{event.slug}")
    token = visitor.token()
    for field in ("name", "email"):
        words = {"name": "Ngozi", "email": "ngozi@example.org"} | {field: (b"x", "x.txt")}
        files = {key: (BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
                 for key, value in words.items()}  # fmt: skip
        answer = visitor.client.post(f"/events/{event.slug}/sign-up", data=files | {"csrf_token": token})
        assert answer.status_code == 422, field
    for body in ({"name": 5, "email": 7}, ["name"], "name", None):
        answer = visitor.client.post(
            f"/events/{event.slug}/sign-up", json=body, headers={"X-CSRFToken": token}
        )
        assert answer.status_code == 422, body
    assert signups() == 0


def test_a_box_that_only_machines_fill_in_gets_them_the_same_page_and_nothing_else(visitor: Browsing) -> None:
    event = an_event()
    before = all_rows()
    sign_up(visitor, event.slug, website="https://spam.example")
    assert visitor.heading == "Check your email"
    assert all_rows() == before


@pytest.mark.one_database
def test_no_person_meets_that_box(visitor: Browsing) -> None:
    visitor.open(f"/events/{an_event().slug}")
    away = re.search(r'<div class="away" aria-hidden="true">.*?</div>', visitor.page.text, re.DOTALL)
    assert away and 'tabindex="-1"' in away[0] and 'autocomplete="off"' in away[0]


@pytest.mark.parametrize("capacity", [30, 1])
def test_known_and_unknown_addresses_get_the_same_page_to_the_byte(
    app: Flask, visitor: Browsing, capacity: int
) -> None:
    event = an_event(capacity=capacity)
    a_person(event.organisation, address="known@example.org")
    a_signup(event, a_person(event.organisation, address="seated@example.org"))
    pages, codes = [], []
    for address in ("nobody@example.org", "known@example.org", "seated@example.org", "seated@EXAMPLE.org"):
        fresh = Browsing(app.test_client())
        fresh.open(f"/events/{event.slug}")
        fresh.press("Sign up", name="Somebody", email=address)
        pages.append(without_tokens(fresh.page.text).replace(fresh_address(fresh), "ADDRESS"))
        codes.append((fresh.page.status_code, fresh.path))
    assert len(set(pages)) == 1 and len(set(codes)) == 1


def fresh_address(visitor: Browsing) -> str:
    found = re.search(r'name="email" value="([^"]+)"', visitor.page.text)
    assert found
    return found[1]


def test_who_signs_somebody_up_again_does_not_change_their_name_or_place(visitor: Browsing) -> None:
    signup = a_signup(an_event())
    name = signup.person.name
    sign_up(visitor, signup.event.slug, "A prank", signup.person.address_typed or "")
    db.session.refresh(signup)
    assert (signup.state, signup.person.name) == ("confirmed", name)
    assert [letter.letter for letter in letters()] == ["place_link"]
    assert "A prank" not in letters()[0].text


@pytest.mark.one_database
def test_pressing_twenty_times_is_one_signup_and_a_few_letters(visitor: Browsing) -> None:
    event = an_event()
    for number in range(20):
        sign_up(visitor, event.slug, email="ngozi@example.org" if number % 2 else "NGOZI@example.org")
        assert visitor.heading == "Check your email"
    assert signups() == 1
    assert len(letters()) == 5


def test_sent_again_from_the_page_that_says_to_look(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug)
    assert "We have written again" not in visitor.words
    visitor.press("Send it again")
    assert visitor.heading == "Check your email"
    assert "We have written again, unless" in visitor.words
    assert [letter.letter for letter in letters()] == ["confirm", "confirm"]
    assert signups() == 1


def test_the_address_that_a_refused_form_leaves_in_the_bar_leads_back_to_the_form(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug, name="")
    assert visitor.page.status_code == 422 and visitor.path.endswith("/sign-up")
    assert visitor.open(visitor.path).status_code == 200 and visitor.path == f"/events/{event.slug}"


def test_that_page_is_for_whoever_just_signed_up_and_is_kept_nowhere(app: Flask, visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug)
    assert visitor.page.headers["Cache-Control"] == "no-store"
    stranger = Browsing(app.test_client())
    stranger.open(f"/events/{event.slug}/check-your-email")
    assert stranger.path == f"/events/{event.slug}"


def test_a_first_letter_carries_no_words_of_the_sender(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug, "Call 0800 123 or http://evil.example now", "victim@example.org")
    (letter,) = letters()
    assert "evil" not in letter.text + letter.html + letter.subject + letter.to_name


def test_a_full_event_takes_the_signup_all_the_same(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    sign_up(visitor, event.slug)
    assert visitor.heading == "Check your email"
    assert f"Your place in line for {event.title} is kept when you do" in visitor.words
    assert "You are in line" in visitor.words and "Your place is kept" not in visitor.words


@pytest.mark.parametrize("facts", [{"state": "called_off"}, {"starts_in": -timedelta(days=1)}])
def test_an_event_that_takes_nobody_says_so_and_keeps_nothing(visitor: Browsing, facts: dict) -> None:
    event, other = an_event(**facts), an_event()
    visitor.open(f"/events/{other.slug}")
    token = visitor.token()
    before = all_rows()
    values = {"name": "Ngozi", "email": "ngozi@example.org", "csrf_token": token}
    visitor.post(f"/events/{event.slug}/sign-up", values)
    assert visitor.page.status_code == 409
    assert "This event takes no sign-ups any more." in visitor.words
    assert all_rows() == before


# Limits


@pytest.fixture
def narrow(database_url: str) -> Iterator[Flask]:
    """An installation that takes two signups from one client in ten minutes."""
    app = create_app(
        TestConfig({"CONVENE_DATABASE_URL": database_url, "CONVENE_LIMIT_SIGNUPS_PER_CLIENT": "2"})
    )
    app.test_client_class = Client
    with app.app_context():
        start_write()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_when_many_press_at_once_the_form_stays_as_it_was_filled_in(narrow: Flask) -> None:
    event = an_event()
    visitor = Browsing(narrow.test_client())
    for number in range(2):
        sign_up(visitor, event.slug, email=f"person{number}@example.org")
        assert visitor.heading == "Check your email"
    before = all_rows()
    sign_up(visitor, event.slug, "Ngozi", "ngozi@example.org", zone="Africa/Lagos")
    assert visitor.page.status_code == 429
    assert int(visitor.page.headers["Retry-After"]) > 0
    wait = int(visitor.page.headers["Retry-After"])
    said = re.search(
        r"Wait (a minute|(\d+) minutes) and press again; what you typed is still here[.]", visitor.words
    )
    assert said and wait - 61 <= 60 * int(said[2] or 1) <= wait + 61
    form, _ = visitor.form("Sign up")
    values = dict(form.values)
    assert (values["name"], values["email"], values["zone"]) == ("Ngozi", "ngozi@example.org", "Africa/Lagos")
    assert all_rows() == before, "and the asking was not counted"


def test_the_limit_is_for_each_client_by_itself(narrow: Flask) -> None:
    event = an_event()
    visitor = Browsing(narrow.test_client())
    for number in range(3):
        sign_up(visitor, event.slug, email=f"person{number}@example.org")
    assert visitor.page.status_code == 429
    other = narrow.test_client()
    other.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    elsewhere = Browsing(other)
    sign_up(elsewhere, event.slug)
    assert elsewhere.heading == "Check your email"


# Forgery


def test_without_the_forms_token_nothing_is_done_and_one_press_sends_it_all_again(visitor: Browsing) -> None:
    event = an_event()
    before = all_rows()
    visitor.post(f"/events/{event.slug}/sign-up", {"name": "Ngozi & <co>", "email": "ngozi@example.org"})
    assert visitor.page.status_code == 400
    assert visitor.heading == "Please press once more"
    assert all_rows() == before
    visitor.press("Yes, go on")
    assert visitor.heading == "Check your email"
    assert db.session.scalars(select(Person.name)).all() == ["Ngozi & <co>"]


@pytest.mark.one_database
def test_anothers_token_is_no_token(app: Flask, visitor: Browsing) -> None:
    event = an_event()
    stranger = Browsing(app.test_client())
    stranger.open(f"/events/{event.slug}")
    values = {"name": "Ngozi", "email": "ngozi@example.org", "csrf_token": stranger.token()}
    visitor.post(f"/events/{event.slug}/sign-up", values)
    assert visitor.heading == "Please press once more"


def test_a_press_on_another_site_goes_no_further_even_with_a_token(visitor: Browsing) -> None:
    event = an_event()
    visitor.open(f"/events/{event.slug}")
    values = {"name": "Ngozi", "email": "ngozi@example.org", "csrf_token": visitor.token()}
    visitor.post(f"/events/{event.slug}/sign-up", values, headers={"Sec-Fetch-Site": "cross-site"})
    assert visitor.page.status_code == 403
    assert signups() == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/events/{slug}/sign-up", "/organise/events/new"])
def test_what_another_site_fills_in_is_not_offered_to_be_pressed_once_more(
    visitor: Browsing, headers: dict[str, str], path: str
) -> None:
    to = path.format(slug=an_event().slug)
    visitor.post(to, {"name": "Mallory", "email": "mallory@example.org"}, headers=headers)
    assert visitor.page.status_code == 403
    assert "Mallory" not in visitor.page.text and "csrf_token" not in visitor.page.text


@pytest.mark.one_database
def test_before_it_is_pressed_once_more_it_is_said_what_goes_where(visitor: Browsing) -> None:
    to = f"/events/{an_event().slug}/sign-up"
    visitor.post(to, {"name": "Ngozi & <co>", "email": "ngozi@example.org", "website": ""})
    assert f"Your press sends this to {to} on this site" in visitor.words
    assert "Ngozi & <co>" in visitor.words and "ngozi@example.org" in visitor.words
    assert "website" not in visitor.words, "an empty box says nothing"


def test_it_works_over_https_where_the_referer_is_asked_for(database_url: str) -> None:
    settings = {"CONVENE_DATABASE_URL": database_url, "CONVENE_BASE_URL": "https://convene.example.org"}
    app = create_app(TestConfig(settings))
    app.test_client_class = Client
    with app.app_context():
        start_write()
        event = an_event()
        slug, base = event.slug, "https://convene.example.org"
        client = app.test_client()
        page = client.get(f"/events/{slug}", base_url=base)
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-convene=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {
            part.strip() for part in cookie.split(";")
        }
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert page.headers["Referrer-Policy"] == "same-origin", "no-referrer would make the post fail"
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert token
        values = {"name": "Ngozi", "email": "ngozi@example.org", "csrf_token": token[1]}
        answer = client.post(
            f"/events/{slug}/sign-up",
            data=values,
            base_url=base,
            headers={"Referer": f"{base}/events/{slug}"},
        )
        assert answer.status_code == 303
        db.session.remove()
        db.engine.dispose()


@pytest.mark.one_database
def test_an_unknown_host_is_refused_in_plain_words(visitor: Browsing) -> None:
    answer = visitor.client.get("/", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_locked_database_is_told_as_such_with_nothing_saved(
    visitor: Browsing, session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = an_event()
    visitor.open(f"/events/{event.slug}")

    def away(*_: object) -> None:
        raise OperationalError("select 1", {}, Exception("locked"))

    monkeypatch.setattr("convene.web.visit.signup.actions.sign_up_to", away)
    before = all_rows()
    visitor.press("Sign up", name="Ngozi", email="ngozi@example.org")
    assert visitor.page.status_code == 503
    assert visitor.page.headers["Retry-After"]
    assert "Nothing was saved." in visitor.words
    assert all_rows() == before
