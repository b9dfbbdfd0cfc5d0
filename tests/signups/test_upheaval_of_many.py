"""Where more are to be told than one transaction should write to, each gets one letter, whatever dies in between."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from convene import clock, worker
from convene.events.models import Event
from convene.extensions import begin_write, db, start_write
from convene.mail.models import OutgoingMail
from convene.signups import actions, letters, line, upheaval
from convene.signups.models import Signup, Untold
from convene.signups.posting import post
from tests.factories import a_signup, an_event
from tests.parts.mailserver import MailServer
from tests.parts.processes import Processes
from tests.signups.reading import kinds_of, last_of, line_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STATES = ("confirmed", "offered", "waitlisted")


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upheaval, "AT_ONCE", 3)


@pytest.fixture
def crowd(app: Flask, few_at_once: None) -> Iterator[tuple[int, list[int]]]:
    """An event and the signups of eight who hold a place or wait for one."""
    with app.app_context():
        begin_write()
        event = an_event(capacity=20, online_url="https://video.example.org/hall", now=NOW)
        people = [a_signup(event, state=STATES[number % 3], now=NOW) for number in range(8)]
        ids = event.id, [one.id for one in people]
        a_signup(event, state="started", now=NOW)
        a_signup(event, state="cancelled", now=NOW)
        db.session.commit()
        yield ids
        db.session.rollback()


def call_off(event_id: int) -> int:
    start_write()
    told = upheaval.call_off(event_id, "The hall is flooded.", NOW)
    db.session.commit()
    return told


def work(app: Flask) -> bool:
    db.session.rollback()
    return worker.run_job(app, "tell_the_untold", worker.tell_the_untold, lambda: SOON)


def told(kind: str) -> Counter[int | None]:
    """How many letters of this kind there are for each person, sent or to be sent; read anew."""
    db.session.rollback()
    rows = select(OutgoingMail.person_id).where(OutgoingMail.letter == kind, OutgoingMail.state != "dropped")
    return Counter(db.session.scalars(rows))


def letters_of_kind(kind: str) -> list[OutgoingMail]:
    db.session.flush()
    return list(db.session.scalars(select(OutgoingMail).where(OutgoingMail.letter == kind)))


def untold() -> int:
    return db.session.scalar(select(func.count()).select_from(Untold)) or 0


def test_calling_off_a_crowd_closes_at_once_and_the_worker_tells_each_once(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, people = crowd
    assert call_off(event_id) == 8
    assert db.session.get_one(Event, event_id).state == "called_off"
    assert (told("called_off"), untold()) == (Counter(), 8)
    with pytest.raises(actions.NotOpen):
        actions.confirm(people[0], NOW)
    for _ in range(3):
        assert work(app)
    assert sorted(told("called_off").values()) == [1] * 8
    assert untold() == 0
    signup = db.session.get_one(Signup, people[0])
    letter = last_of(signup, "called_off")
    assert "The hall is flooded." in letter.text
    assert (letter.invite_method, line_of(letter, "SEQUENCE")) == ("CANCEL", "1")
    assert (signup.invite_open, letter.due_at) == (False, SOON)


def test_a_few_are_told_in_the_transaction_that_calls_off(app: Flask, few_at_once: None) -> None:
    with app.app_context():
        begin_write()
        event = an_event(now=NOW)
        people = [a_signup(event, now=NOW) for _ in range(3)]
        assert upheaval.call_off(event.id, "", NOW) == 3
        assert [kinds_of(one) for one in people] == [["called_off"]] * 3
        assert untold() == 0


@pytest.mark.parametrize("how", [KeyboardInterrupt, RuntimeError])
def test_a_worker_that_dies_between_two_batches_or_in_one_loses_nobody_and_tells_nobody_twice(
    app: Flask,
    crowd: tuple[int, list[int]],
    monkeypatch: pytest.MonkeyPatch,
    how: type[BaseException],
) -> None:
    event_id, people = crowd
    call_off(event_id)
    write, fifth = letters.called_off, people[4]

    def dies_at_the_fifth(signup: Signup, *rest: Any) -> Any:
        if signup.id == fifth:
            raise how("in the middle of the second batch")
        return write(signup, *rest)

    with monkeypatch.context() as broken:
        broken.setattr(letters, "called_off", dies_at_the_fifth)
        if how is KeyboardInterrupt:  # as if the process ended there
            with pytest.raises(how):
                work(app)
            left = 5
        else:  # a fault of one batch: the others are told all the same
            assert not work(app)
            left = 3
    assert told("called_off").total() == 8 - left, "of a batch all are told, or none"
    assert untold() == left
    assert work(app)
    assert sorted(told("called_off").values()) == [1] * 8


def test_two_workers_with_the_same_batch_in_hand_tell_it_once(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, _ = crowd
    call_off(event_id)
    seen_by_both = upheaval.batches()
    assert [len(ids) for _, ids in seen_by_both] == [3, 3, 2]
    for _ in range(2):
        for batch in seen_by_both:
            start_write()
            upheaval.tell_batch(*batch, SOON)
            db.session.commit()
    assert sorted(told("called_off").values()) == [1] * 8


def test_an_offer_that_runs_out_before_its_letter_is_written_is_called_off_all_the_same(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, _ = crowd
    call_off(event_id)
    start_write()
    assert line.lapse_offers(event_id, NOW + timedelta(days=7)) > 0
    db.session.commit()
    assert work(app)
    assert sorted(told("called_off").values()) == [1] * 8


def test_what_is_needless_is_dropped_when_the_event_is_called_off_and_not_when_the_worker_comes(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, people = crowd
    start_write()
    signup = db.session.get_one(Signup, people[2])
    post(letters.waitlisted(signup, 1), signup, NOW)
    db.session.commit()
    call_off(event_id)
    assert kinds_of(signup, state="dropped") == ["waitlisted"]


def test_a_crowd_is_told_of_a_move_by_the_worker_each_once_with_a_higher_number(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, people = crowd
    start_write()
    event = db.session.get_one(Event, event_id)
    offered = db.session.get_one(Signup, people[1])
    moved = {"starts_at": NOW + HOUR, "ends_at": NOW + 3 * HOUR}  # so near that nobody is left waiting
    assert upheaval.change(event_id, moved, NOW) == {"starts_at", "ends_at"}
    db.session.commit()
    assert (told("changed"), untold()) == (Counter(), 8)
    assert offered.offered_until == event.starts_at, "an offer ends with the start, at once"
    start_write()
    actions.cancel(people[0], NOW)
    db.session.commit()
    assert work(app) and work(app)
    gone = db.session.get_one(Signup, people[0])
    assert kinds_of(gone) == ["cancelled"], "whoever left meanwhile is told no more"
    assert sorted(told("changed").values()) == [1] * 7
    assert line_of(last_of(db.session.get_one(Signup, people[3]), "changed"), "SEQUENCE") == "1"


def test_two_changes_before_the_worker_comes_are_one_letter_that_tells_both(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, people = crowd
    for facts in ({"venue": "The Old Library"}, {"ends_at": NOW + timedelta(days=7, hours=4)}):
        start_write()
        upheaval.change(event_id, facts, NOW)
        db.session.commit()
    assert work(app)
    assert sorted(told("changed").values()) == [1] * 8
    letter = last_of(db.session.get_one(Signup, people[0]), "changed")
    assert "Where: The Old Library" in letter.text and "When:" in letter.text


def test_an_edit_while_a_crowd_is_told_is_told_to_each_once(app: Flask, crowd: tuple[int, list[int]]) -> None:
    event_id, _ = crowd
    start_write()
    upheaval.change(event_id, {"venue": "The Old Library"}, NOW)
    upheaval.tell_change(event_id, SOON)
    first, second, *_ = upheaval.batches()
    upheaval.tell_batch(*first, SOON)
    for mail in letters_of_kind("changed"):
        mail.state, mail.tries = "sent", 1
    upheaval.change(event_id, {"venue": "The New Hall"}, SOON + MINUTE)
    assert upheaval.batches() == [], "who is still to be told waits for the whole"
    upheaval.tell_batch(*second, SOON + MINUTE)
    assert len(letters_of_kind("changed")) == 3
    upheaval.tell_change(event_id, SOON + 11 * MINUTE)
    for batch in upheaval.batches():
        upheaval.tell_batch(*batch, SOON + 11 * MINUTE)
    new = [mail.person_id for mail in letters_of_kind("changed") if "The New Hall" in mail.text]
    assert len(new) == len(set(new)) == 8
    assert len(letters_of_kind("changed")) == 11


def test_a_reminder_posted_after_the_move_is_not_taken_for_one_of_before(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, people = crowd
    for moment in (NOW, SOON):
        start_write()
        signup = db.session.get_one(Signup, people[0])
        post(replace(letters.place_link(signup), kind="reminder"), signup, moment)
        if moment is NOW:
            upheaval.change(event_id, {"starts_at": NOW + timedelta(days=2)}, NOW)
        db.session.commit()
    assert work(app)
    assert kinds_of(signup, state="dropped") == ["reminder"]
    assert kinds_of(signup) == ["reminder", "changed"]


def test_a_change_that_was_not_told_yet_is_not_told_once_the_event_is_called_off(
    app: Flask, crowd: tuple[int, list[int]]
) -> None:
    event_id, people = crowd
    start_write()
    upheaval.change(event_id, {"venue": "The Old Library"}, NOW)
    actions.cancel(people[0], NOW)
    db.session.commit()
    assert call_off(event_id) == 7
    assert work(app)
    assert told("changed") == Counter()
    assert sorted(told("called_off").values()) == [1] * 7


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    """Ask the database again and again: nothing else tells what another process has committed."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"not true after {seconds:g} s"
        time.sleep(0.01)


def test_workers_killed_in_the_middle_of_a_calling_off_leave_nobody_out_and_write_to_nobody_twice(
    app: Flask, processes: Processes, mailserver: MailServer
) -> None:
    number = 3 * upheaval.AT_ONCE
    with app.app_context():
        begin_write()
        event = an_event(capacity=number)
        for _ in range(number):
            a_signup(event)
        assert upheaval.call_off(event.id, "", clock.now()) == number
        db.session.commit()
        for batch in (1, 2):
            running = processes.worker(CONVENE_MAIL_URL=mailserver.url)
            wait_until(partial(lambda least: told("called_off").total() >= least, batch * upheaval.AT_ONCE))
            running.kill()
        last = processes.worker(CONVENE_MAIL_URL=mailserver.url)
        wait_until(lambda: told("called_off").total() == number)
        mailserver.wait_for(1, seconds=30)
        last.stop()
        assert set(told("called_off").values()) == {1}
        assert untold() == 0
