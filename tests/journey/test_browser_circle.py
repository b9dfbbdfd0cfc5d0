"""A circle in a real browser, by keyboard alone: founded, joined, on the wall; and a note that two write at once."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from convene import clock, links
from convene.circles import planning, talk
from convene.circles.agenda import TEMPLATES
from convene.circles.models import Circle
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Organisation
from tests.factories import a_circle, a_member, a_person, a_session, a_signup
from tests.journey.hands import Keys, somebody
from tests.journey.installation import HOST, Installation, opened
from tests.journey.watching import DESK, DESK_AT_NIGHT, PHONE, PHONE_AT_NIGHT, Watch, visiting
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

WEEK = timedelta(days=7)
NAMES = ("Ada Okri", "Bilal Hart", "Cleo Featherstone-Abernathy", "Dev Lund", "Élodie Hart")


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        yield installation


@pytest.fixture(scope="module")
def circle(copy: Installation) -> tuple[list[str], int]:
    """The ways into one circle of five, whose first hosts, and its session of today."""
    with copy.writing():
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        made = a_circle(host, title="Friendlier streets", talks=True)
        people = [a_person(host, name=name) for name in NAMES]
        made.host_id = people[0].id
        members = [a_member(made, person) for person in people]
        session = a_session(made, starts_at=clock.now())
        for person in people:
            a_signup(session, person)
        planning.lay_out(session, TEMPLATES["first"], 1)
        made.hosts_in_turn = True
        for event, whose in (
            (session, people[0]),
            (a_session(made, starts_at=clock.now() + WEEK), people[2]),
        ):
            planning.row_of(event).host_id = whose.id
        thread = talk.open_thread(made.id, "Benches", people[1].id, None, clock.now())
        talk.write(thread, people[1].id, "Who has **one** to spare?", talk.names(made.id), clock.now())
        db.session.flush()
        return [f"{copy.url}/member/{links.member_token(one.id, 1)}" for one in members], session.id


def test_a_session_runs_on_the_wall_by_keyboard_alone(
    browser: Browser, copy: Installation, circle: tuple[list[str], int]
) -> None:
    ways, session = circle
    with somebody(browser, copy, DESK, Keys, judged=False) as hand:
        hand.open(f"{ways[0]}/sessions/{session}")
        hand.press("Run this session")
        for heading, button in (
            ("Friendlier streets", "Begin: Check-in round"),
            ("Check-in round", "Begin: Impromptu networking"),
            ("Impromptu networking", "Go on: Round 2 of 3"),
        ):
            expect(hand.page.get_by_role("heading", level=1)).to_have_text(heading)
            hand.press(button)
        expect(hand.page.get_by_text("Round 2 of 3")).to_be_visible()
        groups = hand.page.get_by_role("list", name="Groups").get_by_role("listitem")
        expect(groups).to_have_count(2)  # five people in pairs: two and three
        expect(hand.page.get_by_role("timer")).to_contain_text("left")
        hand.watch.look_over(DESK)
    # The same on somebody's phone: no button of the host's, and what comes next in words.
    context = visiting(browser, PHONE)
    watch = Watch(context.new_page(), copy.url)
    watch.page.goto(f"{ways[1]}/sessions/{session}/run")
    expect(watch.page.get_by_role("button")).to_have_count(0)
    expect(watch.page.get_by_text("Next: Round 3 of 3")).to_be_visible()
    watch.look_over(PHONE)
    watch.assert_clean()
    context.close()


def test_two_write_a_note_at_once_and_both_are_kept(
    browser: Browser, copy: Installation, circle: tuple[list[str], int]
) -> None:
    ways, session = circle
    with (
        somebody(browser, copy, DESK, Keys, judged=False) as ada,
        somebody(browser, copy, PHONE_AT_NIGHT, Keys, judged=False) as ben,
    ):
        for hand, way in ((ada, ways[0]), (ben, ways[1])):
            hand.open(f"{way}/sessions/{session}/note")
        ada.fill("What happened", "We were five.\n\nBread next time.")
        expect(ada.page.get_by_text("Saved as you write.")).to_be_visible()
        ben.fill("What happened", "We sat outside.")
        expect(ben.page.get_by_text("Both are kept")).to_be_visible()
        expect(ben.field("What happened")).to_have_value("We were five.\n\nBread next time.\nWe sat outside.")
        expect(ben.field("What happened")).to_be_focused()  # whoever writes on is not carried off
        expect(ben.page.get_by_role("heading", name="What two of you wrote at once")).to_be_visible()
        ben.watch.look_over(PHONE_AT_NIGHT)
        # Without waiting for the script: the button saves too, and what Ada has not seen is not lost by it.
        expect(ada.field("What happened")).to_be_focused()
        ada.page.keyboard.press("Control+Home")
        ada.page.keyboard.press("End")
        ada.page.keyboard.press("ArrowLeft")
        ada.page.keyboard.type(", and a dog")
        ada.press("Save")
        whole = "We were five, and a dog.\n\nBread next time.\nWe sat outside."
        expect(ada.field("What happened")).to_have_value(whole)
        ada.watch.look_over(DESK)


def test_every_page_inside_is_fit_to_be_seen(
    browser: Browser, copy: Installation, circle: tuple[list[str], int]
) -> None:
    ways, session = circle
    every = ("sessions", f"sessions/{session}", "actions", "insights", "threads", "threads/1", "story")
    for look, way, paths in (
        (PHONE, ways[0], every),
        (DESK_AT_NIGHT, ways[2], (f"sessions/{session}", "threads/1")),
    ):
        context = visiting(browser, look)
        watch = Watch(context.new_page(), copy.url)
        for path in paths:
            answer = watch.page.goto(f"{way}/{path}")
            assert answer and answer.ok, path
            watch.look_over(look)
        watch.assert_clean()
        context.close()
    # Whoever was writing when the circle ended reads why, with their words; and what is one's own to take back.
    with somebody(browser, copy, PHONE, Keys, judged=False) as hand:
        hand.open(f"{ways[1]}/threads/1")
        put(copy, state="ended")
        hand.fill("What would you like to say?", "Words of then")
        hand.press("Write this")
        hand.should_read("This circle has ended", "Words of then")
        hand.watch.look_over(PHONE)
        put(copy, talks=False)
        hand.open(f"{ways[1]}/threads")
        hand.should_read("What you wrote", "Benches")
        hand.watch.look_over(PHONE)


def put(copy: Installation, **facts: object) -> None:
    with copy.writing():
        db.session.execute(update(Circle).where(Circle.title == "Friendlier streets").values(**facts))


def letter_to(copy: Installation, address: str) -> str:
    """The newest letter to this address, as its row keeps it for the worker."""
    mine = (
        select(OutgoingMail.text).where(OutgoingMail.to_address == address).order_by(OutgoingMail.id.desc())
    )
    return copy.read(lambda: db.session.scalars(mine).first() or "")


def test_a_circle_is_founded_and_joined_by_keyboard_alone(browser: Browser, copy: Installation) -> None:
    copy.organiser("ola@example.org", "Ola Lund")
    year = clock.now().year + 1
    with somebody(browser, copy, DESK, Keys, judged=False, cookie=copy.signed_in("ola@example.org")) as hand:
        hand.open(f"{copy.url}/organise/circles")
        hand.press("Begin a circle")
        hand.tick("A new one, written below")
        hand.press("Begin the circle")
        hand.should_refuse("Write the question that people will gather around", "A new question")
        hand.page.keyboard.type("Who looks after a bench? Or should nobody?")
        hand.fill("First session on", f"{year}-03-10")
        hand.fill("Starts at", "18:30")
        hand.fill("Ends at", "20:00")
        hand.fill("How many sessions?", "7")
        hand.fill("For how many?", "8")
        hand.fill("A name for the circle", "The bench circle")
        hand.watch.look_over(DESK)
        hand.press("Begin the circle")
        hand.should_read("The bench circle", "The circle is there, and people can find it")
        hand.press("Its words")
        hand.fill("What members agree on", "We listen first.")
        hand.press("Save")
        hand.should_read("The bench circle", "Version 1")
        hand.watch.look_over(DESK)
        hand.press("As everybody sees it")
        public = hand.page.url
    with somebody(browser, copy, PHONE, Keys, judged=False) as hand:
        hand.open(public)
        hand.fill("Your name", "Pat Example")
        hand.fill("Your email", "pat.bench@example.net")
        hand.watch.look_over(PHONE)
        hand.press("Send me the link")
        hand.should_read("Check your email", "pat.bench@example.net")
        way = re.search(r"/member/\S+", letter_to(copy, "pat.bench@example.net"))
        assert way
        hand.open(copy.url + way[0])
        hand.should_read("One press, and you are in, or in line", "We listen first.")
        hand.press("Join the circle")
        hand.should_refuse("Tick that you agree, then press again.", "I agree to this")
        hand.page.keyboard.press("Space")
        hand.watch.look_over(PHONE)
        hand.press("Join the circle")
        hand.should_read("The bench circle", "you have a place in this circle")
        hand.watch.look_over(PHONE)
        assert hand.page.get_by_role("button", name="make this one").count() == 7
    assert "Wednesday 10 March" in letter_to(copy, "pat.bench@example.net")
