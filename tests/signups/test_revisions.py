"""Of one person's letters about one event the newest word counts: in order, nothing needless, and a CANCEL always."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail import log
from convene.mail.transport import Smtp
from convene.signups import actions, upheaval
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.mail.posting import send_due
from tests.parts.mailserver import MailServer
from tests.signups.reading import kinds_of, last_of, letters_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(now=NOW)


@pytest.fixture
def signup(event: Event) -> Signup:
    return actions.confirm(a_signup(event, state="started", now=NOW).id, NOW)


def move(event: Event, hall: str, now: datetime) -> None:
    start_write()
    upheaval.change(event.id, {"venue": hall}, now)
    upheaval.tell_change(event.id, now)
    db.session.commit()


def leave(session: scoped_session[Session], server: MailServer, now: datetime) -> list[str]:
    """What the server has taken by the end of one call of the worker's, oldest first."""
    session.commit()
    with closing(Smtp(server.url)) as line:
        send_due(line, now)
    return [str(one.message["Subject"]).partition(":")[0] for one in server.messages]


def methods(server: MailServer) -> list[str]:
    found = []
    for one in server.messages:
        parts = (part for part in one.message.walk() if part.get_content_type() == "text/calendar")
        found += [str(part.get_param("method")) for part in parts]
    return found


def test_an_untried_revision_is_superseded_and_one_that_may_have_left_goes_first(
    session: scoped_session[Session], event: Event, signup: Signup, mailserver: MailServer
) -> None:
    leave(session, mailserver, NOW)
    address = str(signup.person.address_typed)
    mailserver.clear()
    mailserver.drop("BODY", to=address, times=1)
    move(event, "Hall One", NOW + MINUTE)
    leave(session, mailserver, NOW + MINUTE)
    mailserver.clear()
    move(event, "Hall Two", NOW + MINUTE)
    move(event, "Hall Three", NOW + MINUTE)
    assert kinds_of(signup, state="dropped") == ["changed"], "Hall Two, which nobody had tried to send"
    leave(session, mailserver, NOW + MINUTE)
    assert mailserver.messages == [], "the newest waits for the one that may have left"
    leave(session, mailserver, NOW + 5 * MINUTE)
    halls = [str(one.message.get_body(("plain",))).count("Hall Three") for one in mailserver.messages]
    assert [bool(number) for number in halls] == [False, True]
    revisions = [mail.revision or 0 for mail in letters_of(signup, state="sent") if mail.letter == "changed"]
    assert revisions == sorted(set(revisions))


def test_a_cancel_leaves_after_its_request_and_a_second_request_after_that(
    session: scoped_session[Session], event: Event, signup: Signup, mailserver: MailServer
) -> None:
    mailserver.answer("451 4.3.0 Try later", to=str(signup.person.address_typed), times=1)
    leave(session, mailserver, NOW)
    start_write()
    actions.cancel(signup.id, NOW + MINUTE / 4)
    actions.confirm(signup.id, NOW + MINUTE / 2)
    assert leave(session, mailserver, NOW + MINUTE / 2) == []
    leave(session, mailserver, NOW + 3 * MINUTE)
    assert methods(mailserver) == ["REQUEST", "CANCEL", "REQUEST"]


def test_no_newer_letter_and_no_press_drops_a_cancel_whose_request_may_have_left(
    session: scoped_session[Session], event: Event, signup: Signup, mailserver: MailServer
) -> None:
    leave(session, mailserver, NOW)
    start_write()
    actions.cancel(signup.id, NOW + MINUTE)
    cancel = last_of(signup, "cancelled")
    assert not log.drop(cancel.id, event.organisation_id)
    actions.confirm(signup.id, NOW + 2 * MINUTE)
    db.session.commit()
    move(event, "Hall Two", NOW + 3 * MINUTE)
    start_write()
    upheaval.call_off(event.id, "", NOW + 4 * MINUTE)
    assert kinds_of(signup) == ["cancelled", "called_off"], "the new place was not heard of yet"
    leave(session, mailserver, NOW + 5 * MINUTE)
    assert methods(mailserver) == ["REQUEST", "CANCEL", "CANCEL"]


def test_a_cancel_of_an_invite_that_never_left_may_be_dropped_by_hand(event: Event, signup: Signup) -> None:
    actions.cancel(signup.id, NOW)
    assert log.drop(last_of(signup, "cancelled").id, event.organisation_id)


def test_a_letter_that_failed_for_good_does_not_keep_the_newer_ones(
    session: scoped_session[Session], event: Event, signup: Signup, mailserver: MailServer
) -> None:
    mailserver.answer("550 5.7.1 Not this one", to=str(signup.person.address_typed), times=1)
    leave(session, mailserver, NOW)
    move(event, "Hall Two", NOW + MINUTE)
    leave(session, mailserver, NOW + MINUTE)
    assert methods(mailserver) == ["REQUEST"]
    assert kinds_of(signup, state="failed") == ["place_confirmed"]
