"""A person's place behind their link: a look changes nothing, a button does what it says, an old link does nothing."""

from datetime import timedelta

import pytest
import time_machine

from convene import clock
from convene.signups.actions import sign_up
from tests.factories import a_signup, an_event
from tests.web.browsing import Browsing
from tests.web.rows import all_rows
from tests.web.visit.places import STATES, letters, link, state_of

HEADINGS = {
    "started": "One press, and your place is kept",
    "confirmed": "Your place is kept",
    "waitlisted": "You are on the waiting list",
    "offered": "A place has come free for you",
    "lapsed": "The place went to the next person",
    "cancelled": "Your place is cancelled",
}


@pytest.mark.one_database
@pytest.mark.parametrize("state", STATES)
def test_the_page_says_in_its_heading_how_things_stand_and_looking_changes_nothing(
    visitor: Browsing, state: str
) -> None:
    signup = a_signup(state=state)
    if state == "cancelled":
        signup.confirmed_at = clock.now()
    path = link(signup)
    before = all_rows()
    assert visitor.open(path).status_code == 200
    assert visitor.heading == HEADINGS[state]
    assert visitor.page.headers["Cache-Control"] == "no-store"
    for method in (visitor.client.get, visitor.client.head):
        for address in (path, f"{path}/cancel"):
            assert method(address).status_code == 200
    for action in ("confirm", "details", "new-link"):
        assert visitor.client.get(f"{path}/{action}").status_code == 405
        assert visitor.client.head(f"{path}/{action}").status_code == 405
    assert all_rows() == before


def test_the_button_of_the_mailed_link_takes_the_place_and_the_invite_follows(visitor: Browsing) -> None:
    event = an_event()
    signup = sign_up(event.id, "ngozi@example.org", "Ngozi", None, clock.now())
    assert signup.person.state == "provisional"
    visitor.open(link(signup))
    visitor.press("Keep my place")
    assert visitor.heading == "Your place is kept"
    assert (state_of(signup), signup.person.state) == ("confirmed", "active")
    assert letters() == ["confirm", "place_confirmed"]


def test_pressing_twice_takes_one_place_and_sends_one_letter(visitor: Browsing) -> None:
    signup = a_signup(state="started")
    visitor.open(link(signup))
    form, _ = visitor.form("Keep my place")
    for _ in range(2):
        visitor.post(form.action, {"csrf_token": dict(form.values)["csrf_token"]})
        assert visitor.heading == "Your place is kept"
    assert letters() == ["place_confirmed"]


def test_where_every_place_is_taken_the_same_button_joins_the_line_and_says_so_before(
    visitor: Browsing,
) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    a_signup(event, state="waitlisted")
    signup = a_signup(event, state="started")
    visitor.open(link(signup))
    assert visitor.heading == "One press, and you are in line"
    visitor.press("Join the waiting list")
    assert visitor.heading == "You are on the waiting list"
    assert "1 person is before you." in visitor.words
    assert letters() == ["waitlisted"]


def test_nobody_passes_those_who_wait(visitor: Browsing) -> None:
    event = an_event(capacity=2)
    a_signup(event)
    waiting = a_signup(event, state="waitlisted")
    late = a_signup(event, state="started")
    visitor.open(link(late))
    visitor.press("Join the waiting list")
    assert state_of(late) == "waitlisted"
    assert state_of(waiting) == "waitlisted"


def test_a_place_given_back_is_asked_for_once_more_and_offered_to_the_next_at_once(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    mine = a_signup(event)
    first, second = a_signup(event, state="waitlisted"), a_signup(event, state="waitlisted")
    visitor.open(link(mine))
    visitor.open(f"{link(mine)}/cancel")
    assert visitor.heading == "Give your place back?"
    visitor.press("Cancel my place")
    assert visitor.heading == "Your place is cancelled"
    assert [state_of(one) for one in (mine, first, second)] == ["cancelled", "offered", "waitlisted"]
    assert letters() == ["cancelled", "place_offered"]
    visitor.open(f"{link(mine)}/cancel")
    visitor.press("Cancel my place")
    assert letters() == ["cancelled", "place_offered"], "a second press does nothing"


def test_after_cancelling_one_press_signs_up_again(visitor: Browsing) -> None:
    signup = a_signup(state="cancelled")
    visitor.open(link(signup))
    visitor.press("Sign up again")
    assert visitor.heading == "Your place is kept"


def test_the_line_is_left_with_one_press(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    signup = a_signup(event, state="waitlisted")
    visitor.open(link(signup))
    visitor.press("Leave the waiting list")
    assert state_of(signup) == "cancelled"
    assert letters() == []
    assert visitor.heading == "You have left the line"
    assert "you no longer wait for" in visitor.words and "somebody else can come" not in visitor.words


def test_who_had_a_place_once_and_left_the_line_since_gave_no_place_back(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    signup = a_signup(event, state="cancelled", confirmed_at=clock.now())
    visitor.open(link(signup))
    assert "somebody else can come" in visitor.words
    visitor.press("Join the waiting list")
    visitor.press("Leave the waiting list")
    assert visitor.heading == "You have left the line" and "somebody else can come" not in visitor.words


def test_an_offer_says_until_when_and_is_taken_with_one_press(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    signup = a_signup(event, state="offered")
    visitor.open(link(signup))
    assert "It is yours until" in visitor.words and "(London)" in visitor.words
    visitor.press("Take the place")
    assert visitor.heading == "Your place is kept"
    assert letters() == ["place_confirmed"]


def test_an_offer_declined_goes_to_the_next(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    signup, following = a_signup(event, state="offered"), a_signup(event, state="waitlisted")
    visitor.open(link(signup))
    visitor.press("No, thank you")
    assert [state_of(signup), state_of(following)] == ["cancelled", "offered"]


def test_an_offer_taken_too_late_is_told_so_and_changes_nothing(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    signup = a_signup(event, state="offered", offered_until=clock.now() + timedelta(minutes=1))
    visitor.open(link(signup))
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        visitor.press("Take the place")
        assert "The time to take this place is over" in visitor.words
    assert state_of(signup) == "offered", "until the worker passes it on"
    assert letters() == []


def test_an_offer_that_ran_out_can_be_asked_for_again_by_joining_the_line(visitor: Browsing) -> None:
    event = an_event(capacity=1)
    a_signup(event)
    signup = a_signup(event, state="lapsed")
    visitor.open(link(signup))
    visitor.press("Join the waiting list again")
    assert state_of(signup) == "waitlisted"


@pytest.mark.one_database
@pytest.mark.parametrize(
    "facts", [{"state": "called_off"}, {"starts_in": -timedelta(days=2)}], ids=["off", "over"]
)
@pytest.mark.parametrize("state", STATES)
def test_what_is_over_or_called_off_can_be_looked_at_and_not_changed(
    visitor: Browsing, facts: dict, state: str
) -> None:
    signup = a_signup(an_event(**facts), state=state)
    visitor.open(f"/events/{an_event().slug}")
    token = visitor.token()
    before = all_rows()
    assert visitor.open(link(signup)).status_code == 200
    for action in ("confirm", "cancel"):
        visitor.post(f"{link(signup)}/{action}", {"csrf_token": token})
        assert "This event takes no sign-ups any more, so nothing was changed." in visitor.words, action
    assert all_rows() == before
