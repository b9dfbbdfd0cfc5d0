"""The evening itself: who is here, who walks in, the deal, moves by hand, publishing, and what nobody may find out."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from convene import clock
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people.models import Person
from convene.signups.models import Attendance, Signup
from tests.web.organise.conftest import World, text, typed
from tests.web.organise.tonight import NAMES, publish, seats, tonight


def test_the_whole_evening_from_announcing_to_publishing(world: World) -> None:
    desk = world.client
    path = desk.post("/organise/events/new", data=typed(group_size="3", round_count="2")).location
    event_id = int(path.rpartition("/")[2])
    desk.post(path + "/publish")
    for name in NAMES:
        desk.post(path + "/signups", data={"name": name, "email": f"{name.replace(' ', '.')}@example.net"})
    with world.writing():
        db.session.execute(
            update(Event).values(
                starts_at=clock.now() - timedelta(minutes=15), ends_at=clock.now() + timedelta(hours=2)
            )
        )
    people = world.read(
        lambda: {n: i for n, i in db.session.execute(select(Person.name, Signup.id).join(Signup))}
    )
    for name in NAMES[:8]:
        answer = desk.post(f"{path}/attendance/{people[name]}", data={"here": "yes"})
        assert answer.location.endswith(f"#person-{people[name]}")
    desk.post(path + "/attendance/walk-in", data={"name": "Wim Late", "email": ""})
    assert "9 of 13 here" in text(desk.get(path + "/attendance"))
    dealt = desk.post(path + "/groups/deal", follow_redirects=True)
    assert "Nobody meets the same person twice" in text(dealt)
    assert set(seats(world, 1)) == {*NAMES[:8], "Wim Late"} == set(seats(world, 2))
    asked = text(desk.get(path + "/groups/publish"))
    assert "8 people get a letter" in asked and "Wim Late : show them the list" in asked
    publish(world, event_id)
    again = text(publish(world, event_id))
    assert "nothing new to publish" in again
    sent = select(OutgoingMail).where(OutgoingMail.letter == "your_group")
    assert len(world.read(lambda: db.session.scalars(sent).all())) == 8
    assert "has been held" in text(desk.post(path + "/groups/rounds/1/held", follow_redirects=True))
    before = seats(world, 1)
    desk.post(path + "/groups/deal")
    assert seats(world, 1) == before, "a round that was held is not dealt again"
    paper = text(desk.get(path + "/paper/list"))
    assert "Wim Late Table" in paper
    verbs = world.read(lambda: set(db.session.scalars(select(AuditEntry.verb))))
    assert {"groups.dealt", "groups.published", "groups.held", "event.published"} <= verbs
    assert event_id


def test_marks_are_taken_back_as_easily_as_made(world: World) -> None:
    event_id = tonight(world)
    signup_id = world.add(event_id, "Bo Ash")[0]
    path = f"/organise/events/{event_id}/attendance"
    for _ in range(2):
        world.client.post(f"{path}/{signup_id}", data={"here": "yes"})
    assert "1 of 1 here" in text(world.client.get(path))
    world.client.post(f"{path}/{signup_id}", data={"here": "no"})
    assert "0 of 1 here" in text(world.client.get(path))
    for bad in ({}, {"here": "perhaps"}):
        assert world.client.post(f"{path}/{signup_id}", data=bad).status_code == 400


def test_a_walk_in_to_a_full_event_needs_the_organisers_word(world: World) -> None:
    event_id = tonight(world, capacity=1)
    world.add(event_id, "Bo Ash", "Cy Dune")
    path = f"/organise/events/{event_id}/attendance/walk-in"
    full = world.client.post(path, data={"name": "Wim Late"})
    assert full.status_code == 409
    assert "All 1 places are held" in text(full) and 'value="Wim Late"' in full.text
    assert world.event_row(event_id).capacity == 1
    world.client.post(path, data={"name": "Wim Late", "anyway": "yes"})
    event = world.event_row(event_id)
    held = world.read(lambda: db.session.scalars(select(Signup).where(Signup.state == "confirmed")).all())
    assert event.capacity == len(held) == 2
    here = select(Person.name).join(Signup).join(Attendance).where(Attendance.state == "attended")
    assert world.read(lambda: list(db.session.scalars(here))) == ["Wim Late"]


def at_the_door(world: World, signup_id: int) -> tuple[str, str | None]:
    """Where a person stands: the state of their place, and of their mark."""

    def look() -> tuple[str, str | None]:
        signup = db.session.get_one(Signup, signup_id)
        return signup.state, signup.attendance.state if signup.attendance else None

    return world.read(look)


@pytest.mark.parametrize("state", ["cancelled", "lapsed"])
def test_who_was_marked_here_stays_on_the_list_whatever_becomes_of_their_place(
    world: World, state: str
) -> None:
    event_id = tonight(world)
    gone, left = world.add(event_id, "Bo Ash", here=True) + world.add(event_id, "Cy Dune")
    with world.writing():
        db.session.execute(update(Signup).where(Signup.id.in_((gone, left))).values(state=state))
    path = f"/organise/events/{event_id}/attendance"
    page = text(world.client.get(path))
    assert "Bo Ash" in page and "1 of 1 here" in page
    assert "Cy Dune" not in page
    world.client.post(f"{path}/{gone}", data={"here": "no"})
    assert at_the_door(world, gone) == (state, None)
    world.client.post(f"{path}/{left}", data={"here": "yes"})
    assert at_the_door(world, left) == (state, None), "who is not on the list is added below"


@pytest.mark.parametrize(("state", "capacity"), [("offered", 2), ("waitlisted", 2), ("waitlisted", 1)])
def test_marking_somebody_without_a_place_here_gives_them_one_past_the_line(
    world: World, state: str, capacity: int
) -> None:
    event_id = tonight(world, capacity=1)
    _, first, second = world.add(event_id, "Bo Ash", "Cy Dune", "Di Elm")
    with world.writing():
        db.session.execute(update(Event).values(capacity=capacity))
        offered_until = clock.now() + timedelta(minutes=10) if state == "offered" else None
        values = {"state": state, "offered_until": offered_until}
        db.session.execute(update(Signup).where(Signup.id == second).values(**values))
    path = f"/organise/events/{event_id}/attendance"
    for _ in range(2):
        world.client.post(f"{path}/{second}", data={"here": "yes"})
    assert at_the_door(world, second) == ("confirmed", "attended")
    assert at_the_door(world, first) == ("waitlisted", None)
    assert world.event_row(event_id).capacity == 2, "grown only where there was no room"
    mail = select(OutgoingMail.letter).where(OutgoingMail.thread == f"signup:{second}")
    kinds = world.read(lambda: list(db.session.scalars(mail)))
    assert kinds.count("place_confirmed") == 1
    assert "2 of 2 here" not in text(world.client.get(path))


def test_after_the_end_people_are_added_and_seated_without_a_letter_until_the_list_is_complete(
    world: World,
) -> None:
    event_id = tonight(world, capacity=2)
    _, _, waiting = world.add(event_id, "Bo Ash", "Cy Dune", "Di Elm")
    with world.writing():
        db.session.execute(
            update(Event).values(
                starts_at=clock.now() - timedelta(hours=2), ends_at=clock.now() - timedelta(minutes=5)
            )
        )
        db.session.execute(update(OutgoingMail).values(state="sent"))
    path = f"/organise/events/{event_id}/attendance"
    assert "Somebody who is not on the list" in text(world.client.get(path))
    world.client.post(f"{path}/{waiting}", data={"here": "yes"})
    assert at_the_door(world, waiting) == ("confirmed", "attended")
    late = {"name": "Wim Late", "email": "wim@example.net"}
    assert world.client.post(f"{path}/walk-in", data=late).status_code == 409, "every place was taken"
    world.client.post(f"{path}/walk-in", data={**late, "anyway": "yes"})
    assert "Wim Late" in text(world.client.get(path))
    assert world.event_row(event_id).capacity == 4
    queued = select(OutgoingMail.letter).where(OutgoingMail.state == "queued")
    assert world.read(lambda: list(db.session.scalars(queued))) == []
    invited = select(Signup.invite_open).join(Person).where(Person.name == "Wim Late")
    assert world.read(lambda: db.session.scalars(invited).one()) is False
    world.client.post(f"{path}/complete")
    assert "Somebody who is not on the list" not in text(world.client.get(path))
    refused = world.client.post(f"{path}/walk-in", data={"name": "Too Late", "anyway": "yes"})
    assert refused.status_code == 409 and "the list is complete" in text(refused)


def test_attendance_is_complete_on_the_organisers_word_and_open_again_on_it(world: World) -> None:
    event_id = tonight(world)
    ids = world.add(event_id, "Bo Ash", "Cy Dune", here=False)
    path = f"/organise/events/{event_id}/attendance"
    assert "only once the event has begun" in text(
        world.client.post(path + "/complete", follow_redirects=True)
    )
    with world.writing():
        db.session.execute(update(Event).values(starts_at=clock.now() - timedelta(minutes=5)))
    world.client.post(f"{path}/{ids[0]}", data={"here": "yes"})
    done = text(world.client.post(path + "/complete", follow_redirects=True))
    assert "1 without a mark did not come" in done and "Did not come" in done
    world.client.post(f"{path}/{ids[0]}", data={"here": "no"})
    states = select(Attendance.state).order_by(Attendance.signup_id)
    assert world.read(lambda: list(db.session.scalars(states))) == ["no_show", "no_show"]
    world.client.post(path + "/reopen")
    assert world.read(lambda: list(db.session.scalars(states))) == []


@pytest.mark.one_database
def test_the_door_asks_who_it_is_and_whether_one_more_is_let_in_and_forgets_neither(world: World) -> None:
    world.add(world.event(), "Wim Late", address=False)
    event_id = tonight(world, capacity=1)
    world.add(event_id, "Bo Ash")
    path = f"/organise/events/{event_id}/attendance/walk-in"
    wim = {"name": "Wim Late", "known_as": "Wim Late", "known": str(world.person("Wim Late"))}
    full = world.client.post(path, data=wim)
    assert full.status_code == 409 and "All 1 places are held" in text(full)
    assert f'name="known" value="{wim["known"]}"' in full.text
    world.client.post(path, data={**wim, "anyway": "yes"})
    here = select(Signup.person_id).join(Attendance).where(Attendance.state == "attended")
    assert world.read(lambda: list(db.session.scalars(here))) == [int(wim["known"])]
    assert world.client.post(path, data=wim).status_code == 303, "who has a place needs no other"
