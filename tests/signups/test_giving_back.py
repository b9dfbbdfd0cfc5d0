"""Giving a place back, and coming back."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.extensions import begin_write
from convene.mail.models import OutgoingMail
from convene.signups import actions, queries
from convene.signups.models import Signup
from tests.signups.reading import kinds_of, last_of, letters_of, line_of
from tests.signups.signing_up import HOUR, NOW, keep, sign_up

pytestmark = pytest.mark.quick


def test_a_cancelled_place_leaves_the_calendar_and_goes_to_the_first_in_line(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(4)]
    actions.cancel(people[0].id, NOW + HOUR)
    assert [one.state for one in people] == ["cancelled", "confirmed", "offered", "waitlisted"]
    letter = last_of(people[0], "cancelled")
    assert letter.invite_method == line_of(letter, "METHOD") == "CANCEL"
    assert line_of(letter, "STATUS") == "CANCELLED"
    assert (line_of(letter, "UID"), line_of(letter, "SEQUENCE")) == (event.uid, "1")
    offer = last_of(people[2], "place_offered")
    assert offer.invite is None
    assert offer.expires_at == event.starts_at, "an offer whose letter waits is not over"
    assert "the time on your page is what counts" in offer.text
    assert queries.places(event).taken == 2, "an offer holds its place"


def test_cancelling_twice_frees_one_place_and_writes_once(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(4)]
    for _ in range(3):
        actions.cancel(people[0].id, NOW + HOUR)
    assert [one.state for one in people] == ["cancelled", "confirmed", "offered", "waitlisted"]
    assert kinds_of(people[0]).count("cancelled") == 1


def test_leaving_the_line_frees_no_place_and_writes_no_letter(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(4)]
    actions.cancel(people[2].id, NOW)
    assert [one.state for one in people] == ["confirmed", "confirmed", "cancelled", "waitlisted"]
    assert kinds_of(people[2]) == ["confirm"], "the letter about the line had not left, and is dropped"
    assert queries.ahead(people[3]) == 0


def test_a_cancel_undone_leaves_the_place_the_line_and_no_letter(
    event: Event, session: scoped_session[Session]
) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(3)]
    ids = [one.id for one in people]
    session.commit()
    begin_write()
    actions.cancel(ids[0], NOW)
    session.rollback()
    states = {one.id: one.state for one in session.scalars(select(Signup))}
    assert [states[one] for one in ids] == ["confirmed", "confirmed", "waitlisted"]
    kinds = session.scalars(select(OutgoingMail.letter).where(OutgoingMail.state == "queued")).all()
    assert not {"cancelled", "place_offered"} & set(kinds)


def test_a_place_is_not_given_back_once_there_is_nothing_left_to_attend(event: Event) -> None:
    signup = keep(event, "pat@example.org")
    actions.cancel(signup.id, event.ends_at)
    assert signup.state == "confirmed", "who was there stays who was there"
    assert "cancelled" not in kinds_of(signup)


def test_coming_back_takes_a_place_and_raises_the_sequence_above_the_cancel(event: Event) -> None:
    signup = keep(event, "pat@example.org")
    last_of(signup, "place_confirmed").tries = 1
    actions.cancel(signup.id, NOW)
    assert sign_up(event).id == signup.id
    actions.confirm(signup.id, NOW)
    invites = [one for one in letters_of(signup) if one.invite]
    assert [line_of(one, "METHOD") for one in invites] == ["REQUEST", "CANCEL", "REQUEST"]
    assert [line_of(one, "SEQUENCE") for one in invites] == ["0", "1", "2"]
    assert {line_of(one, "UID") for one in invites} == {event.uid}


def test_coming_back_to_a_full_event_means_the_end_of_the_line(event: Event) -> None:
    people = [keep(event, f"p{number}@example.org") for number in range(4)]
    actions.cancel(people[0].id, NOW)
    actions.confirm(people[0].id, NOW)
    assert people[0].state == "waitlisted"
    assert queries.ahead(people[0]) == 1
