"""At the door in a real browser: a third do not come, two walk in, and the groups are dealt again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from sqlalchemy import func, select

from convene import clock
from convene.extensions import db
from convene.groups import queries
from convene.mail.models import OutgoingMail
from convene.people import worries
from convene.people.actions import keep_apart
from convene.people.models import Organisation, Person, Worry
from tests.journey import evening
from tests.journey.hands import Hand, Keys, somebody
from tests.journey.installation import HOST, Installation, opened
from tests.journey.watching import DESK, PHONE, Look
from tests.parts.processes import Processes

pytestmark = pytest.mark.one_database

OWNER = "olive@example.org"  # of the demonstration programme
NAMES = [f"{first} {last}" for last in ("Ash", "Birch", "Cedar", "Dale") for first in ("Ann", "Ben", "Cat")]


def begun(copy: Installation, title: str) -> int:
    """An evening that is on, its twelve people told their groups; its id."""

    with copy.writing():
        host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
        names = [f"{name} of {title}" for name in NAMES]
        event, _ = evening.begin(host, names, clock.now(), title=title, round_count=2)
        return event.id


def board(copy: Installation, event_id: int) -> list[list[set[str]]]:
    return copy.read(
        lambda: [
            [{seat.person.name for seat in group.seats} for group in round_.groups]
            for round_ in queries.board(event_id)
        ]
    )


def at_the_door(hand: Hand, copy: Installation, title: str) -> None:
    event_id = begun(copy, title)
    hand.open(f"{copy.url}/organise/events/{event_id}/groups")
    hand.press("Attendance")
    absent = [f"{name} of {title}" for name in NAMES[::3]]
    for name in absent:
        hand.press(f"Not here {name}")
    for name in ("Wes", "Wyn"):
        hand.fill("Name", f"{name} of {title}")
        hand.press("They are here")
    hand.should_read("Who is here", "2 people have come since the groups were dealt")
    hand.press("Deal again")
    hand.should_read("Groups", "Dealt:")
    rounds = board(copy, event_id)
    here = {f"{name} of {title}" for name in (*NAMES, "Wes", "Wyn")} - {*absent}
    assert all(set().union(*groups) == here for groups in rounds), "who is here, once a round"
    hand.press("Publish the groups")
    hand.should_read("Publish the groups?", "another only if you say so")
    hand.press("Publish without a letter")
    hand.should_read("Groups", "Published. 10 people have their groups.")
    mailed = select(func.count(OutgoingMail.id)).where(
        OutgoingMail.event_id == event_id, OutgoingMail.letter == "your_group"
    )
    assert copy.read(lambda: db.session.scalar(mailed)) == 0, "they hear it in the room"


def refused_move(hand: Hand, copy: Installation, title: str) -> None:
    event_id = begun(copy, title)
    groups = board(copy, event_id)[0]
    one, other = sorted(groups[0])[0], sorted(groups[1])[0]

    with copy.writing():
        people = [
            db.session.scalars(select(Person).where(Person.name == name)).one() for name in (one, other)
        ]
        keep_apart(people[0], people[1], "", "test", clock.now())
    hand.open(f"{copy.url}/organise/events/{event_id}/groups")
    hand.choose(f"Move {one} to group", "Table 2")
    hand.press(f"Move {one}")
    hand.should_read("Groups", f"{one} to Table 2?")
    hand.should_read("Groups", "a keep-apart rule stands against it")
    hand.press("Leave it as it is")
    assert board(copy, event_id)[0] == groups


def the_leads_evening(hand: Hand, copy: Installation, title: str) -> None:
    """Told in confidence, read, linked to who is meant; from then on neither move nor deal puts the two together."""
    event_id = begun(copy, title)
    groups = board(copy, event_id)[0]
    one, other = sorted(groups[0])[0], sorted(groups[1])[0]
    with copy.writing():
        writer = db.session.scalars(select(Person).where(Person.name == one)).one()
        worries.tell(writer, event_id, "He knows where I live.", clock.now())
    hand.open(f"{copy.url}/organise/people")
    hand.press("Safeguarding")
    number = copy.read(lambda: db.session.scalar(select(func.max(Worry.id))))
    hand.press(f"{one}, number {number}")
    hand.should_read(f"Told in confidence by {one}", "What they wrote is sealed.")
    hand.press("Read it")
    hand.should_read(f"Told in confidence by {one}", "He knows where I live.")
    hand.fill("Name or email", other)
    hand.press("Find")
    hand.press("Keep the two apart")
    hand.should_read("Who is kept apart", "From now on the two never share a group.")
    hand.open(f"{copy.url}/organise/events/{event_id}/groups")
    hand.choose(f"Move {one} to group", "Table 2")
    hand.press(f"Move {one}")
    hand.should_read("Groups", "a keep-apart rule stands against it")
    hand.press("Leave it as it is")
    hand.press("Deal again")
    hand.should_read("Groups", "Dealt:")
    dealt = [table for groups in board(copy, event_id) for table in groups]
    assert dealt and not any({one, other} <= table for table in dealt)


@pytest.fixture(scope="module")
def copy(processes: Processes) -> Iterator[Installation]:
    with opened(processes) as installation:
        yield installation


HANDS = [
    pytest.param(DESK, Hand, {}, id="pointer"),
    pytest.param(PHONE, Keys, {}, id="keyboard"),
    pytest.param(PHONE, Hand, {"java_script_enabled": False}, id="no script"),
]


@pytest.mark.parametrize(("look", "kind", "how"), HANDS)
def test_a_third_are_absent_two_walk_in_and_the_groups_are_dealt_again(
    look: Look, kind: type[Hand], how: dict[str, bool], browser: Browser, copy: Installation
) -> None:
    with somebody(browser, copy, look, kind, judged=False, cookie=copy.signed_in(OWNER), **how) as hand:
        at_the_door(hand, copy, f"Door {kind.__name__} {len(how)}")


@pytest.mark.parametrize(("look", "kind", "how"), HANDS[:2])
def test_a_move_that_a_rule_forbids_is_refused_before_it_is_made(
    look: Look, kind: type[Hand], how: dict[str, bool], browser: Browser, copy: Installation
) -> None:
    with somebody(browser, copy, look, kind, judged=False, cookie=copy.signed_in(OWNER), **how) as hand:
        refused_move(hand, copy, f"Breach {kind.__name__}")


def test_what_is_told_in_confidence_keeps_two_apart_the_same_evening_by_keyboard_alone(
    browser: Browser, copy: Installation
) -> None:
    with somebody(browser, copy, PHONE, Keys, judged=False, cookie=copy.signed_in(OWNER)) as hand:
        the_leads_evening(hand, copy, "Lead")
