"""Nudges go out once each, with a reason written down, whoever sweeps and however often; and stop when they should."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import links, worker
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.nudges.actions import due, post_due
from convene.nudges.models import Nudge
from convene.people.actions import mute
from convene.signups.actions import cancel
from convene.signups.attendance import mark
from convene.signups.models import Signup
from convene.signups.upheaval import call_off
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.nudges.sweeping import DAY_AFTER, EVE, LONG_BEFORE, NOON, again, an_event_at_noon, letters, nudges


def test_a_sweep_posts_each_once_and_a_second_sweep_nothing(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    for _ in range(3):
        a_signup(event, now=LONG_BEFORE)
    assert post_due(event.id, "reminder", EVE) == 3
    for later in (timedelta(), timedelta(minutes=1), timedelta(hours=5)):
        again()
        assert post_due(event.id, "reminder", EVE + later) == 0
    assert [letter.letter for letter in letters()] == ["reminder"] * 3
    assert nudges() == [("reminder", "sent", "they have a place at this event")] * 3
    assert {letter.expires_at for letter in letters()} == {NOON}, "after the start it would help nobody"


def test_an_event_moved_to_another_day_is_reminded_of_again_and_one_moved_by_an_hour_is_not(
    session: scoped_session[Session],
) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    assert post_due(event.id, "reminder", EVE) == 1
    for moved, posted in ((timedelta(hours=1), 0), (timedelta(days=7), 1)):
        again()
        session.get_one(Event, event.id).starts_at = NOON + moved
        session.get_one(Event, event.id).ends_at = NOON + moved + timedelta(hours=2)
        session.flush()
        assert post_due(event.id, "reminder", EVE + moved) == posted
    assert [letter.letter for letter in letters()] == ["reminder"] * 2


def test_two_workers_at_once_post_each_once(app: Flask, session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    for _ in range(5):
        a_signup(event, now=LONG_BEFORE)
    event_id = event.id
    session.commit()
    together = threading.Barrier(2)
    posted, faults = [], []

    def sweep() -> None:
        with app.app_context():
            together.wait()
            try:
                start_write()
                posted.append(post_due(event_id, "reminder", EVE))
                db.session.commit()
            except Exception as fault:
                faults.append(fault)

    workers = [threading.Thread(target=sweep) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert faults == []
    assert sorted(posted) == [0, 5]
    assert len(letters()) == 5


def test_the_workers_job_finds_them_by_itself(app: Flask, session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    session.commit()
    for moment, letters_so_far in (
        (EVE - timedelta(hours=2), 0),
        (EVE, 1),
        (EVE, 1),
        (DAY_AFTER, 2),
        (DAY_AFTER, 2),
    ):
        with app.app_context():
            worker.post_nudges(app, partial(datetime.fromisoformat, moment.isoformat()))
        assert len(letters()) == letters_so_far, moment
        session.rollback()


@pytest.mark.one_database
def test_a_thank_you_comes_the_day_after_in_words_that_fit(session: scoped_session[Session]) -> None:
    event = an_event_at_noon(title="A street that talks")
    words = {
        "attended": "Thank you for coming", "part": "for the part you could be there", "no_show": "We missed you",
        "excused": "Thank you for telling us", "unknown": "If you came",
    }  # fmt: skip
    for state in words:
        mark(a_signup(event, now=LONG_BEFORE), state, "person:1", NOON)
    assert post_due(event.id, "thank_you", NOON + timedelta(hours=19, minutes=29)) == 0, "not yet"
    again()
    assert post_due(event.id, "thank_you", DAY_AFTER) == 5
    for letter, said in zip(letters(), words.values(), strict=True):
        assert said in letter.text and said in letter.html
        assert "/answer/" in letter.text


def test_a_thank_you_asks_about_contact_only_where_somebody_was_met_who_can_be_reached(
    session: scoped_session[Session],
) -> None:
    event = an_event_at_noon()
    ada, bo, cy, di, wim = (a_signup(event, now=LONG_BEFORE) for _ in range(5))
    nameless = a_person(event.organisation, address=None)
    tables = [(ada, bo), (cy, a_signup(event, nameless, now=LONG_BEFORE)), (di,)]
    for number, state in ((1, "published"), (2, "draft")):
        round_ = Round(event_id=event.id, number=number, state=state, created_at=NOON)
        session.add(round_)
        session.flush()
        for label, table in enumerate(tables if state == "published" else [(di, wim)], 1):
            group = Group(round_id=round_.id, number=label, label=f"Table {label}")
            session.add(group)
            session.flush()
            for place, one in enumerate(table):
                row = {
                    "round_id": round_.id,
                    "group_id": group.id,
                    "person_id": one.person_id,
                    "position": place,
                }
                session.add(Seat(**row))
    session.flush()
    assert post_due(event.id, "thank_you", DAY_AFTER) == 5
    asked = {letter.person_id for letter in letters() if "Two questions" in letter.text}
    assert asked == {ada.person_id, bo.person_id}


def test_nothing_goes_out_at_night_and_it_is_not_forgotten(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, a_person(event.organisation, zone="Asia/Tokyo"), now=LONG_BEFORE)
    a_signup(event, now=LONG_BEFORE)
    assert post_due(event.id, "reminder", EVE) == 1, "noon in London is evening in Tokyo"
    again()
    assert post_due(event.id, "reminder", datetime(2026, 5, 11, 23, 45, tzinfo=UTC)) == 1, (
        "a quarter to nine there"
    )


def test_a_night_in_which_the_clocks_change_is_a_night(session: scoped_session[Session]) -> None:
    """London, 28 to 29 March 2026: eight in the morning is 7:00 UTC by then."""
    event = an_event(starts_at=datetime(2026, 3, 30, 2, 0, tzinfo=UTC), now=LONG_BEFORE - timedelta(days=60))
    a_signup(event, now=LONG_BEFORE - timedelta(days=60))
    for moment, posted in (((29, 2, 30), 0), ((29, 6, 59), 0), ((29, 7, 31), 1)):
        again()
        day, hour, minute = moment
        assert post_due(event.id, "reminder", datetime(2026, 3, day, hour, minute, tzinfo=UTC)) == posted, (
            moment
        )


@pytest.mark.one_database
@pytest.mark.parametrize("rule", ["reminder", "thank_you"])
def test_who_stopped_a_kind_gets_none_and_the_reason_is_kept(
    session: scoped_session[Session], rule: str
) -> None:
    event = an_event_at_noon()
    signup = a_signup(event, now=LONG_BEFORE)
    mute(signup.person, rule)
    assert post_due(event.id, rule, EVE if rule == "reminder" else DAY_AFTER) == 0
    assert nudges() == [(rule, "stopped", "they stopped this kind of message")]
    assert letters() == []


@pytest.mark.one_database
@pytest.mark.parametrize("state", ["started", "waitlisted", "offered", "lapsed", "cancelled"])
def test_who_has_no_place_gets_none(session: scoped_session[Session], state: str) -> None:
    event = an_event_at_noon()
    a_signup(event, state=state, now=LONG_BEFORE)
    assert post_due(event.id, "reminder", EVE) == 0
    assert post_due(event.id, "thank_you", DAY_AFTER) == 0
    assert letters() == []


@pytest.mark.one_database
def test_people_known_by_name_alone_are_passed_over(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, a_person(event.organisation, address=None), now=LONG_BEFORE)
    assert post_due(event.id, "reminder", EVE) == 0
    assert nudges() == []


def test_a_place_given_back_before_the_reminder_left_stops_it(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    signup = a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    cancel(signup.id, EVE + timedelta(seconds=1))
    assert {letter.letter: letter.state for letter in letters()} == {
        "reminder": "dropped",
        "cancelled": "queued",
    }


def test_an_event_called_off_stops_what_waits_and_what_would_come(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    call_off(event.id, "", EVE + timedelta(seconds=1))
    assert {letter.letter: letter.state for letter in letters()} == {
        "reminder": "dropped",
        "called_off": "queued",
    }
    assert post_due(event.id, "thank_you", DAY_AFTER) == 0
    assert due(EVE) == due(DAY_AFTER) == []


@pytest.mark.one_database
def test_drafts_are_no_occasion(session: scoped_session[Session]) -> None:
    event = an_event_at_noon(state="draft")
    a_signup(event, now=LONG_BEFORE)
    assert due(EVE) == []
    assert post_due(event.id, "reminder", EVE) == 0


def test_a_worker_that_was_away_too_long_lets_it_be_and_says_why(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    after = event.ends_at + timedelta(hours=36, minutes=10)
    assert [batch.kinds for batch in due(after)] == [{"thank_you"}]
    assert post_due(event.id, "thank_you", after) == 0
    assert nudges() == [("thank_you", "expired", "its time had passed")]


def test_one_address_gets_one_thank_you_a_day_over_all_hosts_and_the_reason_is_kept(
    session: scoped_session[Session],
) -> None:
    first = an_event_at_noon()
    other = an_event(an_organisation("Another host"), starts_at=NOON, now=LONG_BEFORE)
    for event in (first, other):
        person = a_person(event.organisation, address="ngozi@example.org")
        a_signup(event, person, now=LONG_BEFORE)
    assert post_due(first.id, "thank_you", DAY_AFTER) == 1
    assert post_due(other.id, "thank_you", DAY_AFTER + timedelta(minutes=1)) == 0
    enough = "they have had as many letters as we send in such a time"
    assert nudges()[1] == ("thank_you", "held", enough), "it is looked at again"
    again()
    # The event is moved while its letter is held, and back: it follows, and is not looked at each minute meanwhile.
    moved = timedelta(days=9)
    for by in (moved, -moved):
        other.starts_at, other.ends_at = other.starts_at + by, other.ends_at + by
        now = DAY_AFTER + timedelta(minutes=2)
        assert post_due(other.id, "thank_you", now) == 0
        (row,) = session.scalars(select(Nudge).where(Nudge.event_id == other.id))
        assert (row.state, row.reason) == ("held", enough)
        if by > timedelta():
            assert row.due_at > now + timedelta(days=8) and row.look_at == now + timedelta(days=1)
        again()
    assert post_due(other.id, "thank_you", other.ends_at + timedelta(hours=36, minutes=1)) == 0
    assert nudges()[1] == ("thank_you", "expired", f"its time had passed while it was held: {enough}")


def test_a_reminder_counts_and_is_itself_never_held_back(session: scoped_session[Session]) -> None:
    host = an_organisation()
    person = a_person(host)
    events = [an_event(host, starts_at=NOON + timedelta(hours=hour), now=LONG_BEFORE) for hour in range(3)]
    for event in events:
        a_signup(event, person, now=LONG_BEFORE)
    sent = sum(post_due(event.id, "reminder", EVE + timedelta(hours=2, minutes=5)) for event in events)
    assert sent == 1, "several places on one day are one letter"
    body = letters()[0].text
    assert all(link in body for link in (places_of(event) for event in events))
    assert [reason for _, _, reason in nudges()].count(
        "told in the letter about another event of that day"
    ) == 2
    again()
    assert post_due(events[0].id, "thank_you", DAY_AFTER - timedelta(hours=18)) == 0, "within a day of it"
    again()
    assert post_due(events[0].id, "thank_you", DAY_AFTER) == 1, "two letters in seven days"


def places_of(event: Event) -> str:
    signup = db.session.scalars(select(Signup).where(Signup.event_id == event.id)).one()
    return links.place(signup.id, signup.generation)
