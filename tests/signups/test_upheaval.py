"""When an event moves or is called off, everybody it touches is told once, and calendars move with it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene import links
from convene.events import actions as events
from convene.events.models import Event
from convene.mail.models import OutgoingMail
from convene.signups import actions, upheaval
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.signups.reading import kinds_of, last_of, letters_of, line_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(capacity=2, online_url="https://video.example.org/hall", now=NOW)


def later_by_an_hour(event: Event) -> dict[str, datetime]:
    return {"starts_at": event.starts_at + HOUR, "ends_at": event.ends_at + HOUR}


def one_of_each(event: Event) -> dict[str, Signup]:
    states = ("started", "confirmed", "offered", "waitlisted", "lapsed", "cancelled")
    return {state: a_signup(event, state=state, now=NOW) for state in states}


def change(event: Event, facts: dict[str, Any], now: datetime = NOW) -> set[str]:
    """Edited, and told without waiting."""
    changed = upheaval.change(event.id, facts, now)
    upheaval.tell_change(event.id, now)
    return changed


def leave(mail: OutgoingMail) -> None:
    """As if the worker had sent it."""
    mail.state, mail.tries = "sent", 1


def test_a_moved_event_tells_those_with_a_place_and_those_who_wait_for_one(event: Event) -> None:
    people = one_of_each(event)
    assert change(event, later_by_an_hour(event)) == {"starts_at", "ends_at"}
    assert {state: kinds_of(one) for state, one in people.items() if kinds_of(one)} == {
        "confirmed": ["changed"],
        "offered": ["changed"],
        "waitlisted": ["changed"],
    }
    assert last_of(people["waitlisted"], "changed").invite is None
    assert last_of(people["offered"], "changed").invite is None


def test_each_move_raises_the_sequence_and_keeps_the_uid(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    for number in (1, 2, 3):
        change(event, later_by_an_hour(event), NOW + number * HOUR)
        letter = last_of(signup, "changed")
        leave(letter)
        assert letter.invite_method == line_of_first(letter) == "REQUEST"
    invites = [mail for mail in letters_of(signup, state="sent") if mail.invite]
    assert [line_of(one, "SEQUENCE") for one in invites] == ["1", "2", "3"]
    assert [one.revision for one in invites] == [1, 2, 3]
    assert {line_of(one, "UID") for one in invites} == {event.uid}
    assert line_of(invites[-1], "DTSTART") == f"{event.starts_at:%Y%m%dT%H%M%SZ}"
    stamps = [line_of(one, "DTSTAMP") for one in invites]
    assert stamps == sorted(set(stamps)), "each revision is newer than the last"


def line_of_first(mail: OutgoingMail) -> str:
    return line_of(mail, "METHOD")


def test_a_person_who_came_back_is_ahead_of_the_event_and_stays_there(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    actions.cancel(signup.id, NOW)
    actions.confirm(signup.id, NOW)
    assert (signup.invite_sequence, event.sequence) == (2, 0)
    change(event, later_by_an_hour(event))
    assert kinds_of(signup) == ["cancelled", "place_confirmed"], "they hear of their place as it is now"
    assert line_of(last_of(signup, "place_confirmed"), "SEQUENCE") == "3"
    assert event.sequence == 1


def test_who_signs_up_after_a_move_begins_at_the_sequence_of_the_event(event: Event) -> None:
    change(event, later_by_an_hour(event))
    signup = actions.confirm(actions.sign_up(event.id, "pat@example.org", "Pat", None, NOW).id, NOW)
    assert line_of(last_of(signup, "place_confirmed"), "SEQUENCE") == "1"


@pytest.mark.parametrize(
    "facts", [{"title": "Another name"}, {"description": "More"}, {"venue": "The Hall, 1 Long Row"}, {}]
)
def test_what_changes_nobodys_plans_is_told_to_nobody(event: Event, facts: dict[str, str]) -> None:
    signup = a_signup(event, now=NOW)
    change(event, facts)
    assert kinds_of(signup) == []
    assert event.sequence == 0


def test_two_changes_before_the_letter_left_are_one_letter_that_tells_both(event: Event) -> None:
    people = {state: a_signup(event, state=state, now=NOW) for state in ("confirmed", "waitlisted")}
    change(event, later_by_an_hour(event))
    change(event, {"venue": "The Old Library"})
    for signup in people.values():
        assert kinds_of(signup) == ["changed"]
        letter = last_of(signup, "changed")
        assert "When:" in letter.text
        assert "Where: The Old Library" in letter.text
    assert line_of(last_of(people["confirmed"], "changed"), "SEQUENCE") == "2"


def test_another_room_online_is_told_to_nobody_for_every_way_in_leads_there(
    session: scoped_session[Session],
) -> None:
    event = an_event(format="online", venue="", online_url="https://video.example.org/one", now=NOW)
    signup = a_signup(event, now=NOW)
    before = event.sequence
    change(event, {"online_url": "https://video.example.org/two"})
    assert (kinds_of(signup), event.sequence, event.tell_at) == ([], before, None)
    change(event, {"venue": "Its own site"})
    letter = last_of(signup, "changed")
    assert "video.example.org" not in letter.text + letter.html
    invite = (letter.invite or b"").replace(b"\r\n ", b"")
    assert links.join(signup.id, signup.generation).encode() in invite and b"video.example.org" not in invite


def test_an_offer_never_outlasts_the_start_of_an_event_that_was_brought_forward(
    session: scoped_session[Session],
) -> None:
    event = an_event(starts_in=timedelta(days=3), now=NOW)
    signup = a_signup(event, state="offered", offered_until=NOW + timedelta(days=2), now=NOW)
    upheaval.change(event.id, {"starts_at": NOW + timedelta(days=1)}, NOW)
    upheaval.tell_change(event.id, NOW)
    assert signup.offered_until == event.starts_at


def test_a_move_told_to_nobody_cuts_offers_short_at_once(session: scoped_session[Session]) -> None:
    event = an_event(starts_in=timedelta(days=3), now=NOW)
    signup = a_signup(event, state="offered", offered_until=NOW + timedelta(days=2), now=NOW)
    upheaval.change(event.id, {"starts_at": NOW + timedelta(days=1)}, NOW, ())
    assert signup.offered_until == event.starts_at


def test_fewer_places_than_are_held_is_refused_and_says_how_many_are(event: Event) -> None:
    for state in ("confirmed", "offered", "waitlisted"):
        a_signup(event, state=state, now=NOW)
    with pytest.raises(upheaval.TooSmall) as refused:
        upheaval.change(event.id, {"capacity": 1, "title": "Smaller"}, NOW)
    assert refused.value.held == 2
    assert event.title != "Smaller"
    assert upheaval.change(event.id, {"capacity": 2}, NOW) == set()


def test_more_places_are_offered_to_those_in_line_at_once(event: Event) -> None:
    for _ in range(2):
        a_signup(event, now=NOW)
    line = [a_signup(event, state="waitlisted", now=NOW) for _ in range(3)]
    upheaval.change(event.id, {"capacity": 4}, NOW)
    assert [one.state for one in line] == ["offered", "offered", "waitlisted"]


def test_an_event_called_off_leaves_every_calendar_and_tells_all_who_hold_or_wait(event: Event) -> None:
    people = one_of_each(event)
    assert upheaval.call_off(event.id, "The hall is flooded.", NOW) == 3
    told = {state: kinds_of(one) for state, one in people.items() if kinds_of(one)}
    assert told == {"confirmed": ["called_off"], "offered": ["called_off"], "waitlisted": ["called_off"]}
    letter = last_of(people["confirmed"], "called_off")
    assert "The hall is flooded." in letter.text
    assert letter.invite_method == line_of(letter, "METHOD") == "CANCEL"
    assert (line_of(letter, "UID"), line_of(letter, "SEQUENCE")) == (event.uid, "1")
    assert last_of(people["waitlisted"], "called_off").invite is None


def test_what_had_not_left_is_dropped_when_the_event_is_called_off_but_never_an_invite_that_may_have_left(
    event: Event,
) -> None:
    signup = actions.confirm(actions.sign_up(event.id, "pat@example.org", "Pat", None, NOW).id, NOW)
    place = last_of(signup, "place_confirmed")
    place.state, place.tries = "retry", 1
    change(event, later_by_an_hour(event))
    upheaval.call_off(event.id, "", NOW)
    assert kinds_of(signup) == ["confirm", "called_off"]
    assert kinds_of(signup, state="retry") == ["place_confirmed"]
    assert kinds_of(signup, state="dropped") == ["changed"]
    assert line_of(last_of(signup, "called_off"), "SEQUENCE") == "2"


@pytest.mark.parametrize("state", ["draft", "called_off"])
def test_only_a_published_event_is_called_off(session: scoped_session[Session], state: str) -> None:
    event = an_event(state=state, now=NOW)
    with pytest.raises(actions.NotOpen):
        upheaval.call_off(event.id, "", NOW)


def test_an_event_that_is_over_is_not_called_off(event: Event) -> None:
    with pytest.raises(actions.NotOpen):
        upheaval.call_off(event.id, "", event.ends_at)


def test_an_event_called_off_is_edited_no_more_and_a_press_changes_nothing(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    upheaval.call_off(event.id, "", NOW)
    with pytest.raises(events.CalledOff):
        upheaval.change(event.id, {"title": "Back again"}, NOW)
    with pytest.raises(actions.NotOpen):
        actions.confirm(signup.id, NOW)
    actions.cancel(signup.id, NOW)
    assert kinds_of(signup) == ["called_off"]


def test_a_move_after_the_end_is_told_to_nobody(event: Event) -> None:
    signup = a_signup(event, now=NOW)
    change(event, {"venue": "Elsewhere"}, event.ends_at)
    assert kinds_of(signup) == []


def test_people_without_an_address_are_no_obstacle(event: Event) -> None:
    nameless = a_person(event.organisation, address=None, now=NOW)
    signup = a_signup(event, nameless, invite_open=False, invite_sequence=None, now=NOW)
    other = a_signup(event, now=NOW)
    change(event, later_by_an_hour(event))
    upheaval.call_off(event.id, "", NOW)
    assert kinds_of(signup, state=None) == []
    assert kinds_of(other) == ["called_off"]
