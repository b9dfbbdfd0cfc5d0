"""Letters in the hands of several workers: each is in one, and comes back from one that died."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import begin_write
from convene.mail import sending
from convene.mail.models import OutgoingMail
from convene.mail.transport import Memory, Smtp
from tests.crowd import at_once, faults
from tests.mail.posting import NOW, committed, post, row, send_due
from tests.parts.mailserver import MailServer


def test_two_workers_never_hold_one_row(app: Flask) -> None:
    with app.app_context():
        begin_write()
        ids = committed(*(post() for _ in range(60)))

    def take(which: int) -> list[int]:
        taken: list[int] = []
        while rows := sending.claim(f"worker {which}", NOW, limit=7):
            taken += [one.id for one in rows]
        return taken

    results = at_once(app, 4, take)
    assert faults(results) == []
    assert sorted(number for taken in results for number in taken) == ids


def test_a_dead_workers_row_comes_back_when_its_lease_is_over_and_its_late_mark_changes_nothing(
    app: Flask, session: scoped_session[Session]
) -> None:
    ids = committed(post())
    lease = timedelta(seconds=app.config["OUTBOX_LEASE_SECONDS"])
    (dead,) = sending.claim("dead", NOW)
    assert sending.claim("alive", NOW + lease - timedelta(seconds=1)) == []
    (taken,) = sending.claim("alive", NOW + lease)
    assert taken.id == ids[0]
    sending.mark(dead, "dead", state="failed")
    assert (row(ids[0]).state, row(ids[0]).lease_owner, row(ids[0]).tries) == ("sending", "alive", 2)


def test_a_fault_amid_a_batch_gives_the_letters_behind_it_back_at_once(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailserver.answer("450 4.7.1 Too many messages", to="b@busy.example", times=1)
    ids = committed(*(post(to_address=f"{name}@{name}usy.example") for name in "abcd"))

    def broken(*_: object) -> datetime:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(sending.pace, "rest", broken)
    with pytest.raises(RuntimeError):
        sending.send_due(line, "a worker", lambda: NOW)
    states = [(row(one).state, row(one).tries, row(one).lease_owner) for one in ids]
    assert states[0][0] == "sent"
    assert states[2:] == [("retry", 0, None)] * 2, "no letter waits for the lease that is not its own fault"
    monkeypatch.undo()
    assert send_due(line, NOW) == 2


def test_only_the_worker_whose_lease_holds_says_that_a_letter_has_left(
    app: Flask, session: scoped_session[Session]
) -> None:
    committed(post())
    lease = timedelta(seconds=app.config["OUTBOX_LEASE_SECONDS"])
    remembered: list[OutgoingMail] = []

    class Asleep(Memory):
        """The machine sleeps in the middle of a letter, and another worker takes it over."""

        def send(self, *letter: Any) -> str:
            assert sending.claim("another", NOW + lease)
            return super().send(*letter)

    sending.send_due(Asleep(), "a worker", lambda: NOW, remember=remembered.append)
    assert remembered == [], "what it does not find in the database later would look like a restored backup"
