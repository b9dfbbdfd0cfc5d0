"""What was posted and has not left: looked at once more, dropped, mended or held for the morning."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import clock, mailing
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail import sending
from convene.mail.models import OutgoingMail
from convene.mail.transport import Memory
from convene.nudges import stopping
from convene.nudges.actions import post_due
from convene.nudges.models import Answer, Nudge
from convene.people.models import Person
from convene.signups.actions import cancel
from convene.signups.upheaval import call_off, change, tell_change
from tests.factories import a_person, a_signup, an_event, an_organisation
from tests.nudges.sweeping import DAY_AFTER, EVE, LONG_BEFORE, NOON, again, an_event_at_noon, letters, nudges

MINUTE = timedelta(minutes=1)


SWEEP = EVE + 12 * MINUTE


def test_a_nudge_delayed_by_the_mail_server_waits_for_the_morning(session: scoped_session[Session]) -> None:
    # Due at 19:00 in London, the day before.
    event = an_event(starts_at=NOON + timedelta(hours=7), now=LONG_BEFORE)
    a_signup(event, now=LONG_BEFORE)
    evening = NOON - timedelta(hours=16, minutes=30)
    night, morning = datetime(2026, 5, 12, 1, tzinfo=UTC), datetime(2026, 5, 12, 7, 30, tzinfo=UTC)
    assert post_due(event.id, "reminder", evening) == 1
    session.commit()
    Memory.sent.clear()
    sending.send_due(Memory(), "one", lambda: night)
    assert Memory.sent == []
    sending.send_due(Memory(), "one", lambda: morning)
    assert len(Memory.sent) == 1


def test_every_nudge_says_why_it_came_and_how_to_stop_it(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    again()
    db.session.execute(Nudge.__table__.update().values(decided_at=LONG_BEFORE))
    post_due(event.id, "thank_you", DAY_AFTER)
    for letter in letters():
        assert letter.unsubscribe_url and letter.list_id
        assert letter.unsubscribe_url in letter.text
        assert "You get this because you" in letter.text


def test_a_nudge_that_waits_behind_a_mail_server_away_is_stopped_by_unsubscribing(
    session: scoped_session[Session],
) -> None:
    event = an_event_at_noon()
    signup = a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    (letter,) = letters()
    letter.state, letter.tries = "retry", 1
    stopping.stop(signup.person, "reminder")
    assert [one.state for one in letters()] == ["dropped"]


def test_sent_late_is_dropped_and_not_sent(app: Flask, session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    session.commit()
    transport = Memory()
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        sending.send_due(transport, "a test", clock.now)
    assert [letter.state for letter in letters()] == ["dropped"]


def test_what_fell_away_while_it_waited_is_taken_back_at_the_last_moment_with_its_reason(
    session: scoped_session[Session],
) -> None:
    event = an_event_at_noon()
    said, stays = a_signup(event, now=LONG_BEFORE), a_signup(event, now=LONG_BEFORE)
    assert post_due(event.id, "thank_you", DAY_AFTER) == 2
    key = f"helped:{event.id}:{said.person_id}"
    facts = {"event_id": event.id, "person_id": said.person_id, "question": "helped", "value": "good"}
    session.add(Answer(key=key, answered_at=DAY_AFTER, **facts))
    session.commit()
    Memory.sent.clear()
    sending.send_due(Memory(), "one", lambda: DAY_AFTER + MINUTE, look_again=mailing.look_again)
    left = {mail.person_id: (mail.state, mail.last_answer) for mail in letters()}
    assert left[said.person_id] == ("dropped", "not sent: they have answered")
    assert left[stays.person_id][0] == "sent" and len(Memory.sent) == 1
    assert [(rule, state) for rule, state, _ in nudges()] == [("thank_you", "stopped"), ("thank_you", "sent")]


def reminded_of(event: Event) -> list[OutgoingMail]:
    """The reminders that wait, after a sweep."""
    db.session.commit()
    start_write()
    post_due(event.id, "reminder", SWEEP)
    return [mail for mail in letters() if mail.letter == "reminder" and mail.state in ("queued", "retry")]


@pytest.mark.parametrize("tries", [0, 1])
@pytest.mark.parametrize(
    "facts",
    [
        {"venue": "The New Library"},
        {"starts_at": NOON + timedelta(hours=1), "ends_at": NOON + timedelta(hours=3)},
        {"zone": "Europe/Paris"},
        {"format": "online", "online_url": "https://video.example.org/hall"},
        {"title": "Another name"},
    ],
)
def test_a_reminder_leaves_with_what_is_so_or_not_at_all(
    session: scoped_session[Session], facts: dict[str, Any], tries: int
) -> None:
    event = an_event_at_noon(venue="The Old Hall")
    a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    old = letters()[0]
    old.state, old.tries = ("retry", 1) if tries else ("queued", 0)
    change(event.id, facts, EVE + MINUTE)
    db.session.refresh(old)
    assert old.state == "dropped", "greylisted or not yet tried"
    if event.tell_at:
        assert reminded_of(event) == [], "first they are told of the change"
        tell_change(event.id, EVE + 11 * MINUTE)
    (new,) = reminded_of(event)
    assert new.subject != old.subject or new.text != old.text
    assert len(reminded_of(event)) == 1, "once"
    assert [(rule, state) for rule, state, _ in nudges()] == [("reminder", "sent")]


def test_a_start_that_was_put_back_is_reminded_of_all_the_same(session: scoped_session[Session]) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    later = {"starts_at": NOON + timedelta(hours=1), "ends_at": NOON + timedelta(hours=3)}
    back = {"starts_at": event.starts_at, "ends_at": event.ends_at}
    change(event.id, later, EVE + MINUTE)
    change(event.id, back, EVE + 3 * MINUTE)
    assert tell_change(event.id, EVE + 11 * MINUTE) == 0
    assert len(reminded_of(event)) == 1


def test_one_that_has_left_is_not_sent_again_for_a_change_within_the_day(
    session: scoped_session[Session],
) -> None:
    event = an_event_at_noon()
    a_signup(event, now=LONG_BEFORE)
    post_due(event.id, "reminder", EVE)
    letters()[0].state = "sent"
    change(event.id, {"venue": "The New Library"}, EVE + MINUTE)
    tell_change(event.id, EVE + 11 * MINUTE)
    assert reminded_of(event) == []


@pytest.mark.parametrize("gone", ["first", "second"])
@pytest.mark.parametrize("how", ["called off", "given back"])
def test_a_reminder_of_two_events_tells_of_the_one_that_is_left(
    session: scoped_session[Session], gone: str, how: str
) -> None:
    host = an_organisation()
    person = a_person(host)
    events = {
        "first": an_event(host, starts_at=NOON, now=LONG_BEFORE, title="First"),
        "second": an_event(host, starts_at=NOON + 30 * MINUTE, now=LONG_BEFORE, title="Second"),
    }
    places = {name: a_signup(event, person, now=LONG_BEFORE) for name, event in events.items()}
    post_due(events["first"].id, "reminder", EVE)
    (both,) = letters()
    assert "First" in both.text and "Second" in both.text
    if how == "called off":
        call_off(events[gone].id, "", EVE + MINUTE)
    else:
        cancel(places[gone].id, EVE + MINUTE)
    db.session.refresh(both)
    assert both.state == "dropped"
    reminded_of(events["first"])
    (new,) = reminded_of(events["second"])
    assert (gone.title() in new.text, len(new.text) > 0) == (False, True)


class Unsubscribing(threading.Thread):
    """Somebody stops reminders, in a transaction of their own, while another is open."""

    def __init__(self, app: Flask, person_id: int) -> None:
        super().__init__()
        self.app, self.person_id = app, person_id

    def run(self) -> None:
        with self.app.app_context():
            start_write()
            stopping.stop(db.session.get_one(Person, self.person_id), "reminder")
            db.session.commit()
            db.session.remove()


def test_who_stops_reminders_while_a_batch_is_written_gets_none(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        start_write()
        event = an_event_at_noon()
        person_id = a_signup(event, now=LONG_BEFORE).person_id
        again()
        post_due(event.id, "reminder", EVE)
        stopping_it = Unsubscribing(postgres_app, person_id)
        stopping_it.start()
        stopping_it.join(0.5)
        assert stopping_it.is_alive(), "it waits for the batch, and finds the letter"
        db.session.commit()
        stopping_it.join()
        assert [mail.state for mail in letters()] == ["dropped"]
