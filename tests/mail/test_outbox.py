"""A letter is a row of the change it tells of, and leaves at least once, in order, and no longer than it helps."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene import worker
from convene.extensions import begin_write, db, start_write
from convene.health import checks
from convene.health.models import Heartbeat
from convene.mail import log, outbox, sending
from convene.mail.models import MailSwitch, OutgoingMail
from convene.mail.suppression import reason_for, suppress
from convene.mail.transport import Memory, Smtp
from tests.crowd import at_once, faults
from tests.mail.posting import NOW, a_letter, committed, post, row, send_due
from tests.parts.mailserver import MailServer

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PLACE: dict[str, Any] = {"kind": "place_confirmed", "invite": b"BEGIN:VCALENDAR", "invite_method": "REQUEST"}
OVER: dict[str, Any] = {"kind": "cancelled", "invite": b"BEGIN:VCALENDAR", "invite_method": "CANCEL"}


@pytest.fixture
def line(mailserver: MailServer) -> Iterator[Smtp]:
    with closing(Smtp(mailserver.url)) as line:
        yield line


def tries(line: Smtp, mail_id: int, times: int) -> list[tuple[datetime, str]]:
    """When the letter was tried, and its state after each of so many tries, each as soon as it is due."""
    now, found = NOW, []
    for _ in range(times):
        send_due(line, now)
        mail = row(mail_id)
        found.append((now, mail.state))
        now = max(now, mail.due_at)
    return found


# Posting


def test_a_key_posts_once(session: scoped_session[Session]) -> None:
    assert outbox.post(a_letter(subject="first"), "signup:1:confirm:1", NOW) is not None
    assert outbox.post(a_letter(subject="second"), "signup:1:confirm:1", NOW) is None
    assert session.scalars(select(OutgoingMail.subject)).all() == ["first"]


def test_many_are_posted_at_once_each_with_its_own_key_and_its_own_bar(
    session: scoped_session[Session],
) -> None:
    outbox.post(a_letter(subject="there already"), "many:7", NOW)
    suppress("never@example.org", "never", NOW)
    suppress("loud@example.org", "complained", NOW)
    rows = [
        outbox.row_of(a_letter(subject=f"number {one}"), f"many:{one}", NOW, thread="one") for one in range(9)
    ]
    for kind, address in (("reminder", "Never@example.org"), ("your_group", "loud@example.org")):
        rows.append(outbox.row_of(a_letter(kind=kind, to_address=address), f"many:{kind}", NOW))
    rows.append(outbox.row_of(a_letter(), "many:3", NOW))
    assert outbox.post_many(rows) == 10, "all but the two repeats"
    assert outbox.post_many(rows) == outbox.post_many([]) == 0
    found = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    assert [one.subject for one in found if one.thread] == [f"number {one}" for one in range(9) if one != 7]
    states = {one.to_address: (one.state, one.last_answer) for one in found if "@example" in one.to_address}
    assert states.pop("Never@example.org") == ("dropped", "not sent: this address is on the never list")
    assert set(states.values()) == {("queued", None)}, "what tells of a place held goes to who complained"


def test_a_key_posts_once_even_from_ten_places_at_once(app: Flask) -> None:
    def one(_: int) -> int | None:
        begin_write()
        number = outbox.post(a_letter(), "signup:1:confirm:1", NOW)
        db.session.commit()
        return number

    results = at_once(app, 10, one)
    assert faults(results) == []
    assert len([number for number in results if number is not None]) == 1


def test_a_change_undone_leaves_no_letter(session: scoped_session[Session]) -> None:
    post()
    session.rollback()
    assert session.scalar(select(func.count(OutgoingMail.id))) == 0


def test_nothing_leaves_before_the_change_is_committed(app: Flask, mailserver: MailServer) -> None:
    with app.app_context(), closing(Smtp(mailserver.url)) as line:
        begin_write()
        post()
        db.session.rollback()
        assert sending.send_due(line, "a worker", lambda: NOW) == 0
    assert mailserver.messages == []


# Sending


def test_what_is_due_is_sent_and_marked(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    due = post(to_address="pat@example.org")
    later = post(now=NOW + MINUTE)
    ids = committed(due, later)
    assert send_due(line) == 1
    (received,) = mailserver.messages
    assert received.recipients == ("pat@example.org",)
    sent = row(ids[0])
    assert (sent.state, sent.tries, sent.sent_at, sent.lease_owner) == ("sent", 1, NOW, None)
    assert received.message["Message-ID"] == sent.message_id
    assert row(ids[1]).state == "queued"


def test_letters_of_one_thread_leave_in_the_order_posted_even_past_a_fault(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("451 4.3.0 Try later", at="BODY", to="pat@example.org", times=1)
    mine = [post(thread="signup:1", to_address="pat@example.org", subject=f"{number}") for number in range(3)]
    ids = committed(*mine, post(thread="signup:2", to_address="other@example.org"))
    send_due(line)
    assert [one.recipients[0] for one in mailserver.messages] == ["other@example.org"]
    assert [row(one).state for one in ids] == ["retry", "queued", "queued", "sent"]
    send_due(line, NOW + 2 * MINUTE)
    assert [one.message["Subject"] for one in mailserver.to("pat@example.org")] == ["0", "1", "2"]


def test_a_letter_that_failed_for_good_does_not_hold_up_its_thread(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("550 5.7.1 Not this one", times=1)
    ids = committed(*(post(thread="signup:1") for _ in range(2)))
    send_due(line)
    assert [row(one).state for one in ids] == ["failed", "sent"]


def test_a_newer_letter_replaces_what_has_not_left_and_never_what_may_have(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.drop("BODY", to="taken@example.org", times=1)
    may_have = post(**{**PLACE, "kind": "changed"}, thread="signup:1", to_address="taken@example.org")
    send = committed(may_have)
    send_due(line)
    waiting = post(kind="changed", thread="signup:1")
    other_kind = post(kind="reminder", thread="signup:1")
    other_thread = post(kind="changed", thread="signup:2")
    outbox.post(a_letter(kind="cancelled"), "new", NOW, thread="signup:1", replaces=("changed",))
    ids = committed(waiting, other_kind, other_thread)
    assert row(send[0]).state == "retry"
    assert [row(one).state for one in ids] == ["dropped", "queued", "queued"]


def test_a_letter_that_was_never_tried_because_the_server_was_away_can_be_replaced(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("530 5.7.0 Say who you are", at="MAIL", times=1)
    ids = committed(*(post(kind="changed", thread=f"signup:{number}") for number in range(3)))
    send_due(line)
    assert [row(one).tries for one in ids] == [0, 0, 0]
    start_write()
    assert [outbox.drop_unsent(f"signup:{number}", ["changed"], "newer") for number in range(3)] == [1, 1, 1]


def test_a_letter_too_late_to_help_is_dropped_not_sent(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    ids = committed(post(expires_at=NOW + MINUTE))
    send_due(line, NOW + MINUTE)
    assert row(ids[0]).state == "dropped"
    assert "too late" in (row(ids[0]).last_answer or "")
    assert mailserver.messages == []


# What the server answers


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


# Faults of our own


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


# Leases


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


# What organisers may do


def test_a_failed_letter_is_sent_again_with_the_same_bytes(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.drop("BODY", times=1)
    ids = committed(post(to_address="pat@example.org"))
    send_due(line)
    mailserver.answer("550 5.7.1 No", times=1)
    send_due(line, NOW + 2 * MINUTE)
    assert row(ids[0]).state == "failed"
    start_write()
    assert not log.send_again(ids[0], 2, NOW + DAY), "another organisation's letter"
    assert log.send_again(ids[0], 1, NOW + DAY)
    assert outbox.drop_unsent("none", ["reminder"], "") == 0
    session.commit()
    send_due(line, NOW + DAY)
    assert row(ids[0]).state == "sent"
    first, second = mailserver.messages
    assert first.raw == second.raw


@pytest.mark.parametrize(
    ("failed", "newer", "goes"),
    [
        (PLACE, OVER, False),
        (PLACE, {**OVER, "kind": "called_off"}, False),
        (PLACE, {"kind": "declined"}, False),
        (PLACE, {**PLACE, "kind": "changed"}, False),
        (OVER, PLACE, False),
        (OVER, {"kind": "waitlisted"}, True),
        ({"kind": "waitlisted"}, {"kind": "place_offered"}, False),
        ({"kind": "reminder"}, {**PLACE, "kind": "changed"}, False),
        ({"kind": "message"}, {**PLACE, "kind": "changed"}, True),
        ({"kind": "message"}, OVER, False),
        (PLACE, {"kind": "message"}, True),
        (PLACE, {"kind": "reminder"}, True),
    ],
)
def test_no_press_sends_what_a_newer_letter_of_its_thread_made_untrue(
    session: scoped_session[Session], failed: dict[str, Any], newer: dict[str, Any], goes: bool
) -> None:
    mail = post(thread="signup:1", **failed)
    mail.state, mail.tries = "failed", 3
    post(thread="signup:2", **OVER)
    assert log.send_again(mail.id, 1, NOW), "another thread is no matter"
    mail.state = "failed"
    post(thread="signup:1", **newer)
    assert log.send_again(mail.id, 1, NOW) is goes


def test_a_letter_sent_again_may_have_left_before_so_it_is_not_replaced(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.drop("BODY", times=1)
    ids = committed(post(**{**PLACE, "kind": "changed"}, thread="signup:1"))
    send_due(line)
    assert log.send_again(ids[0], 1, NOW)
    assert outbox.drop_unsent("signup:1", ["changed"], "newer") == 0


def test_a_letter_that_no_calendar_follows_is_replaced_even_if_it_was_tried(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    mailserver.answer("451 4.3.0 Greylisted, try later", times=1)
    committed(post(kind="waitlisted", thread="signup:1"))
    send_due(line)
    assert outbox.drop_unsent("signup:1", ["waitlisted"], "newer") == 1


def test_no_press_sends_a_letter_to_somebody_who_asked_never_to_be_mailed(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    suppress("pat@example.org", "never", NOW)
    mail = post(to_address="Pat@example.org")
    assert mail.state == "dropped"
    ids = committed(mail)
    start_write()
    log.send_again(ids[0], 1, NOW)
    session.commit()
    send_due(line)
    assert mailserver.messages == []
    assert row(ids[0]).state == "dropped"
    assert "never" in (row(ids[0]).last_answer or "")


def test_who_says_never_after_a_letter_was_posted_does_not_get_it(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    ids = committed(post(to_address="Pat@example.org"), post())
    start_write()
    suppress("pat@example.org", "never", NOW)
    session.commit()
    send_due(line)
    assert [row(one).state for one in ids] == ["dropped", "sent"]


def test_a_waiting_letter_can_be_dropped_by_its_own_organisation(session: scoped_session[Session]) -> None:
    mail = post()
    assert not log.drop(mail.id, 2)
    assert log.drop(mail.id, 1)
    assert not log.drop(mail.id, 1)
    session.refresh(mail)
    assert mail.state == "dropped"


def test_the_log_and_its_counts_are_the_organisations_own(session: scoped_session[Session]) -> None:
    mine = [post() for _ in range(3)]
    outbox.post(a_letter(), "theirs", NOW, organisation_id=2)
    assert [one.id for one in log.latest(1, limit=2)] == [mine[2].id, mine[1].id]
    assert [one.id for one in log.latest(1, limit=2, before=mine[1].id)] == [mine[0].id]
    assert log.counts(1) == {"queued": 3}


def test_the_switch_stops_all_sending_until_it_is_put_back(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    session.add(MailSwitch(paused_at=NOW, reason="restored from a copy", resumes_at=NOW + DAY))
    committed(post())
    assert send_due(line) == 0
    assert send_due(line, NOW + DAY) == 1


# What is kept


def test_a_sign_in_link_is_blanked_as_soon_as_it_is_sent(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    ids = committed(post(kind="sign_in", text="the secret\n", html="<p>the secret</p>"))
    send_due(line)
    assert (row(ids[0]).state, row(ids[0]).text, row(ids[0]).html) == ("sent", "", "")


def test_words_are_blanked_after_fourteen_days_and_envelopes_forgotten_after_thirty_more(
    session: scoped_session[Session], mailserver: MailServer, line: Smtp
) -> None:
    ids = committed(post(invite=b"BEGIN:VCALENDAR\r\n", invite_method="REQUEST"))
    send_due(line)
    waits = post(now=NOW + timedelta(minutes=5))

    def purge(days: int) -> None:
        log.purge(NOW + days * DAY + MINUTE)
        session.expire_all()

    purge(13)
    mail = session.get_one(OutgoingMail, ids[0])
    assert mail.text
    purge(14)
    assert (mail.text, mail.html, mail.invite) == ("", "", None)
    assert not log.send_again(ids[0], 1, NOW), "its words are gone"
    purge(43)
    assert session.get(OutgoingMail, ids[0])
    purge(44)
    assert session.get(OutgoingMail, ids[0]) is None
    assert waits.state == "queued", "what was not sent is not forgotten"


def test_the_oldest_letter_that_should_have_left_is_known(session: scoped_session[Session]) -> None:
    assert log.oldest_unsent(NOW) is None
    post()
    post(now=NOW + timedelta(hours=1))
    assert log.oldest_unsent(NOW + 9 * MINUTE) == 9 * MINUTE
    assert checks.mail_is_late(NOW + 9 * MINUTE) is None
    assert checks.mail_is_late(NOW + 11 * MINUTE) == 11 * MINUTE
