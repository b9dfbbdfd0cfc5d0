"""A host invites by name: past the opening, past approval, and where it is said, one over the limit and no more."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.privacy import retention
from convene.signups import actions, invitations, inviting, line, queries, upheaval
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.signups.reading import kinds_of, last_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def state(signup: Signup) -> str:
    db.session.refresh(signup)
    return signup.state


def test_one_over_is_one_over_and_a_place_given_back_is_not_made_anew(
    session: scoped_session[Session],
) -> None:
    event = an_event(capacity=1, starts_in=timedelta(days=30), signup_opens_at=NOW + DAY, now=NOW)
    a_signup(event, now=NOW)
    waits = a_signup(event, state="waitlisted", now=NOW)

    over = inviting.invite(event, "Ola Over", "ola@example.net", True, "test", NOW)
    plain = inviting.invite(event, "Pia Plain", "pia@example.net", False, "test", NOW)
    letter = last_of(over, "asked_to_come")
    assert "/unsubscribe/never/" in letter.text and letter.invite is None
    assert [kinds_of(one) for one in (over, plain)] == [["asked_to_come"], ["asked_to_come"]]
    assert queries.places(event).taken == 1, "an invitation holds no place"
    retention.forget_unconfirmed(NOW + 10 * DAY)
    assert state(over) == "started", "they have until the event to answer"
    for one in (plain, over, over):
        actions.confirm(one.id, NOW)
    assert (state(over), state(plain), state(waits)) == ("confirmed", "waitlisted", "waitlisted")
    places = queries.places(event)
    assert (places.taken, places.over, places.left) == (2, 1, 0)
    with pytest.raises(inviting.HasPlace):
        inviting.invite(event, "Ola Over", "OLA@example.net", True, "test", NOW)

    upheaval.change(
        event.id, {"title": "Another name", "capacity": 1}, NOW
    )  # one over keeps nobody from mending a word
    actions.cancel(over.id, NOW)
    assert state(waits) == "waitlisted" and queries.places(event).over == 0, (
        "the place over the limit goes with them"
    )
    actions.confirm(over.id, NOW)
    assert state(over) == "waitlisted", "it was once"
    assert line.events_with_stranded_places(NOW) == []

    again = inviting.invite(event, "Ola Over", "ola@example.net", True, "test", NOW)
    assert (again.id, state(again)) == (over.id, "waitlisted")
    actions.confirm(over.id, NOW)
    assert state(over) == "confirmed", "who waits is let past by a new word"


def test_who_is_invited_need_not_be_answered_and_may_be_uninvited(session: scoped_session[Session]) -> None:
    event = an_event(capacity=5, by_approval=True, now=NOW)
    asked = a_signup(event, state="started", now=NOW)
    actions.confirm(asked.id, NOW)
    assert asked.needs_answer
    yes = inviting.invite(event, "Yve Yes", "yve@example.net", False, "test", NOW)
    no = inviting.invite(event, "Noa No", "noa@example.net", False, "test", NOW)
    late = inviting.invite(event, "Lea Late", "lea@example.net", True, "test", NOW)
    actions.confirm(yes.id, NOW)
    actions.cancel(no.id, NOW)
    assert (state(yes), state(no)) == ("confirmed", "cancelled") and kinds_of(no) == []
    found = {pair[0].name: pair for pair in invitations.with_signups(event.id)}
    assert not inviting.take_back(*found["Yve Yes"], NOW), "who said yes is not uninvited"
    assert inviting.take_back(*found["Lea Late"], NOW)
    assert state(late) == "cancelled" and kinds_of(late) == [], "the letter that had not left does not leave"
    actions.confirm(late.id, NOW)
    assert late.needs_answer, "they ask like anybody else"
    gone = an_event(event.organisation, starts_in=-2 * DAY, now=NOW)
    with pytest.raises(actions.NotOpen):
        inviting.invite(gone, "Zoe", "zoe@example.net", True, "test", NOW)
