"""Who came and who left since the groups were dealt: said when a new deal would mend it, and not before."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.events.models import Event
from convene.groups.turnout import Turnout, losing, turnout
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_organisation
from tests.journey import evening

NAMES = [f"Guest {number}" for number in range(8)]


@pytest.fixture
def here(session: scoped_session[Session]) -> list[Signup]:
    """Eight people at an evening that has begun, all marked here and all with a seat."""
    return evening.begin(an_organisation(), NAMES, clock.now(), round_count=2)[1]


def comes(event: Event, name: str, state: str = "attended") -> Signup:
    signup = a_signup(event, a_person(event.organisation, name=name))
    if state != "unknown":
        mark(signup, state, "person:1", clock.now())
    return signup


def test_nobody_has_come_or_left_while_all_who_are_here_have_seats(here: list[Signup]) -> None:
    found = turnout(here[0].event, clock.now())
    assert found == Turnout() and not found


def test_who_comes_late_has_no_seat_until_the_next_deal_is_told(here: list[Signup]) -> None:
    event = here[0].event
    comes(event, "Zora Late")
    comes(event, "Abe Late", "part")
    comes(event, "Not Marked", "unknown")
    assert turnout(event, clock.now()) == Turnout(come=("Abe Late", "Zora Late"))
    evening.publish(event, clock.now())
    assert not turnout(event, clock.now())


@pytest.mark.one_database
def test_a_draft_with_a_seat_for_them_is_enough_as_it_only_waits_to_be_published(here: list[Signup]) -> None:
    event = here[0].event
    comes(event, "Zora Late")
    evening.draw(event, clock.now())
    assert not turnout(event, clock.now())
    comes(event, "Later Still")
    assert turnout(event, clock.now()).come == ("Later Still",)


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["no_show", "excused", "unknown"])
def test_who_has_a_seat_and_is_not_marked_here_is_missed_once_the_event_has_begun(
    here: list[Signup], state: str
) -> None:
    mark(here[2], state, "person:1", clock.now())
    assert turnout(here[0].event, clock.now()) == Turnout(gone=("Guest 2",))


@pytest.mark.one_database
def test_before_the_event_begins_who_is_not_marked_yet_is_expected_and_not_missed(here: list[Signup]) -> None:
    event = here[0].event
    event.starts_at = clock.now() + timedelta(minutes=20)
    mark(here[2], "unknown", "person:1", clock.now())
    assert not turnout(event, clock.now())
    mark(here[3], "excused", "person:1", clock.now())
    here[4].state = "cancelled"
    mark(here[4], "unknown", "person:1", clock.now())
    assert turnout(event, clock.now()).gone == ("Guest 3", "Guest 4")


@pytest.mark.one_database
def test_nothing_is_said_before_anybody_is_marked(here: list[Signup]) -> None:
    for signup in here:
        mark(signup, "unknown", "person:1", clock.now())
    assert not turnout(here[0].event, clock.now())


@pytest.mark.one_database
def test_a_round_that_is_on_is_not_dealt_again_so_nothing_is_said_of_its_seats(here: list[Signup]) -> None:
    event = here[0].event
    evening.start(event, clock.now())
    comes(event, "Zora Late")
    assert turnout(event, clock.now()).come == ("Zora Late",), "round 2 is still open"
    evening.start(event, clock.now())
    assert not turnout(event, clock.now()), "no deal could help"


def test_who_was_told_a_group_and_would_lose_it_is_named(here: list[Signup]) -> None:
    event = here[0].event
    assert losing(event) == ()
    mark(here[2], "unknown", "person:1", clock.now())
    mark(here[3], "excused", "person:1", clock.now())
    assert losing(event) == ("Guest 2",), "who said that they do not come loses nothing"
    evening.draw(event, clock.now())
    assert losing(event) == ("Guest 2",), "and none in the drafts"
    event.starts_at = clock.now()
    evening.draw(event, clock.now())
    assert losing(event) == (), "while people arrive, they are dealt"
