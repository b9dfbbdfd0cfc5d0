"""A room and online with places apart, and people who bring people: nobody gets a place that is not there."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.groups import facts
from convene.people.actions import keep_apart
from convene.signups import actions, approvals, guests, line, queries, upheaval, ways
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.signups.reading import kinds_of, last_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def standing(signup: Signup) -> tuple[str, bool]:
    db.session.refresh(signup)
    return signup.state, signup.attends_online


def test_the_room_and_online_have_places_and_lines_of_their_own(session: scoped_session[Session]) -> None:
    event = an_event(capacity=1, online_places=2, online_url="https://video.example.org/hall", now=NOW)
    room, room_waits = [a_signup(event, state="started", now=NOW) for _ in range(2)]
    online = [a_signup(event, state="started", attends_online=True, now=NOW) for _ in range(3)]
    for one in (room, room_waits, *online):
        actions.confirm(one.id, NOW)
    assert [standing(one)[0] for one in (room, room_waits, *online)] == [
        "confirmed", "waitlisted", "confirmed", "confirmed", "waitlisted",
    ]  # fmt: skip
    places = queries.places(event)
    assert (places.capacity, places.taken, places.waiting, places.left) == (3, 3, 2, 0)
    assert (places.of(False).taken, places.of(True).taken) == (1, 2)
    assert queries.ahead(online[2]) == 0, "the line of the room is another"
    mine, theirs = last_of(online[0], "place_confirmed"), last_of(room, "place_confirmed")
    assert "Where: Online" in mine.text and "/join" in mine.text
    assert f"Where: {event.venue}" in theirs.text and "/join" not in theirs.text

    with pytest.raises(ways.NoPlaceThere):
        ways.change(actions.lock_signup(room.id), True, NOW)
    assert standing(room) == ("confirmed", False), "the place in hand is kept"
    actions.cancel(online[0].id, NOW)
    assert standing(online[2])[0] == "offered" and standing(room_waits)[0] == "waitlisted"
    with pytest.raises(upheaval.TooSmall) as small:
        upheaval.change(event.id, {"online_places": 1}, NOW)
    assert (small.value.held, small.value.which) == (2, "online_places")
    with pytest.raises(upheaval.TooSmall):
        upheaval.change(event.id, {"online_places": None}, NOW)
    upheaval.change(event.id, {"online_places": 3}, NOW)
    before = room.invite_sequence or 0
    ways.change(actions.lock_signup(room.id), True, NOW)
    assert standing(room) == ("confirmed", True) and (room.invite_sequence or 0) > before
    assert standing(room_waits)[0] == "offered", "the place in the room went to the first in its line"
    assert line.events_with_stranded_places(NOW) == []
    db.session.refresh(event)
    here = a_signup(event, now=NOW)
    asked = facts.problem(event, 1)
    assert [len(way) for way in asked.ways] == [1, 2] and asked.ways[0] == (facts.key(here.person_id),)
    db.session.delete(here)
    db.session.flush()
    assert queries.places(event).of(True).taken == 3 and queries.places(event).of(False).taken == 1


def test_a_guest_has_a_name_a_place_and_a_seat_and_takes_nobody_elses(
    session: scoped_session[Session],
) -> None:
    event = an_event(capacity=3, guests_each=2, group_size=4, now=NOW)
    ana = a_signup(event, now=NOW)
    bea = guests.bring(ana.id, "Bea Guest", False, NOW)
    cal = guests.bring(ana.id, "Cal Guest", True, NOW)
    assert [one.state for one in (bea, cal)] == ["confirmed", "confirmed"]
    assert bea.person_id != ana.person_id and bea.person.reachable == ana.person.reachable
    assert kinds_of(bea) == ["place_confirmed"] and last_of(bea, "place_confirmed").to_name == "Bea Guest"
    with pytest.raises(guests.NoMoreGuests):
        guests.bring(ana.id, "Dee Guest", False, NOW)
    event.guests_each = 3
    with pytest.raises(guests.ComesAlready):
        guests.bring(ana.id, "Bea Guest", False, NOW)
    with pytest.raises(actions.PlaceGone):
        guests.bring(bea.id, "Eve Guest", False, NOW)
    assert guests.bring(ana.id, "Dee Guest", False, NOW).state == "waitlisted", "every place is taken"
    coming = facts.to_seat(event)
    together = facts.together(event, coming)
    assert together == {(ana.person_id, bea.person_id)}, "as each chose, whoever has a place"
    keep_apart(ana.person, bea.person, "", "test", NOW)
    db.session.flush()
    assert facts.together(event, coming) == set(), "a rule that two sit apart goes before a wish"
    actions.cancel(ana.id, NOW)
    assert [one.state for one in guests.of(ana)] == ["confirmed", "confirmed", "offered"], (
        "they come by themselves"
    )

    asked = an_event(event.organisation, capacity=9, guests_each=1, by_approval=True, now=NOW)
    host = a_signup(asked, now=NOW)
    guest = guests.bring(host.id, "Fay Guest", False, NOW)
    assert guest.needs_answer and guest.state == "waitlisted", "the host answers for each"
    approvals.answer_no(guest.id, NOW)
    with pytest.raises(guests.NoMoreGuests):
        guests.bring(host.id, "Fay Guest", False, NOW)
    closed = an_event(event.organisation, guests_each=1, signup_closes_at=NOW - DAY, now=NOW)
    with pytest.raises(actions.NotOpen):
        guests.bring(a_signup(closed, now=NOW).id, "Gus Guest", False, NOW)
