"""A free place and a line never stay side by side: the worker's sweep offers what nothing else passed on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import worker
from convene.events.models import Event
from convene.extensions import begin_write, db
from convene.signups import line
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.signups.reading import kinds_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def sweep(app: Flask, now: datetime) -> None:
    assert worker.run_job(app, "lapse_offers", worker.lapse_offers, lambda: now)


def states(app: Flask, *ids: int) -> list[str]:
    with app.app_context():
        return [db.session.get_one(Signup, one).state for one in ids]


@pytest.fixture
def line_of_three(app: Flask) -> list[int]:
    """Three wait for an event of three places of which two are free, and nothing lapses now."""
    with app.app_context():
        begin_write()
        event = an_event(capacity=3, now=NOW)
        a_signup(event, now=NOW)
        waiting = [a_signup(event, state="waitlisted", now=NOW).id for _ in range(3)]
        db.session.commit()
        return waiting


def test_a_place_that_is_free_while_people_wait_is_offered_though_no_offer_lapsed(
    app: Flask, line_of_three: list[int]
) -> None:
    for _ in range(2):
        sweep(app, LATER)
    assert states(app, *line_of_three) == ["offered", "offered", "waitlisted"]
    with app.app_context():
        posted = [kinds_of(db.session.get_one(Signup, one)) for one in line_of_three]
    assert posted == [["place_offered"], ["place_offered"], []], "once each, however often it is swept"


def test_a_place_that_came_free_in_a_rehearsal_after_the_event_is_offered_once_the_clock_is_back(
    app: Flask,
) -> None:
    with app.app_context():
        begin_write()
        event = an_event(capacity=1, now=NOW)
        offered = a_signup(event, state="offered", now=NOW).id
        waiting = a_signup(event, state="waitlisted", now=NOW).id
        after = event.ends_at + timedelta(days=1)
        db.session.commit()
    sweep(app, after)
    assert states(app, offered, waiting) == ["lapsed", "waitlisted"], "nobody is offered what is over"
    sweep(app, LATER)
    assert states(app, offered, waiting) == ["lapsed", "offered"]


@pytest.mark.parametrize(
    "facts",
    [{"state": "draft"}, {"state": "called_off"}, {"capacity": 1}, {"starts_in": timedelta(0)}],
    ids=str,
)
def test_nothing_is_looked_at_twice_where_nobody_can_be_offered_a_place(
    session: scoped_session[Session], facts: dict[str, Any]
) -> None:
    event = an_event(**{"capacity": 2, "now": NOW, **facts})
    a_signup(event, now=NOW)
    a_signup(event, state="waitlisted", now=NOW)
    session.flush()
    assert line.events_with_stranded_places(NOW) == []


def test_an_event_with_room_and_nobody_in_line_is_left_alone(session: scoped_session[Session]) -> None:
    event = an_event(capacity=2, now=NOW)
    a_signup(event, state="cancelled", now=NOW)
    session.flush()
    assert line.events_with_stranded_places(NOW) == []


def test_one_who_waits_without_an_address_is_given_the_stranded_place(app: Flask) -> None:
    with app.app_context():
        begin_write()
        event: Event = an_event(capacity=1, now=NOW)
        nameless = a_person(event.organisation, address=None, now=NOW)
        waiting = a_signup(event, nameless, state="waitlisted", now=NOW).id
        db.session.commit()
    sweep(app, LATER)
    assert states(app, waiting) == ["confirmed"]
