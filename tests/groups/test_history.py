"""Who has met whom before costs something: less with every event since, and nothing across organisations."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.extensions import db
from convene.groups.deal import price_of_meeting
from convene.groups.history import meetings
from convene.people.models import Organisation, Person
from tests.factories import a_person, an_event, an_organisation, sat


def past(host: Organisation, days: int) -> Event:
    return an_event(host, starts_in=-timedelta(days=days))


@pytest.fixture
def host(session: scoped_session[Session]) -> Organisation:
    return an_organisation()


def ids(*people: Person) -> list[int]:
    return [person.id for person in people]


def test_the_latest_meeting_is_dearest_and_meetings_add_up(host: Organisation) -> None:
    ann, bob, cem = (a_person(host) for _ in range(3))
    sat(past(host, 30), [ann, bob, cem])
    sat(past(host, 10), [ann, bob], [cem])
    now = an_event(host)
    old, new = price_of_meeting(1), price_of_meeting(0)
    assert new > old > 0
    assert meetings(now, ids(ann, bob, cem)) == [
        (ann.id, bob.id, pytest.approx(new + old)),
        (ann.id, cem.id, old),
        (bob.id, cem.id, old),
    ]


def test_rounds_that_nobody_was_told_of_do_not_count(host: Organisation) -> None:
    ann, bob = a_person(host), a_person(host)
    event = past(host, 10)
    sat(event, [ann, bob], state="draft")
    assert meetings(an_event(host), ids(ann, bob)) == []
    sat(event, [ann, bob], number=2, state="held")
    assert len(meetings(an_event(host), ids(ann, bob))) == 1


def test_the_event_itself_and_later_ones_do_not_count(host: Organisation) -> None:
    ann, bob = a_person(host), a_person(host)
    event, later = an_event(host), an_event(host, starts_in=timedelta(days=20))
    sat(event, [ann, bob])
    sat(later, [ann, bob])
    assert meetings(event, ids(ann, bob)) == []
    assert len(meetings(later, ids(ann, bob))) == 1


def test_what_was_published_for_a_session_still_to_come_counts_and_a_draft_does_not(
    host: Organisation,
) -> None:
    ann, bob, cem = (a_person(host) for _ in range(3))
    sooner, later = an_event(host), an_event(host, starts_in=timedelta(days=20))
    sat(sooner, [ann, bob])
    sat(sooner, [ann, cem], state="draft")
    assert meetings(later, ids(ann, bob, cem)) == [(ann.id, bob.id, price_of_meeting(0))]


def test_groups_of_an_event_that_was_called_off_never_met_unless_a_round_was_held(host: Organisation) -> None:
    ann, bob, cem = (a_person(host) for _ in range(3))
    event = past(host, 10)
    sat(event, [ann, bob])
    sat(event, [ann, cem], number=2, state="held")
    event.state = "called_off"
    db.session.flush()
    assert [pair[:2] for pair in meetings(an_event(host), ids(ann, bob, cem))] == [(ann.id, cem.id)]


def test_events_can_be_left_out(host: Organisation) -> None:
    ann, bob = a_person(host), a_person(host)
    event, another = past(host, 10), past(host, 20)
    sat(event, [ann, bob])
    sat(another, [ann, bob])
    found = meetings(an_event(host), ids(ann, bob), leaving_out={event.id})
    assert found == [(ann.id, bob.id, price_of_meeting(0))]


def test_what_happened_at_another_host_stays_there(host: Organisation) -> None:
    ann, bob = a_person(host), a_person(host)
    sat(past(an_organisation(), 10), [ann, bob])
    assert meetings(an_event(host), ids(ann, bob)) == []


def test_only_those_asked_about_are_named(host: Organisation) -> None:
    ann, bob, cem = (a_person(host) for _ in range(3))
    sat(past(host, 10), [ann, bob, cem])
    assert [pair[:2] for pair in meetings(an_event(host), ids(ann, cem))] == [(ann.id, cem.id)]
    assert meetings(an_event(host), []) == []
