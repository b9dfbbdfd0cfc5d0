"""No letter arrives when it can help nobody any more: each says until when it is of use."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.mail.letter import Letter
from convene.mail.transport import Memory
from convene.nudges.letters import reminder, stay_in_touch, thank_you
from convene.nudges.models import Answer
from convene.signups import letters
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.mail.every_letter import nudge, tie
from tests.mail.posting import NOW, committed, post, row, send_due

DAY = timedelta(days=1)
WHY = "they have a place at this event"


@pytest.fixture
def place(session: scoped_session[Session]) -> Signup:
    return a_signup(an_event(now=NOW), now=NOW)


def every_letter_about(place: Signup) -> dict[str, Letter]:
    theirs = Answer(channel="email", contact="a@b.example")
    place.offered_until = NOW + DAY
    return {
        "confirm": letters.confirm(place),
        "place_link": letters.place_link(place),
        "place_confirmed": letters.place_confirmed(place, 0, NOW),
        "waitlisted": letters.waitlisted(place, 1),
        "place_offered": letters.place_offered(place),
        "changed": letters.changed(place, {}, 1, NOW),
        "cancelled": letters.cancelled(place, 1, NOW),
        "declined": letters.declined(place, True),
        "called_off": letters.called_off(place, 1, NOW, ""),
        "reminder": reminder(nudge("reminder", place, WHY), place),
        "thank_you": thank_you(nudge("thank_you", place, WHY), place, "attended", True),
        "stay_in_touch": stay_in_touch(
            tie(place.event, place.person, a_person(now=NOW)), theirs, place.event, NOW
        ),
    }


def test_every_letter_says_until_when_it_is_of_use(place: Signup) -> None:
    event = place.event
    assert {kind: one.expires_at for kind, one in every_letter_about(place).items()} == {
        **dict.fromkeys(
            ("confirm", "place_confirmed", "waitlisted", "changed", "cancelled", "declined", "called_off"),
            event.ends_at,
        ),
        "place_link": event.ends_at + 30 * DAY,
        "place_offered": event.starts_at,
        "reminder": event.starts_at,
        "thank_you": event.ends_at + timedelta(hours=36),
        "stay_in_touch": NOW + 30 * DAY,
    }


def test_a_place_is_not_told_of_after_the_event(place: Signup) -> None:
    letter = letters.place_confirmed(place, 0, NOW)
    ids = committed(post(to_address=letter.to_address, expires_at=letter.expires_at))
    Memory.sent.clear()
    send_due(Memory(), place.event.ends_at + 9 * DAY)
    assert (row(ids[0]).state, Memory.sent) == ("dropped", [])
