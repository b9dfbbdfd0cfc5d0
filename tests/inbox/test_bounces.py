"""A letter that came back stops mail to an address that is gone, and nobody can stop another's mail by a forged one."""

import logging
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.inbox import keeping
from convene.inbox.models import Inbound
from convene.mail import outbox
from convene.mail.envelope import return_path
from convene.mail.models import OutgoingMail
from convene.mail.suppression import bars, reason_for, suppress
from convene.people.actions import never_mail
from convene.people.models import Person
from tests.factories import a_person, an_organisation
from tests.inbox.messages import NOW, bounce, complaint, letter, qmail_bounce
from tests.inbox.taking import outcome, take
from tests.mail.posting import a_letter

PAT = "Pat@example.net"
DAY = timedelta(days=1)


@pytest.fixture
def pat(session: scoped_session[Session]) -> Person:
    return a_person(an_organisation(), address=PAT)


def sent(pat: Person, kind: str = "place_confirmed", now: datetime = NOW) -> OutgoingMail:
    """A letter that has left."""
    mail_id = outbox.post(
        a_letter(kind=kind, to_address=PAT), f"{kind}:{now}:{db.session.query(OutgoingMail).count()}", now,
        organisation_id=pat.organisation_id, person_id=pat.id,
    )  # fmt: skip
    mail = db.session.get_one(OutgoingMail, mail_id)
    mail.state = "sent"
    db.session.flush()
    return mail


@pytest.mark.parametrize("code", ["5.1.1", "5.1.10", "5.2.1"])
def test_an_address_that_is_gone_gets_no_more_mail(code: str, pat: Person) -> None:
    mail = sent(pat)
    row = take(bounce(return_path(mail.id), status=code, said=f"550 {code} Gone"))
    assert row is not None and row.outcome == "hard"
    assert (row.organisation_id, row.person_id, row.mail_id) == (pat.organisation_id, pat.id, mail.id)
    assert mail.state == "bounced" and mail.last_answer == f"{code} 550 {code} Gone"
    assert reason_for(PAT) == "bounced"


def test_a_refusal_by_policy_is_an_alarm_and_not_the_addresss_fault(
    pat: Person, caplog: pytest.LogCaptureFixture
) -> None:
    mail = sent(pat)
    with caplog.at_level(logging.ERROR):
        row = take(bounce(return_path(mail.id), status="5.7.26", said="550 5.7.26 unauthenticated"))
    assert row is not None and row.outcome == "policy"
    assert mail.state == "bounced" and reason_for(PAT) is None
    assert f"letter {mail.id} was refused by policy (5.7.26)" in caplog.text
    assert "example.net" not in caplog.text, "a log carries numbers, not addresses"


@pytest.mark.parametrize("code", ["5.2.2", "4.4.7", "5.0.0", ""])
def test_three_letters_that_came_back_in_a_fortnight_stop_the_next(code: str, pat: Person) -> None:
    for number in range(3):
        assert reason_for(PAT) is None, f"only {number} came back"
        now = NOW + number * DAY
        mail = sent(pat, now=now)
        assert outcome(bounce(return_path(mail.id), status=code, said="452 Mailbox full"), now) == "soft"
    assert reason_for(PAT) == "bounced"


def test_letters_long_ago_and_one_letter_many_times_are_not_three(pat: Person) -> None:
    mail = sent(pat)
    for number in range(4):
        outcome(bounce(return_path(mail.id), status="4.2.2"), NOW + number * DAY)
    for now in (NOW + 15 * DAY, NOW + 30 * DAY):
        outcome(bounce(return_path(sent(pat, now=now).id), status="4.2.2"), now)
    assert reason_for(PAT) is None


def test_a_delay_counts_for_nothing(pat: Person) -> None:
    mail = sent(pat)
    for _ in range(4):
        assert outcome(bounce(return_path(mail.id), action="delayed", status="4.4.1")) == "delayed"
    assert mail.state == "sent" and reason_for(PAT) is None
    assert outcome(bounce(return_path(mail.id), action="delivered", status="2.0.0")) == "delivered"
    assert mail.state == "sent"


def test_a_bounce_without_its_token_or_with_a_forged_one_changes_nothing(pat: Person) -> None:
    mail = sent(pat)
    real = return_path(mail.id)
    forged = real.replace("+b", "+b1")
    damaged = real.replace("@", "0@", 1)
    for address in ("convene@example.org", forged, damaged, f"convene+b{mail.id}-{'0' * 20}@example.org"):
        for raw in (bounce(address), qmail_bounce(address)):
            assert outcome(raw) == "unmatched"
    assert mail.state == "sent" and reason_for(PAT) is None


def test_the_token_may_stand_where_the_server_wrote_the_recipient(pat: Person) -> None:
    mail = sent(pat)
    head = f"Delivered-To: {return_path(mail.id).upper()}\n"
    assert outcome(bounce("undisclosed-recipients:;", head=head)) == "hard"
    assert mail.state == "bounced"


def test_odd_formats_are_read_and_need_the_token_too(pat: Person) -> None:
    mail = sent(pat)
    assert outcome(qmail_bounce(return_path(mail.id))) == "hard"
    assert mail.state == "bounced" and reason_for(PAT) == "bounced"


def test_somebody_away_is_no_bounce(pat: Person) -> None:
    mail = sent(pat)
    away = letter(
        PAT, to=return_path(mail.id), head="Auto-Submitted: auto-replied\n", words="Away until Monday."
    )
    assert outcome(away) == "ignored"
    assert mail.state == "sent"


def test_a_letter_that_is_forgotten_has_no_bounces(pat: Person) -> None:
    mail = sent(pat)
    path = return_path(mail.id)
    db.session.delete(mail)
    db.session.flush()
    assert outcome(bounce(path)) == "unmatched"


# Complaints


def test_a_complaint_stops_all_but_letters_about_a_place(pat: Person) -> None:
    elsewhere = a_person(an_organisation(), address=PAT)
    mail = sent(pat, "thank_you")
    waiting = sent(pat, "reminder")
    waiting.state = "queued"
    db.session.flush()
    assert outcome(complaint(mail.message_id)) == "applied"
    db.session.refresh(waiting)
    assert waiting.state == "dropped"
    for person in (pat, elsewhere):
        assert {"reminder", "thank_you"} <= set(person.muted.split())
    assert reason_for(PAT) == "complained"
    for kind in ("place_confirmed", "changed", "called_off", "declined", "sign_in"):
        assert state_of_a_new(kind, pat) == "queued" and not bars("complained", kind), kind
    for kind in ("reminder", "thank_you", "stay_in_touch", "confirm", "announcement"):
        assert state_of_a_new(kind, pat) == "dropped" and bars("complained", kind), kind


def state_of_a_new(kind: str, pat: Person) -> str:
    mail_id = outbox.post(a_letter(kind=kind, to_address=PAT), f"new:{kind}", NOW, person_id=pat.id)
    return db.session.get_one(OutgoingMail, mail_id).state


def test_a_complaint_finds_its_letter_by_the_return_path_too(pat: Person) -> None:
    assert outcome(complaint(return_path=return_path(sent(pat).id))) == "applied"


def test_a_complaint_about_no_letter_of_ours_or_that_is_praise_stops_nothing(pat: Person) -> None:
    mail = sent(pat)
    assert outcome(complaint("<somebody@example.org>", PAT)) == "unmatched"
    assert outcome(complaint()) == "unmatched"
    assert outcome(complaint(mail.message_id, kind="not-spam")) == "delivered"
    assert reason_for(PAT) is None and pat.muted == ""


def test_the_stronger_reason_stands(pat: Person) -> None:
    suppress(PAT, "complained", NOW)
    suppress(PAT, "bounced", NOW)
    suppress(PAT, "complained", NOW)
    assert reason_for(PAT) == "bounced"
    never_mail(pat, NOW)
    suppress(PAT, "bounced", NOW)
    assert reason_for(PAT) == "never"


def test_after_six_weeks_what_came_back_is_forgotten(pat: Person) -> None:
    take(letter())
    take(letter(), NOW + 2 * DAY)
    keeping.forget(NOW + 45 * DAY)
    assert db.session.query(Inbound).count() == 1


def test_what_is_kept_of_a_message_is_no_address_of_its_sender_and_not_its_words(pat: Person) -> None:
    row = take(letter("sam@example.com", words="My door code is 1234"))
    assert row is not None
    kept = [str(getattr(row, column.key)) for column in Inbound.__table__.columns]
    assert not [one for one in kept if "1234" in one or "sam@" in one or "mail.example.net" in one]
