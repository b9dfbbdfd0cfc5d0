"""A letter that does not leave at once: tried again, given up, or held up by nobody."""

from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import worker
from convene.extensions import db, start_write
from convene.health import checks
from convene.health.models import Heartbeat
from convene.mail import sending
from convene.mail.suppression import reason_for
from convene.mail.transport import Smtp
from tests.mail.posting import DAY, MINUTE, NOW, committed, post, row, send_due
from tests.parts.mailserver import MailServer


def tries(line: Smtp, mail_id: int, times: int) -> list[tuple[datetime, str]]:
    """When the letter was tried, and its state after each of so many tries, each as soon as it is due."""
    now, found = NOW, []
    for _ in range(times):
        send_due(line, now)
        mail = row(mail_id)
        found.append((now, mail.state))
        now = max(now, mail.due_at)
    return found


@pytest.mark.parametrize("fault", ["451 4.3.0 Try later", "421 4.3.2 Closing", "452 4.2.2 Full"])
def test_a_passing_fault_is_tried_again_with_growing_waits_and_the_same_bytes(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp, fault: str
) -> None:
    mailserver.answer(fault, to="pat@example.org", times=2)
    mailserver.drop("BODY", to="pat@example.org", times=1)
    invite = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    ids = committed(post(to_address="pat@example.org", invite=invite, invite_method="REQUEST"), post())
    seen = tries(line, ids[0], 4)
    assert [state for _, state in seen] == ["retry", "retry", "retry", "sent"]
    waits = [(then - before) / MINUTE for (before, _), (then, _) in pairwise(seen)]
    assert [least <= wait <= 1.2 * least for wait, least in zip(waits, (1, 5, 15), strict=True)] == [True] * 3
    first, second = mailserver.to("pat@example.org")
    assert first.raw == second.raw, "the lost answer left a copy, equal to the byte, with one Message-ID"
    assert row(ids[1]).state == "sent", "nobody else waited"


def test_after_three_days_a_letter_is_given_up(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("451 4.3.0 Try later")
    ids = committed(post())
    seen = tries(line, ids[0], 20)
    gave_up = next(when for when, state in seen if state == "failed")
    assert 2 * DAY < gave_up - NOW <= 3 * DAY
    assert "451" in (row(ids[0]).last_answer or "")
    assert 10 <= row(ids[0]).tries <= 15


def test_a_letter_is_given_up_sooner_where_it_is_of_no_use_later(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("451 4.3.0 Try later")
    ids = committed(post(expires_at=NOW + timedelta(hours=1)))
    assert [state for _, state in tries(line, ids[0], 4)] == ["retry", "retry", "retry", "failed"]


def test_an_address_that_is_not_there_fails_at_once_is_never_written_to_again_and_holds_nobody_up(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("550 5.1.1 No such mailbox", to="gone@example.org")
    ids = committed(*(post(to_address=f"{name}@example.org") for name in ("a", "gone", "b")))
    send_due(line)
    assert [row(one).state for one in ids] == ["sent", "failed", "sent"]
    assert "No such mailbox" in (row(ids[1]).last_answer or "")
    start_write()
    assert reason_for("GONE@example.org") == "bounced"
    assert post(to_address="Gone@example.org").state == "dropped"


@pytest.mark.parametrize("reply", ["550 5.7.1 Looks like spam", "550 5.7.1 See rule 5.1.1"])
def test_a_policy_refusal_does_not_blame_the_address(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp, reply: str
) -> None:
    mailserver.answer(reply, to="pat@example.org")
    committed(post(to_address="pat@example.org"))
    send_due(line)
    assert reason_for("pat@example.org") is None


def test_a_server_that_will_not_have_us_stops_the_queue_and_fails_nothing(
    session: scoped_session[Session],
) -> None:
    with MailServer(accounts={"us": "right"}) as server:
        ids = committed(*(post() for _ in range(5)))
        with closing(Smtp(f"smtp://us:wrong@127.0.0.1:{server.port}")) as line:
            assert send_due(line) == 1
        assert [row(one).state for one in ids] == ["retry"] * 5
        assert {row(one).tries for one in ids} == {0}
        assert "535" in (row(ids[0]).last_answer or "")
        with closing(Smtp(f"smtp://us:right@127.0.0.1:{server.port}")) as line:
            send_due(line, NOW + MINUTE)
        assert [row(one).state for one in ids] == ["sent"] * 5


def test_a_slow_server_never_lets_a_lease_run_out_in_hand(
    app: Flask, session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    ids = committed(*(post() for _ in range(10)))
    lease = timedelta(seconds=app.config["OUTBOX_LEASE_SECONDS"])
    now = [NOW]

    class Slow(Smtp):
        def send(self, sender: str, recipient: str, message_id: str, content: bytes) -> str:
            now[0] += lease / 6
            return super().send(sender, recipient, message_id, content)

    session.rollback()
    with closing(Slow(mailserver.url)) as slow:
        tried = sending.send_due(slow, "a worker", lambda: now[0])
    assert tried == 3, "it makes way when half the lease is over, so that other jobs are not kept waiting"
    assert [row(one).state for one in ids].count("sent") == tried
    assert [row(one).lease_owner for one in ids] == [None] * 10, "the rest is given back at once"
    send_due(line)
    assert [row(one).state for one in ids] == ["sent"] * 10
    assert len(mailserver.messages) == 10


def test_one_row_that_cannot_be_built_does_not_hold_up_the_others(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    broken, good = post(), post()
    broken.to_address = "not an address at all"
    ids = committed(broken, good)
    send_due(line)
    assert [row(one).state for one in ids] == ["retry", "sent"]
    assert "not sent" in (row(ids[0]).last_answer or "")


def test_the_worker_outlives_a_job_that_raises_and_a_database_that_is_gone(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> None:
        raise RuntimeError("a secret in here: pat@example.org")

    assert worker.run_job(app, "explode", explode, lambda: NOW) is False
    with app.app_context():
        assert db.session.get_one(Heartbeat, "explode").error == "RuntimeError"
        assert db.session.get_one(Heartbeat, "worker").beat_at == NOW
        assert checks.ready(NOW) == {"database": True, "migrations": True, "worker": True}
    with monkeypatch.context() as broken:
        broken.setattr(worker, "begin_write", explode)
        assert worker.run_job(app, "tidy", worker.tidy, lambda: NOW) is False
    assert worker.run_job(app, "tidy", worker.tidy, lambda: NOW) is True
