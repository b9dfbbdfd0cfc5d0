"""Sent again or dropped by hand, stopped and let go, blanked and forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import start_write
from convene.health import checks
from convene.mail import log, outbox
from convene.mail.models import MailSwitch, OutgoingMail
from convene.mail.suppression import suppress
from convene.mail.transport import Smtp
from tests.mail.posting import DAY, MINUTE, NOW, PLACE, a_letter, committed, post, row, send_due
from tests.parts.mailserver import MailServer

OVER: dict[str, Any] = {"kind": "cancelled", "invite": b"BEGIN:VCALENDAR", "invite_method": "CANCEL"}


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
