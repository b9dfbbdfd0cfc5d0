"""Somebody who wants no mail gets none, keeps no place they could not be told about, and can come back."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.access import letters as access_letters
from convene.mail import log, outbox, suppression
from convene.mail.models import OutgoingMail
from convene.people.words import BadWords, safe_to_mail, tidy
from tests.factories import a_person, a_signup

NOW = datetime(2026, 5, 12, 12, tzinfo=UTC)


def test_a_sign_in_link_that_was_asked_for_passes_a_never_and_not_a_bounce(
    session: scoped_session[Session],
) -> None:
    for reason, state in (("never", "queued"), ("bounced", "dropped")):
        address = f"{reason}@example.org"
        suppression.suppress(address, reason, NOW)
        mail_id = outbox.post(access_letters.sign_in(address, "secret", NOW), f"sign_in:{reason}", NOW)
        assert session.get_one(OutgoingMail, mail_id).state == state


def test_what_stops_an_address_can_be_lifted(session: scoped_session[Session]) -> None:
    suppression.suppress("Back@Example.org", "never", NOW)
    assert suppression.lift("back@example.org ") is True
    assert suppression.reason_for("back@example.org") is None
    assert suppression.lift("back@example.org") is False


@pytest.mark.one_database
def test_only_what_failed_or_was_dropped_by_hand_is_sent_again_by_hand(
    session: scoped_session[Session],
) -> None:
    a_signup(person=a_person(address="pat@example.org"))
    answers = {
        "failed": "550",
        "dropped": log.BY_HAND,
        "stopped": "not sent: they stopped this kind of message",
    }
    for key, answer in answers.items():
        mail_id = outbox.post(access_letters.sign_in("x@example.org", key, NOW), key, NOW, organisation_id=1)
        row = session.get_one(OutgoingMail, mail_id)
        row.state, row.last_answer = ("failed" if key == "failed" else "dropped"), answer
        session.flush()
        assert log.send_again(row.id, 1, clock.now()) is (key != "stopped")


LINKS = ["Win at evil\u3002com", "evil\u2024com", "\uff57\uff57\uff57\uff0eevil\uff0ecom", "Pat 5"]


@pytest.mark.parametrize("name", LINKS)
def test_a_name_that_looks_like_a_link_stays_out_of_the_first_letter(name: str) -> None:
    assert safe_to_mail(name) == ""


@pytest.mark.parametrize("name", ["\u3164", "\u2800 \u2800", "\u115f\u1160"])
def test_a_name_that_looks_empty_is_refused(name: str) -> None:
    with pytest.raises(BadWords, match="looks empty"):
        tidy(name)
