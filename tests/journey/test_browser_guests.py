"""One guest after another at the door, on a phone: what asks for an answer has the focus and stands in view."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from convene import clock
from convene.extensions import db
from convene.people.models import Organisation
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.journey.hands import Hand, somebody
from tests.journey.installation import HOST, Installation, opened
from tests.journey.watching import DESK, PHONE, Look
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

OWNER = "olive@example.org"  # of the demonstration programme
IN_VIEW = (
    """one => { const box = one.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight }"""
)


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        yield installation


def an_evening(copy: Installation, title: str) -> int:
    """An event with forty people, one of whom told of a need; its id."""
    with copy.writing():
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        now = clock.now()
        event = an_event(host, title=title, capacity=41, now=now)
        for number in range(38):
            a_signup(event, a_person(host, name=f"Guest {number:02} of {title}", now=now), now=now)
        for name in (f"Siobhán of {title}", f"Zoë of {title}"):
            signup: Signup = a_signup(event, a_person(host, name=name, now=now), now=now)
        signup.access_needs = "Ramp, please"
        return event.id


def has_focus_in_view(hand: Hand, selector: str) -> bool:
    found: Any = hand.page.locator(selector)
    return bool(found.evaluate("one => one === document.activeElement") and found.evaluate(IN_VIEW))


@pytest.mark.parametrize("look", [PHONE], ids=str)
def test_guest_after_guest_is_found_and_marked_without_reaching_for_the_box(
    look: Look, browser: Browser, copy: Installation, tmp_path: Path
) -> None:
    title = f"an evening at {look.width}"
    event_id = an_evening(copy, title)
    with somebody(browser, copy, look, cookie=copy.signed_in(OWNER)) as hand:
        hand.open(f"{copy.url}/organise/events/{event_id}/attendance")
        hand.page.locator("#q").focus()
        for typed, name in (("siobhan", "Siobhán"), ("zoe", "Zoë"), ("guest 37", "Guest 37")):
            hand.page.keyboard.type(typed)
            with hand.page.expect_navigation():
                hand.page.keyboard.press("Enter")
            assert hand.page.locator(".door").count() == 1
            hand.press(f"Here {name} of {title}")
            hand.should_read("Who is here", f"{name} of {title} is here.")
            assert has_focus_in_view(hand, "#q"), "the next name can be typed at once"
            assert hand.page.locator("#q").input_value() == ""
            assert hand.page.locator("#marked").evaluate(IN_VIEW), "and what was done is seen beside it"
        hand.press(f"Here Guest 30 of {title}")
        assert hand.page.locator(".door", has_text="Guest 30").evaluate(IN_VIEW), "the list keeps its place"


@pytest.mark.parametrize(
    ("look", "page", "button"),
    [(DESK, "signups", "Add this person"), (PHONE, "attendance", "They are here")],
    ids=str,
)
def test_the_question_who_is_meant_is_seen_and_has_the_focus(
    look: Look, page: str, button: str, browser: Browser, copy: Installation
) -> None:
    title = f"an evening with {page} at {look.width}"
    known, event_id = an_evening(copy, f"{title}, before"), an_evening(copy, title)
    assert known
    with somebody(browser, copy, look, cookie=copy.signed_in(OWNER)) as hand:
        hand.open(f"{copy.url}/organise/events/{event_id}/{page}")
        hand.fill("Name", f"Zoë of {title}, before")
        hand.press(button)
        hand.should_read("Who is here" if page == "attendance" else "Sign-ups", "is this them?")
        assert has_focus_in_view(hand, ".notice:has(#same-name)")
        answer = hand.page.locator("button[name=known]").first
        assert answer.evaluate(IN_VIEW), "and its first answer is in view"
