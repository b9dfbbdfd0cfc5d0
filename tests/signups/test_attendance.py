"""What happened at the door is marked and taken back; nobody is absent until the organiser says so."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import begin_write, db
from convene.signups import attendance, queries
from convene.signups.models import Attendance, Signup
from tests.crowd import at_once, faults
from tests.factories import a_signup, an_event

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(starts_in=timedelta(hours=-1), now=NOW)


def states(event: Event) -> dict[str, int]:
    db.session.flush()
    return queries.attendance_of(event.id)


def test_a_mark_is_made_changed_and_taken_back(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    found = []
    for state in ("attended", "part", "unknown", "excused"):
        attendance.mark(signup, state, "person:1", NOW)
        found.append(states(event))
    assert [{state: number for state, number in one.items() if number} for one in found] == [
        {"attended": 1},
        {"part": 1},
        {"unknown": 1},
        {"excused": 1},
    ]
    assert signup.attendance is not None
    assert signup.attendance.marked_by == "person:1"


def test_nobody_is_a_no_show_before_the_organiser_says_the_list_is_whole(event: Event) -> None:
    for state in ("confirmed", "confirmed", "offered", "waitlisted", "cancelled", "started"):
        a_signup(event, state=state, now=NOW)
    assert states(event) == {"unknown": 2}


def test_completing_makes_the_unmarked_with_a_place_no_shows_and_touches_no_mark(event: Event) -> None:
    here, excused, *rest = (a_signup(event, now=NOW) for _ in range(4))
    a_signup(event, state="cancelled", now=NOW)
    attendance.mark(here, "attended", "person:1", NOW)
    attendance.mark(excused, "excused", "person:1", NOW)
    assert attendance.complete(event, "person:2", LATER) == len(rest)
    assert event.attendance_complete_at == LATER
    assert states(event) == {"attended": 1, "excused": 1, "no_show": 2, "unknown": 0}


def test_reopening_makes_the_presumed_absent_unknown_and_keeps_what_somebody_saw(event: Event) -> None:
    here, absent, *rest = (a_signup(event, now=NOW) for _ in range(4))
    attendance.mark(here, "attended", "person:1", NOW)
    attendance.mark(absent, "no_show", "person:1", NOW)
    attendance.complete(event, "person:2", LATER)
    late = a_signup(event, now=NOW)
    attendance.complete(event, "person:2", LATER + timedelta(minutes=5))
    attendance.reopen(event)
    assert event.attendance_complete_at is None
    assert states(event) == {"attended": 1, "no_show": 1, "unknown": len(rest) + len([late])}


def test_here_are_those_marked_here_for_all_or_part_of_it_by_name(event: Event) -> None:
    for name, state in (("zoe", "attended"), ("Adam", "part"), ("Bea", "no_show"), ("Cy", "unknown")):
        signup = a_signup(event, now=NOW)
        signup.person.name = name
        attendance.mark(signup, state, "person:1", NOW)
    assert [one.person.name for one in queries.present(event.id)] == ["Adam", "zoe"]


def test_two_helpers_who_mark_one_person_at_once_make_one_mark(app: Flask) -> None:
    with app.app_context():
        begin_write()
        signup = a_signup(an_event(now=NOW), now=NOW)
        event_id, signup_id = signup.event_id, signup.id
        db.session.commit()

    def press(which: int) -> None:
        begin_write()
        locked(event_id)
        signup = db.session.get_one(Signup, signup_id)
        attendance.mark(signup, ("attended", "part", "unknown")[which % 3], f"person:{which}", NOW)
        db.session.commit()

    assert faults(at_once(app, 9, press)) == []
    with app.app_context():
        assert (db.session.scalar(select(func.count(Attendance.id))) or 0) <= 1
