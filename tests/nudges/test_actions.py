"""Nudges go out once each, with a reason written down, whoever sweeps and however often; and stop when they should."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import clock, links, mailing, worker
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups.models import Group, Round, Seat
from convene.mail import sending
from convene.mail.models import OutgoingMail
from convene.mail.transport import Memory
from convene.nudges import stopping
from convene.nudges.actions import due, post_due
from convene.nudges.models import Answer, Nudge
from convene.people.actions import mute
from convene.people.models import Person
from convene.signups.actions import cancel
from convene.signups.attendance import mark
from convene.signups.models import Signup
from convene.signups.upheaval import call_off, change, tell_change
from tests.factories import a_person, a_signup, an_event, an_organisation

NOON = datetime(2026, 5, 12, 11, 0, tzinfo=UTC)  # in London
EVE = NOON - timedelta(hours=23)
DAY_AFTER = NOON + timedelta(hours=22)  # 18 hours after the end and more, at 10 in the morning
LONG_BEFORE = NOON - timedelta(days=10)
MINUTE = timedelta(minutes=1)
SWEEP = EVE + 12 * MINUTE


def an_event_at_noon(**facts: Any) -> Event:
    return an_event(starts_at=NOON, now=LONG_BEFORE, **facts)


def nudges() -> list[tuple[str, str, str]]:
    db.session.flush()
    rows = db.session.scalars(select(Nudge).order_by(Nudge.id).execution_options(populate_existing=True))
    return [(row.rule, row.state, row.reason) for row in rows]


def letters() -> list[OutgoingMail]:
    db.session.flush()
    rows = select(OutgoingMail).order_by(OutgoingMail.id).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))


def again() -> None:
    """Another sweep, in a transaction of its own."""
    db.session.commit()
    start_write()


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


# What changes before a reminder has left


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
