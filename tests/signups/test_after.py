"""What came of an event is counted from the rows as they are, and silence is told as bounds."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.signups import after, attendance, letters
from convene.signups.after import Bounds, Turnout
from convene.signups.models import Signup
from convene.signups.posting import post
from tests.factories import a_person, a_signup, an_event

EARLIER = timedelta(days=3)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(starts_in=-timedelta(days=1))


def marked(event: Event, state: str = "attended", first_time: bool | None = None) -> Signup:
    """Somebody who signed up in good time, and what was marked of them."""
    signup = a_signup(event, now=event.starts_at - EARLIER, first_time=first_time)
    attendance.mark(signup, state, "test", event.starts_at)
    return signup


def counted(event: Event) -> Turnout:
    return after.turnout(event, after.of_event(event.id), after.waited(event.id))


def test_each_signup_is_counted_on_the_step_that_it_reached(event: Event) -> None:
    for state in ("attended", "part", "no_show", "excused"):
        marked(event, state)
    for state in ("started", "waitlisted", "lapsed", "cancelled", "confirmed"):
        a_signup(event, state=state, now=event.starts_at - EARLIER)
    found = counted(event)
    assert (found.signed_up, found.confirmed, found.had_place) == (9, 8, 5)
    assert found.kept == found.came == Bounds(2, 3), "nobody marked one of those with a place"
    assert (found.no_show, found.excused, found.unknown) == (1, 1, 1)
    assert (found.gave_back, found.without) == (1, 2)


def test_who_is_written_down_at_the_door_walked_in_and_did_not_sign_up(event: Event) -> None:
    marked(event)
    late = a_signup(event, a_person(event.organisation, address=None), now=event.starts_at)
    attendance.mark(late, "attended", "test", event.starts_at)
    found = counted(event)
    assert (found.signed_up, found.walked_in, found.came) == (1, 1, Bounds(2, 2))


def test_somebody_who_gave_their_place_back_and_came_all_the_same_is_counted_once(event: Event) -> None:
    marked(event).state = "cancelled"
    found = counted(event)
    assert (found.had_place, found.kept, found.gave_back) == (1, Bounds(1, 1), 0)


def test_of_those_who_did_not_say_all_may_be_here_for_the_first_time_or_none(event: Event) -> None:
    for first_time in (True, True, False, None):
        marked(event, first_time=first_time)
    marked(event, "no_show", first_time=True)
    assert counted(event).first_time == Bounds(2, 3), "and who stayed away is in neither"


def test_those_who_waited_are_known_by_their_letters_as_long_as_there_are_any(event: Event) -> None:
    one, other = marked(event), marked(event)
    assert counted(event).from_line is None, "no letter of this event is kept: nobody knows"
    now = event.starts_at - EARLIER
    post(letters.confirm(one), one, now)
    assert counted(event).from_line == 0
    post(letters.waitlisted(other, 2), other, now)
    other.offered_until = now
    post(letters.place_offered(other), other, now)
    assert counted(event).from_line == 1


def test_an_event_to_which_nobody_signed_up_has_nought_everywhere(event: Event) -> None:
    found = counted(event)
    assert (found.signed_up, found.came, found.first_time) == (0, Bounds(0, 0), Bounds(0, 0))
