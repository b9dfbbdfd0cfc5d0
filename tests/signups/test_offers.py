"""A freed place is offered: accepted, declined, run out, and never by night."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.extensions import db
from convene.signups import actions, line, queries
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.signups.reading import kinds_of, last_of, line_of
from tests.signups.signing_up import HOUR, NOW, keep

pytestmark = pytest.mark.quick


def offered(event: Event) -> tuple[list[Signup], datetime]:
    """Two with a place and two in line; the first gave theirs back, so that the third has an offer, and until when."""
    people = [keep(event, f"p{number}@example.org") for number in range(4)]
    actions.cancel(people[0].id, NOW)
    until = people[2].offered_until
    assert until is not None
    return people, until


def settle(signup: Signup, state: str) -> None:
    """What became of the letter that offers this person a place."""
    last_of(signup, "place_offered", state=None).state = state
    db.session.flush()


def test_a_declined_offer_goes_to_the_next_and_its_letter_is_dropped(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(4)]
    actions.cancel(people[0].id, NOW)
    actions.cancel(people[2].id, NOW + HOUR)
    assert [one.state for one in people[2:]] == ["cancelled", "offered"]
    assert "place_offered" not in kinds_of(people[2])


def test_an_accepted_offer_is_a_place_with_an_invite(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(3)]
    actions.cancel(people[0].id, NOW)
    actions.confirm(people[2].id, NOW + HOUR)
    assert people[2].state == "confirmed"
    assert people[2].offered_until is None
    assert line_of(last_of(people[2], "place_confirmed"), "METHOD") == "REQUEST"
    assert "place_offered" not in kinds_of(people[2]), "the offer had not left and says nothing new"


def test_an_offer_lapses_at_its_end_and_goes_to_the_next(event: Event) -> None:
    people, until = offered(event)
    settle(people[2], "sent")
    assert line.events_with_lapsed_offers(until - timedelta(seconds=1)) == []
    assert line.lapse_offers(event.id, until - timedelta(seconds=1)) == 0
    assert line.events_with_lapsed_offers(until) == [event.id]
    assert line.lapse_offers(event.id, until) == 1
    assert [one.state for one in people[2:]] == ["lapsed", "offered"]
    assert people[3].offered_until is not None
    assert people[3].offered_until > until
    assert line.lapse_offers(event.id, until) == 0


def test_a_lapsed_offer_cannot_be_accepted_even_before_the_sweep_finds_it(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(3)]
    actions.cancel(people[0].id, NOW)
    until = people[2].offered_until
    assert until is not None
    settle(people[2], "sent")
    with pytest.raises(line.NotOffered):
        actions.confirm(people[2].id, until)
    line.lapse_offers(event.id, until)
    actions.confirm(people[2].id, until)
    assert people[2].state == "confirmed", "nobody else waited, so signing up again gives the place"


@pytest.mark.parametrize("state", ["queued", "retry", "sending"])
def test_an_offer_whose_letter_has_not_left_is_held_on_until_it_has(event: Event, state: str) -> None:
    people, until = offered(event)
    settle(people[2], state)
    assert line.lapse_offers(event.id, until) == 0
    assert [one.state for one in people[2:]] == ["offered", "waitlisted"]
    later = people[2].offered_until
    assert later is not None
    assert until < later <= event.starts_at
    assert line.events_with_lapsed_offers(until) == []
    settle(people[2], "sent")
    assert line.lapse_offers(event.id, later) == 1


@pytest.mark.parametrize("state", ["failed", "bounced", "dropped"])
def test_an_offer_whose_letter_can_never_arrive_is_passed_on_at_its_end(event: Event, state: str) -> None:
    people, until = offered(event)
    settle(people[2], state)
    assert line.lapse_offers(event.id, until) == 1
    assert [one.state for one in people[2:]] == ["lapsed", "offered"]


def test_once_the_event_has_begun_an_offer_ends_whether_or_not_its_letter_left(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(3)]
    actions.cancel(people[0].id, NOW)
    assert line.lapse_offers(event.id, event.starts_at) == 1
    assert people[2].state == "lapsed"


def test_the_last_offer_that_lapses_leaves_the_place_free_for_anybody(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(3)]
    actions.cancel(people[0].id, NOW)
    line.lapse_offers(event.id, event.starts_at)
    assert queries.places(event).open_to_new


def test_a_place_freed_at_half_past_ten_at_night_is_still_offered_next_morning(
    session: scoped_session[Session],
) -> None:
    freed = datetime(2026, 5, 11, 21, 30, tzinfo=UTC)  # 22:30 in London
    event = an_event(capacity=1, starts_at=datetime(2026, 5, 12, 17, 0, tzinfo=UTC), now=NOW)
    held, waits = a_signup(event, now=NOW), a_signup(event, state="waitlisted", now=NOW)
    actions.cancel(held.id, freed)
    nine = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
    assert waits.offered_until == nine + HOUR, "two waking hours from 8:00"
    assert line.lapse_offers(event.id, nine) == 0
    assert actions.confirm(waits.id, nine).state == "confirmed"


def test_the_night_is_that_of_the_person_not_of_the_hall(session: scoped_session[Session]) -> None:
    event = an_event(capacity=1, starts_in=timedelta(days=20), now=NOW)
    held = a_signup(event, now=NOW)
    far = a_signup(event, a_person(event.organisation, zone="Asia/Tokyo"), state="waitlisted", now=NOW)
    actions.cancel(held.id, datetime(2026, 5, 4, 19, 0, tzinfo=UTC))  # 20:00 in London, 4:00 in Tokyo
    assert far.offered_until == datetime(2026, 5, 6, 11, 0, tzinfo=UTC), (
        "20:00 in Tokyo, two days of waking on"
    )
