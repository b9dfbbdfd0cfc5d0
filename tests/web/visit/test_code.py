"""Whoever reads mail on another device types the code where they signed up, and it does what the button does."""

import re

import pytest
from sqlalchemy import select

from convene import clock
from convene.access.models import Code
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.signups import actions
from convene.signups.models import Signup
from tests.factories import a_circle, a_person, a_signup, an_event, an_organisation
from tests.web.browsing import Browsing, path_of, without_tokens


def newest(kind: str) -> OutgoingMail:
    db.session.rollback()
    rows = select(OutgoingMail).where(OutgoingMail.letter == kind).order_by(OutgoingMail.id.desc())
    return db.session.scalars(rows.limit(1)).one()


def code_in(mail: OutgoingMail) -> str:
    found = re.search(r"^(\d{3} \d{3})$", mail.text, re.MULTILINE)
    assert found, mail.text
    assert found[1] in mail.html
    assert found[1] not in mail.subject and found[1].replace(" ", "") not in mail.subject
    return found[1]


def sign_up(visitor: Browsing, slug: str, email: str = "ngozi@example.org") -> None:
    visitor.open(f"/events/{slug}")
    visitor.press("Sign up", name="Ngozi", email=email)


def wrong(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"


def test_the_code_keeps_the_place_and_opens_its_page(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug)
    visitor.press("Use the code", code=code_in(newest("confirm")))
    assert visitor.heading == "Your place is kept"
    db.session.rollback()
    assert db.session.scalars(select(Signup.state)).all() == ["confirmed"]
    visitor.open(f"/events/{event.slug}/check-your-email")
    visitor.press("Use the code", code=code_in(newest("confirm")))
    assert visitor.heading == "Your place is kept", "pressed again, the same page"


def test_the_page_says_when_the_place_is_kept_how_many_are_left_and_how_to_change_the_address(
    visitor: Browsing,
) -> None:
    event = an_event(capacity=3)
    visitor.open(f"/events/{event.slug}")
    assert "Your place is kept when you press the button in our mail" in visitor.words
    assert "3 places left" in visitor.words
    sign_up(visitor, event.slug)
    assert "ngozi@example.org" in visitor.words and "3 places left" in visitor.words
    assert visitor.page.headers["Cache-Control"] == "no-store"
    visitor.open(f"/events/{event.slug}?change=1")
    form, _ = visitor.form("Sign up")
    assert dict(form.values)["email"] == "ngozi@example.org"
    assert visitor.page.headers["Cache-Control"] == "no-store"
    visitor.open(f"/events/{event.slug}")
    form, _ = visitor.form("Sign up")
    assert dict(form.values)["email"] == ""


def test_five_wrong_codes_end_it_and_the_link_still_works(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug)
    code = code_in(newest("confirm"))
    for half in (code[:3], f"{code}1"):
        visitor.press("Use the code", code=half)
        assert visitor.page.status_code == 422 and "all six digits" in visitor.words, "this is no try"
    for left in (
        "4 more tries",
        "3 more tries",
        "2 more tries",
        "one more try",
        "No code works here any more",
    ):
        visitor.press("Use the code", code=wrong(code))
        assert visitor.page.status_code == 422 and left in visitor.words
    visitor.press("Use the code", code=code)
    assert "No code works here any more" in visitor.words
    link = re.search(r"http\S+/place/\S+", newest("confirm").text)
    assert link
    visitor.open(path_of(link[0]))
    visitor.press("Keep my place")
    assert visitor.heading == "Your place is kept"


def test_the_code_is_of_no_use_in_another_browser(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug)
    code = code_in(newest("confirm"))
    thief = Browsing(visitor.client.application.test_client())
    sign_up(thief, event.slug, "thief@example.net")
    thief.press("Use the code", code=code)
    assert thief.page.status_code == 422
    stranger = Browsing(visitor.client.application.test_client())
    stranger.open(f"/events/{event.slug}")
    stranger.post(f"/events/{event.slug}/check-your-email", {"csrf_token": stranger.token(), "code": code})
    assert stranger.path == f"/events/{event.slug}"
    db.session.rollback()
    assert set(db.session.scalars(select(Signup.state))) == {"started"}


def test_the_page_is_the_same_for_every_address_and_counts_tries_alike(visitor: Browsing) -> None:
    event = an_event()
    a_signup(event, a_person(event.organisation, address="known@example.org"))
    start_write_and_limit(event.id, "limited@example.org")
    pages = []
    for email in ("known@example.org", "unknown@example.org", "limited@example.org"):
        browser = Browsing(visitor.client.application.test_client())
        sign_up(browser, event.slug, email)
        first = without_tokens(browser.page.text).replace(email, "...")
        browser.press("Use the code", code="000000")
        pages.append((first, without_tokens(browser.page.text).replace(email, "...")))
    assert pages[0] == pages[1] == pages[2]


def start_write_and_limit(event_id: int, address: str) -> None:
    """This address has had as many letters as it may."""
    db.session.commit()
    for _ in range(6):
        start_write()
        actions.sign_up(event_id, address, "Somebody", None, clock.now())
        db.session.commit()
    start_write()


def test_somebody_with_a_place_comes_to_it_by_a_code_and_nothing_changes(visitor: Browsing) -> None:
    event = an_event()
    signup = a_signup(event, a_person(event.organisation, address="known@example.org"), state="cancelled")
    signup_id = signup.id
    sign_up(visitor, event.slug, "known@example.org")
    visitor.press("Use the code", code=code_in(newest("confirm")))
    assert visitor.heading == "Your place is kept"
    sign_up(visitor, event.slug, "known@example.org")
    visitor.press("Use the code", code=code_in(newest("place_link")))
    assert visitor.heading == "Your place is kept"
    db.session.rollback()
    assert db.session.get_one(Signup, signup_id).state == "confirmed"


def test_a_letter_that_nobody_asked_for_in_a_browser_holds_no_code(visitor: Browsing) -> None:
    event = an_event()
    actions.sign_up(event.id, "pat@example.org", "Pat", None, clock.now())
    assert "Type this code" not in db.session.scalars(select(OutgoingMail.text)).one()
    assert db.session.scalar(select(Code.id)) is None


@pytest.mark.one_database
def test_an_empty_box_and_an_odd_one_are_told_beside_it(visitor: Browsing) -> None:
    event = an_event()
    sign_up(visitor, event.slug)
    visitor.press("Use the code", code=" ")
    assert visitor.page.status_code == 422 and "Type the six digits" in visitor.words
    visitor.press("Use the code", code="٣" * 6)
    assert visitor.page.status_code == 422 and "That is not the code" in visitor.words


@pytest.mark.one_database
def test_one_sentence_says_who_keeps_what_and_how_long(visitor: Browsing) -> None:
    host = an_organisation()
    host.controller, host.privacy_contact = "The Long Table CIO", "data@longtable.example"
    host.privacy_url = "https://longtable.example/privacy"
    event = an_event(host)
    visitor.open(f"/events/{event.slug}")
    assert "The Long Table CIO keeps your name and address to run this event" in visitor.words
    assert "twelve months" in visitor.words and "data@longtable.example" in visitor.words
    assert 'href="https://longtable.example/privacy"' in visitor.page.text
    start_write()
    circle = a_circle(an_event().organisation)
    circle.organisation.controller = "The Long Table CIO"
    db.session.commit()
    visitor.open(f"/circles/{circle.slug}")
    assert (
        "to run this circle, and takes your name off it twelve months after your last session"
        in visitor.words
    )
    visitor.open(f"/hosts/{host.slug}/privacy")
    assert (
        "The Long Table CIO decides" in visitor.words and "12 months after their last event" in visitor.words
    )
    assert 'href="https://longtable.example/privacy"' in visitor.page.text
    start_write()
    host = an_event(an_organisation(host.name)).organisation
    host.privacy_url = "javascript:alert(1)"
    db.session.commit()
    visitor.open(f"/events/{event.slug}")
    assert "javascript:" not in visitor.page.text
    assert f'href="/hosts/{host.slug}/privacy"' in visitor.page.text, (
        "a host without a page elsewhere has none"
    )
    visitor.open(f"/hosts/{host.slug}/privacy")
    assert visitor.page.status_code == 200 and "javascript:" not in visitor.page.text
