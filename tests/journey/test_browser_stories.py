"""What a visitor and an organiser come for, done in a real browser: by hand, by keyboard alone, and without scripts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from tests.journey.hands import Hand, Keys, somebody
from tests.journey.installation import Installation, opened
from tests.journey.letters import Letters
from tests.journey.watching import DESK, DESK_AT_NIGHT, PHONE, PHONE_AT_NIGHT, Look
from tests.parts.mailserver import MailServer
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

LOOKS = (PHONE, PHONE_AT_NIGHT, DESK, DESK_AT_NIGHT)
EVENT = "What the school gate knows"  # of the demonstration programme
PEOPLE = ["Ben Okri", "Cleo Hart", "Dev Rao", "Eve Lund", "Finn Day", "Gil Moss"]
DAY = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        processes.worker(CONVENE_BASE_URL=installation.url)
        yield installation


@pytest.fixture
def letters(copy: Installation, postbox: MailServer) -> Letters:
    return Letters(postbox)


def sign_up(hand: Hand, copy: Installation, letters: Letters, address: str) -> None:
    """From the line-up to a place, its optional questions, giving it back and taking it again."""
    hand.open(f"{copy.url}/")
    hand.press(EVENT)
    hand.should_read(EVENT)

    hand.press("Sign up")
    hand.should_refuse("Enter your name", "Your name")
    hand.fill("Your name", "Ada Bell")
    hand.fill("Your email address", address)
    hand.press("Sign up")
    hand.should_read("Check your email", address)

    letters.wait_until(lambda: bool(letters.to(address, "Confirm your sign-up")))
    hand.open(letters.link("place", address))
    hand.should_read("One press, and your place is kept", EVENT)
    hand.press("Keep my place")
    hand.should_read("Your place is kept", "Ada Bell, we look forward to seeing you.")

    hand.fill("Field of work", "Libraries")
    hand.tick("Yes")
    hand.fill("Anything that makes it easier", "A chair near the door")
    hand.press("Save")
    hand.should_read("Your place is kept", "Saved. Thank you.")
    assert hand.field("Yes").is_checked() and hand.field("Field of work").input_value() == "Libraries"

    hand.press("Cancel my place")
    hand.should_read("Give your place back?")
    hand.press("Cancel my place")
    hand.should_read("Your place is cancelled")
    hand.press("Sign up again")
    hand.should_read("Your place is kept")


def evening(hand: Hand, copy: Installation, letters: Letters, address: str) -> None:
    """From the sign-in letter to an event, its people, who came, their groups, and what was mailed."""
    copy.organiser(address, "Olive Two")
    title = f"An evening by {address.partition('@')[0]}"
    hand.open(f"{copy.url}/organise/")
    hand.fill("Your email address", address)
    hand.press("Send me a link")
    hand.should_read("Check your email", address)
    letters.wait_until(lambda: bool(letters.to(address)))
    hand.open(letters.link("organise/sign-in", address))
    hand.press("Sign in")
    hand.should_read("Your events")

    hand.press("Announce an event")
    hand.press("Use the whole form")
    hand.press("Save as a draft")
    hand.should_refuse("Enter a title", "What is it called?")
    hand.fill("What is it called?", title)
    hand.fill("In a sentence", "Come and see.")
    hand.fill("Date", DAY)
    hand.fill("Starts at", "18:30")
    hand.fill("Ends at", "20:00")
    hand.tick("In person")
    hand.fill("Where is it?", "12 Mill Lane, Leeds")
    hand.fill("How many places?", "12")
    hand.press("Save as a draft")
    hand.should_read(title, "Draft")
    hand.press("See it as visitors will")
    hand.should_read(title, "only you and your co-organisers can see it")
    hand.press("Back to your desk")
    hand.press("Publish the event")
    hand.should_read(title, "Published.")

    hand.press("Sign-ups")
    hand.fill("Name", "Ada Bell")
    hand.fill("Email", f"ada.for.{address}")
    hand.press("Add this person")
    hand.should_read("Sign-ups", "Ada Bell has a place.")
    event_id = copy.read(lambda: db.session.scalars(select(Event.id).where(Event.title == title)).one())
    copy.come(event_id, *PEOPLE)

    hand.press("Attendance")
    hand.should_read("Who is here", "0 of 7 here")
    for name in ["Ada Bell", *PEOPLE]:
        hand.press(f"Here {name}")
    hand.should_read("Who is here", "7 of 7 here")
    # A name of this story alone: somebody of a known name is asked about first.
    hand.fill("Name", f"Walk Inn of {address.partition('@')[0]}")
    hand.press("They are here")
    hand.should_read("Who is here", "8 of 8 here")

    hand.press("Groups")
    hand.press("Deal the groups")
    hand.should_read("Groups", "Dealt: 6 groups in 3 rounds.")
    hand.let_it_look_on()
    groups = [found.inner_text() for found in hand.page.locator(".board > li").all()]
    wanted = "Table 1" if "Ada Bell" in groups[1] else "Table 2"
    hand.choose("Move Ada Bell to group", wanted)
    hand.press("Move Ada Bell")
    hand.should_read("Groups", f"Ada Bell to {wanted}?")
    hand.press(f"Move to {wanted}")
    hand.should_read("Groups", f"Ada Bell is at {wanted} now.")
    hand.press("Publish the groups")
    hand.should_read("Publish the groups?", "7 people get a letter")
    hand.press("Publish the groups")
    hand.should_read("Groups", "Published. 8 people have their groups.")
    letters.wait_until(lambda: bool(letters.to(f"ada.for.{address}", "Your groups")))

    hand.press("Outbox")
    hand.should_read("Outbox", "Ada Bell")
    hand.press("Your groups to Ada Bell")
    hand.should_read("Your groups", "You meet:")
    hand.press("Sign out")
    hand.should_read("Sign in to your desk", "You are signed out on this device.")


def mailbox(look: Look) -> str:
    return f"{look.width}.{look.scheme}@example.com"


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_visitor_signs_up_cancels_and_signs_up_again(
    look: Look, browser: Browser, copy: Installation, letters: Letters
) -> None:
    with somebody(browser, copy, look) as hand:
        sign_up(hand, copy, letters, f"ada.{mailbox(look)}")


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_an_organiser_holds_an_evening(
    look: Look, browser: Browser, copy: Installation, letters: Letters
) -> None:
    with somebody(browser, copy, look) as hand:
        evening(hand, copy, letters, f"olive.{mailbox(look)}")


def test_a_visitor_signs_up_by_keyboard_alone(browser: Browser, copy: Installation, letters: Letters) -> None:
    with somebody(browser, copy, PHONE, Keys, judged=False) as hand:
        sign_up(hand, copy, letters, "ada.keys@example.com")


def test_an_organiser_holds_an_evening_by_keyboard_alone(
    browser: Browser, copy: Installation, letters: Letters
) -> None:
    with somebody(browser, copy, DESK, Keys, judged=False) as hand:
        evening(hand, copy, letters, "olive.keys@example.com")


def test_a_visitor_signs_up_without_scripts(browser: Browser, copy: Installation, letters: Letters) -> None:
    with somebody(browser, copy, PHONE, judged=False, java_script_enabled=False) as hand:
        sign_up(hand, copy, letters, "ada.plain@example.com")


def test_an_organiser_holds_an_evening_without_scripts(
    browser: Browser, copy: Installation, letters: Letters
) -> None:
    with somebody(browser, copy, PHONE, judged=False, java_script_enabled=False) as hand:
        evening(hand, copy, letters, "olive.plain@example.com")
