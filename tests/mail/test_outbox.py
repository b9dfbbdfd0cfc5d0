"""A letter is a row of the change it tells of, and leaves at least once, in order, and no longer than it helps."""

from contextlib import closing

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import begin_write, db, start_write
from convene.mail import outbox, sending
from convene.mail.models import OutgoingMail
from convene.mail.suppression import suppress
from convene.mail.transport import Smtp
from tests.crowd import at_once, faults
from tests.mail.posting import MINUTE, NOW, PLACE, a_letter, committed, post, row, send_due
from tests.parts.mailserver import MailServer


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
