"""What a visitor and an organiser come for, done in a real browser: by hand, by keyboard alone, and without scripts."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Group, Round, Seat
from convene.mail import outbox
from convene.nudges.letters import thank_you
from convene.nudges.models import Nudge
from convene.people.models import Organisation
from tests.factories import a_person, a_signup, an_event
from tests.journey.hands import Hand, Keys, somebody
from tests.journey.installation import HOST, Installation, opened
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


def thanked(copy: Installation, *names: str) -> list[str]:
    """An evening that ended yesterday, at which these sat together; each has a thank-you on its way."""
    now = clock.now()
    day = f"Etc/GMT{now.hour - 13:+d}"  # where it is one in the afternoon: no letter leaves at night
    with copy.writing():
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        event = an_event(host, starts_in=-timedelta(hours=30), title="Benches that talk", now=now)
        round_ = Round(event_id=event.id, number=1, state="held", created_at=now)
        db.session.add(round_)
        db.session.flush()
        group = Group(round_id=round_.id, number=1, label="Table 1")
        db.session.add(group)
        db.session.flush()
        found = []
        for position, name in enumerate(names):
            address = f"{name.casefold().replace(' ', '.')}@benches.example"
            signup = a_signup(event, a_person(host, name=name, address=address, now=now, zone=day), now=now)
            seat = Seat(round_id=round_.id, group_id=group.id, person_id=signup.person_id, position=position)
            nudge = Nudge(
                key=f"thank_you:{event.id}:{signup.person_id}:1", rule="thank_you", event_id=event.id,
                person_id=signup.person_id, state="sent", reason="they had a place at this event", due_at=now,
                decided_at=now, letter_key=f"nudge:thank_you:{event.id}:{signup.person_id}:1",
            )  # fmt: skip
            db.session.add_all([seat, nudge])
            db.session.flush()
            letter = thank_you(nudge, signup, "attended", True)
            outbox.post(letter, key=f"nudge:{nudge.key}", now=now, person_id=signup.person_id)
            found.append(address)
        return found


def test_from_the_thank_you_to_the_letter_that_opens_contact(
    browser: Browser, copy: Installation, letters: Letters
) -> None:
    ada, ben = thanked(copy, "Ada Reed", "Ben Cole")
    letters.wait_until(lambda: bool(letters.to(ada, "Thank you") and letters.to(ben, "Thank you")))
    with somebody(browser, copy, PHONE) as hand:
        hand.open(copy.url + urlsplit(letters.link("answer", ada)).path)
        hand.should_read("Two questions about “Benches that talk”", "Round 1")
        hand.tick("It was good")
        hand.tick("Ben Cole")
        hand.tick("By phone")
        hand.press("Send my answers")
        hand.should_refuse("Enter the number they may call, or choose another way", "Your phone number")
        hand.fill("Your phone number", "020 7946 0000")
        hand.press("Send my answers")
        hand.should_read("Two questions about “Benches that talk”", "Your answers are kept")
    assert not letters.to(ben, "You both said yes"), "one yes tells nobody anything"
    with somebody(browser, copy, DESK, Keys, judged=False) as hand:
        hand.open(copy.url + urlsplit(letters.link("answer", ben)).path)
        hand.tick("Ada Reed")
        hand.tick("By messages through us alone")
        hand.press("Send my answers")
        hand.should_read("Two questions about “Benches that talk”", "Your answers are kept")
    letters.wait_until(lambda: bool(letters.to(ada, "You both") and letters.to(ben, "You both")))
    assert "020 7946 0000" in letters.text(ben, "You both") and "@" not in letters.text(ada, "You both")
    with somebody(browser, copy, PHONE) as hand:
        hand.open(letters.link("tie", ada, "You both"))
        hand.should_read("You and Ben Cole", "Only you see this page.")
        hand.fill("Your words", "Shall we look at benches on Tuesday?")
        hand.press("Pass it on")
        hand.should_read("You and Ben Cole", "your words are on their way")
        hand.tick("Something new was started")
        hand.press("Save")
        hand.should_read("You and Ben Cole", "You can change it here at any time.")
        hand.press("Send me the link to my page")
        hand.should_read("You and Ben Cole", "on its way to your mailbox")
        letters.wait_until(lambda: bool(letters.to(ada, "The way to your page")))
        hand.open(letters.link("me", ada, "The way to your page"))
        hand.should_read("Your page", "Ben Cole")
        hand.press("Say what you can give or seek")
        hand.fill("What can you give?", "Benches")
        hand.press("Keep it")
        hand.should_read("What you can give, and what you seek", "Kept for 90 days.")
    letters.wait_until(lambda: bool(letters.to(ben, "A few words for you")))
    assert "Shall we look at benches" in letters.text(ben, "A few words for you")
    with somebody(browser, copy, DESK) as hand:
        hand.open(letters.link("me", ben, "A few words for you"))
        hand.press("Ada Reed")
        hand.press("End it")
        hand.should_read("Come and meet somebody new", "nobody is told")


def test_one_asks_to_come_and_brings_a_guest_one_comes_over_the_limit_and_the_evening_goes_on_monthly(
    browser: Browser, copy: Installation, letters: Letters
) -> None:
    """The two places of an evening, and one over; the organiser at a desk, her visitors on phones."""
    title, vera, ida = "Bread, and who bakes it", "vera.ask@example.com", "ida.over@example.com"
    copy.organiser("olga.care@example.com", "Olga Care")
    with copy.writing():
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        event = an_event(host, title=title, starts_in=timedelta(days=20), capacity=2, now=clock.now())
        desk, page = f"{copy.url}/organise/events/{event.id}", f"{copy.url}/events/{event.slug}"
    cookie = copy.signed_in("olga.care@example.com")
    with (
        somebody(browser, copy, DESK, judged=False, cookie=cookie) as olga,
        somebody(browser, copy, PHONE, judged=False) as visitor,
    ):
        olga.open(desk)
        olga.press("Settings")
        olga.tick("I answer each who asks to come")
        olga.fill("How many may each person bring?", "1")
        olga.press("Save the settings")

        visitor.open(page)
        visitor.fill("Your name", "Vera Ask")
        visitor.fill("Your email address", vera)
        visitor.press("Ask to come")
        letters.wait_until(lambda: bool(letters.to(vera)))
        visitor.open(letters.link("place", vera))
        visitor.should_read("One press, and the host is asked", "answers everybody who asks")
        visitor.press("Ask to come")
        visitor.should_read("The host has been asked", title)

        olga.press("Sign-ups")
        olga.press("Answer")
        olga.should_read("Who asks to come", "0 of 2 places are taken")
        olga.press("Yes, Vera Ask")
        letters.wait_until(lambda: bool(letters.to(vera, "See you there")))
        visitor.open(letters.link("place", vera, "See you there"))
        visitor.should_read("Your place is kept", "Vera Ask, we look forward to seeing you.")
        visitor.press("Bring somebody")
        visitor.fill("Your guest's name", "Gus Guest")
        visitor.press("Bring them")
        visitor.should_read("Whom you bring", "Gus Guest is asked about")
        olga.open(f"{desk}/asking")
        olga.should_read("Who asks to come", "A guest of somebody who comes.")
        olga.press("Yes, Gus Guest")
        visitor.open(visitor.page.url)
        visitor.should_read("Whom you bring", "Has a place")

        olga.open(f"{desk}/invitations")
        olga.should_read("Invitations", "2 of 2 places are taken")
        olga.fill("Name", "Ida Over")
        olga.fill("Email", ida)
        olga.tick("They may come even if every place is taken")
        olga.press("Invite them")
        letters.wait_until(lambda: bool(letters.to(ida)))
        visitor.open(letters.link("place", ida))
        visitor.should_read("You are invited", "would like you to come")
        visitor.press("Yes, keep my place")
        visitor.should_read("Your place is kept", "Ida Over")
        visitor.open(page)
        assert "Ida" not in visitor.page.inner_text("main") and "over" not in visitor.page.inner_text("main")
        olga.press("Sign-ups")
        olga.should_read("Sign-ups", "1 over, by your personal invitation.")

        olga.press("Settings")
        olga.press("On many dates")
        olga.tick("Every month")
        olga.fill("How many more dates?", "2")
        olga.press("Show the dates")
        olga.should_read("On many dates", "2 dates")
        olga.press("Make these drafts")
        olga.should_read("On many dates", "2 drafts made.")
        olga.press("Publish every draft of them")
        olga.should_read("On many dates", "Published: 2 events.")
        visitor.open(f"{copy.url}/")
        assert visitor.page.get_by_role("link", name=title).count() == 3
        visitor.page.get_by_role("link", name=title).last.click()
        visitor.should_read(title, "Ask to come")
