"""The evening itself: who is here, who walks in, the deal, moves by hand, publishing, and what nobody may find out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from convene import clock
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries
from convene.groups.models import Group, Round, Seat
from convene.groups.revision import revision
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Lock, Person, Separation
from convene.signups.models import Attendance, Signup
from tests.web.browsing import without_tokens
from tests.web.organise.conftest import World, text, typed

NAMES = [f"{first} {last}" for first in ("Bo", "Cy", "Di", "Ed", "Fi", "Gus") for last in ("Ash", "Elm")]


def tonight(world: World, **facts: Any) -> int:
    return world.event(starts_at=clock.now() + timedelta(minutes=20), **facts)


def seats(world: World, number: int) -> dict[str, str]:
    """Who sits in which group of a round."""
    rows = select(Person.name, Group.label).join(Seat, Seat.person_id == Person.id)
    rows = rows.join(Group, Seat.group_id == Group.id).join(Round, Group.round_id == Round.id)
    return world.read(
        lambda: {name: label for name, label in db.session.execute(rows.where(Round.number == number))}
    )


def shown(world: World, event_id: int) -> str:
    """What a page of the groups that is opened now says that it shows."""
    return world.read(lambda: revision(db.session.get_one(Event, event_id), queries.rounds(event_id)))


def publish(world: World, event_id: int, client: FlaskClient | None = None, **data: str) -> TestResponse:
    """Publish the groups as they stand."""
    data["revision"] = shown(world, event_id)
    path = f"/organise/events/{event_id}/groups/publish"
    return (client or world.client).post(path, data=data, follow_redirects=True)


def move(
    world: World, event_id: int, name: str, label: str, client: FlaskClient | None = None
) -> TestResponse:
    """Move somebody on the board of round 1, as the page does once its effect was seen."""
    rows = select(Seat.id).join(Person, Seat.person_id == Person.id).join(Round, Seat.round_id == Round.id)
    seat = world.read(lambda: db.session.scalar(rows.where(Person.name == name, Round.number == 1)))
    groups = select(Group.id).join(Round, Group.round_id == Round.id).where(Round.number == 1)
    group = world.read(lambda: db.session.scalar(groups.where(Group.label == label)))
    data = {"seat": str(seat), "to": str(group), "round": "1", "revision": shown(world, event_id)}
    path = f"/organise/events/{event_id}/groups/move"
    return (client or world.client).post(path, data=data, follow_redirects=True)


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
def test_a_deal_without_people_or_rounds_left_says_so(world: World) -> None:
    event_id = tonight(world, round_count=1)
    path = f"/organise/events/{event_id}/groups"
    assert "Fewer than two people" in text(world.client.post(path + "/deal", follow_redirects=True))
    world.add(event_id, *NAMES[:6], here=True)
    world.client.post(path + "/deal")
    assert "Publish a round before" in text(world.client.post(path + "/rounds/1/held", follow_redirects=True))
    publish(world, event_id)
    world.client.post(path + "/rounds/1/held")
    assert "Every round has been held" in text(world.client.post(path + "/deal", follow_redirects=True))
    assert world.client.post(path + "/rounds/9/held").status_code == 404


@pytest.mark.one_database
def test_a_person_is_moved_by_hand_and_an_impossible_move_changes_nothing(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    world.add(event_id, *NAMES[:9], here=True)
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    before = seats(world, 1)
    name = NAMES[0]
    target = next(label for label in set(before.values()) if label != before[name])
    page = move(world, event_id, name, target)
    assert f"{name} is at {target} now." in text(page)
    assert seats(world, 1)[name] == target
    path = f"/organise/events/{event_id}/groups/"
    for data in ({}, {"seat": "1"}, {"seat": "x", "to-x": "y"}, {"seat": "9" * 24, f"to-{'9' * 24}": "1"}):
        assert "Choose a group" in text(world.client.post(path + "ask", data=data, follow_redirects=True))
        assert "have changed since" in text(
            world.client.post(path + "move", data=data, follow_redirects=True)
        )
    for data in ({"seat": "99999", "to": "99999"}, {"seat": "99999", "other": "99998"}):
        assert "have changed since" in text(
            world.client.post(path + "move", data=data, follow_redirects=True)
        )
    assert seats(world, 1)[name] == target


@pytest.mark.one_database
def test_only_the_lead_reads_that_a_rule_stands_against_a_move(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    world.add(event_id, *NAMES[:9], here=True)
    with world.writing():
        one, other = (db.session.get_one(Person, world.person(name)) for name in NAMES[:2])
        keep_apart(one, other, "", "test", clock.now())
    helper = world.organiser("helper@example.org", "organiser")
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    before = seats(world, 1)
    assert before[NAMES[0]] != before[NAMES[1]]
    told = text(move(world, event_id, NAMES[0], before[NAMES[1]]))
    assert "These two cannot share a group" in told
    kept = text(move(world, event_id, NAMES[0], before[NAMES[1]], helper))
    assert "Not possible here. Choose another group." in kept
    assert "apart" not in kept.lower() and "rule" not in kept.lower()
    assert seats(world, 1) == before


@pytest.mark.one_database
def test_only_the_lead_reads_who_makes_a_deal_impossible(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    world.add(event_id, *NAMES[:6], here=True)
    with world.writing():
        one, two, three = (db.session.get_one(Person, world.person(name)) for name in NAMES[:3])
        keep_together(one, two, "test", clock.now())
        keep_together(two, three, "test", clock.now())
        keep_apart(one, three, "", "test", clock.now())
    helper = world.organiser("helper@example.org", "organiser")
    path = f"/organise/events/{event_id}/groups/deal"
    kept = text(helper.post(path, follow_redirects=True))
    assert (
        "These people cannot be dealt this way. Change the group size, the pins or who is here, and deal again."
        in kept
    )
    assert "lead" not in kept and "rule" not in kept
    assert not any(name in kept for name in NAMES)
    told = text(world.client.post(path, follow_redirects=True))
    assert "Bo Ash" in told and "apart" in told and "person-" not in told
    assert seats(world, 1) == {}


def ask_to_publish(world: World, client: FlaskClient, event_id: int) -> str:
    answer = publish(world, event_id, client)
    assert answer.status_code == 200
    return text(answer)


@pytest.mark.one_database
def test_a_draft_outdated_by_a_rule_reads_as_one_outdated_by_somebody_who_left(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    ids = world.add(event_id, *NAMES[:6])
    helper = world.organiser("helper@example.org", "organiser")
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    sitting = seats(world, 1)
    one, other = [name for name in NAMES[:6] if sitting[name] == "Table 1"][:2]
    data = {"first": str(world.person(one)), "second": str(world.person(other))}
    made = text(world.client.post("/organise/people/apart", data=data, follow_redirects=True))
    assert "Sitting together now" in made and "Ideas over soup" in made and "round 1, Table 1 (draft)" in made
    by_rule = ask_to_publish(world, helper, event_id)
    assert "Somebody came, left or was moved since this was dealt. Deal again." in by_rule
    assert "keep-apart rule" in ask_to_publish(world, world.client, event_id)
    rule = world.read(lambda: db.session.scalars(select(Separation.id)).one())
    world.client.post(f"/organise/people/apart/{rule}/lift")
    world.client.post(f"/organise/events/{event_id}/signups/{ids[0]}/cancel")
    left = ask_to_publish(world, helper, event_id)
    assert "Somebody came, left or was moved since this was dealt. Deal again." in left
    assert world.read(lambda: db.session.scalars(select(Round.state)).all()) == ["draft"]


@pytest.mark.one_database
@pytest.mark.parametrize("door", ["signups", "attendance/walk-in"])
def test_a_name_alone_that_is_known_is_asked_about_alike_with_a_rule_and_without(
    world: World, door: str
) -> None:
    earlier, event_id = world.event(), tonight(world)
    world.add(earlier, "Bo Ash", "Cy Dune")
    with world.writing():
        db.session.get_one(Person, world.person("Bo Ash")).place = "Leeds"
    path = f"/organise/events/{event_id}/{door}"

    def asked() -> str:
        answer = world.client.post(path, data={"name": " bo  ASH", "email": ""})
        assert answer.status_code == 409
        return without_tokens(answer.text)

    before = asked()
    assert "We know somebody of that name: is this them?" in before
    assert "<bdi>Bo Ash</bdi> (<bdi>Leeds</bdi>)" in before and "Somebody else of that name" in before
    assert "bo.ash@example.net" not in before
    assert "no more is known" in world.client.post(path, data={"name": "cy dune"}).text
    with world.writing():
        first, second = (db.session.get_one(Person, world.person(one)) for one in ("Bo Ash", "Cy Dune"))
        keep_apart(
            first,
            second,
            "",
            "test",
            clock.now(),
        )
    assert asked() == before
    bo = world.person("Bo Ash")
    answer = {"name": "bo ash", "known_as": "bo ash", "known": str(bo)}
    assert world.client.post(path, data=answer).status_code == 303
    coming = select(Signup.person_id).where(Signup.event_id == event_id)
    assert world.read(lambda: list(db.session.scalars(coming))) == [bo]
    assert world.client.post(path, data={**answer, "known": "else"}).status_code == 303
    assert len(world.read(lambda: list(db.session.scalars(coming)))) == 2
    cy = str(world.person("Cy Dune"))
    for wrong in (cy, "9" * 24, "x"):
        assert world.client.post(path, data={**answer, "known": wrong}).status_code == 404
    assert world.client.post(path, data={**answer, "name": "Cy Dune"}).status_code == 409, "asked of another"


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


@pytest.mark.one_database
def test_an_organiser_sees_no_trace_of_who_is_kept_apart(world: World) -> None:
    event_id = tonight(world)
    world.add(event_id, *NAMES[:4], here=True)
    helper = world.organiser("helper@example.org", "organiser")
    assert "/people/apart" not in helper.get("/organise/people").text
    assert "/people/apart" in world.client.get("/organise/people").text
    nothing = helper.get("/organise/people/no-such-page")
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/1/note"), ("POST", "/1/lift")):
        answer = helper.open("/organise/people/apart" + path, method=method)
        assert answer.status_code == 404
        assert text(answer) == text(nothing)

    def shown() -> list[str]:
        return [
            text(helper.get(f"/organise/events/{event_id}/{tail}"))
            for tail in ("groups", "signups", "attendance")
        ]

    before = shown()
    with world.writing():
        one, other = (db.session.get_one(Person, world.person(name)) for name in NAMES[:2])
        keep_apart(one, other, "afraid", "test", clock.now())
    assert shown() == before


@pytest.mark.one_database
def test_the_lead_keeps_people_apart_and_each_reading_of_a_note_is_written_down(world: World) -> None:
    world.add(tonight(world), "Bo Ash", "Cy Dune")
    found = world.client.get("/organise/people/apart?one=bo&other=dune").text
    assert "Bo Ash (bo.ash@example.net)" in found and "Cy Dune (cy.dune@example.net)" in found
    ids = world.person("Bo Ash"), world.person("Cy Dune")
    data = {
        "one": "bo",
        "other": "dune",
        "first": str(ids[0]),
        "second": str(ids[1]),
        "note": "said at the door",
    }
    assert world.client.post("/organise/people/apart", data=data).status_code == 303
    rule = world.read(lambda: db.session.scalars(select(Separation)).one())
    assert rule.note and b"door" not in rule.note
    listed = world.client.get("/organise/people/apart")
    assert "Bo Ash" in listed.text and "said at the door" not in listed.text
    shown = world.client.post(f"/organise/people/apart/{rule.id}/note")
    assert "said at the door" in shown.text and shown.headers["Cache-Control"] == "no-store"
    verbs = (
        select(AuditEntry.verb).where(AuditEntry.subject == f"separation:{rule.id}").order_by(AuditEntry.id)
    )
    assert world.read(lambda: list(db.session.scalars(verbs))) == ["separation.made", "separation.read"]
    world.client.post(f"/organise/people/apart/{rule.id}/lift")
    assert world.read(lambda: db.session.scalars(select(Separation)).all()) == []


@pytest.mark.one_database
@pytest.mark.parametrize("page", ["together", "apart"])
def test_two_people_are_chosen_well_or_asked_for_again(world: World, page: str) -> None:
    world.add(tonight(world), "Bo Ash", "Cy Dune")
    bo = str(world.person("Bo Ash"))
    path = f"/organise/people/{page}"
    for data, code in (
        ({}, 422),
        ({"first": bo}, 422),
        ({"first": bo, "second": bo}, 422),
        ({"first": bo, "second": "x"}, 404),
        ({"first": bo, "second": "999"}, 404),
        ({"first": bo, "second": "9" * 24}, 404),
    ):
        assert world.client.post(path, data={"one": "bo", "other": "bo", **data}).status_code == code, data
    other = world.read(
        lambda: db.session.scalar(select(Person.id).where(Person.organisation_id == world.other_host_id))
    )
    assert world.client.post(path, data={"first": bo, "second": str(other)}).status_code == 404
    for strange in ("%00", "%ff", "%25", "x" * 5000):
        assert world.client.get(f"{path}?one={strange}&other={strange}").status_code == 200
        assert world.client.get(f"/organise/people?q={strange}").status_code == 200
    assert world.read(lambda: db.session.scalars(select(Lock)).all()) == []


@pytest.mark.one_database
def test_two_people_are_kept_together_and_the_rule_is_lifted(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=2)
    world.add(event_id, *NAMES[:9], here=True)
    ids = [str(world.person(name)) for name in NAMES[:2]]
    page = world.client.post(
        "/organise/people/together", data={"first": ids[0], "second": ids[1]}, follow_redirects=True
    )
    assert "Bo Ash and Bo Elm are kept together" in text(page)
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    for number in (1, 2):
        assert seats(world, number)["Bo Ash"] == seats(world, number)["Bo Elm"]
    rule = world.read(lambda: db.session.scalars(select(Lock.id)).one())
    world.client.post(f"/organise/people/together/{rule}/lift")
    assert world.client.post(f"/organise/people/together/{rule}/lift").status_code == 404


@pytest.mark.one_database
def test_rooms_are_https_one_to_a_line_and_stay_through_a_new_deal(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=2, format="online", venue="")
    world.add(event_id, *NAMES[:6], here=True)
    path = f"/organise/events/{event_id}/groups"
    world.client.post(path + "/deal")
    bad = world.client.post(path + "/rooms", data={"rooms": "https://meet.example/1\nhttp://meet.example/2"})
    assert (
        bad.status_code == 422
        and "Line 2 is not a whole link" in bad.text
        and "http://meet.example/2" in bad.text
    )
    few = text(
        world.client.post(path + "/rooms", data={"rooms": "https://meet.example/1"}, follow_redirects=True)
    )
    assert "there are 2 groups" in few
    world.client.post(path + "/rooms", data={"rooms": "https://meet.example/1\r\n\r\nhttps://meet.example/2"})
    world.client.post(path + "/deal")
    rows = select(Round.number, Group.number, Group.room_url).join(Round, Group.round_id == Round.id)
    found = world.read(lambda: sorted(tuple(row) for row in db.session.execute(rows)))
    assert found == [(r, g, f"https://meet.example/{g}") for r in (1, 2) for g in (1, 2)]


@pytest.mark.one_database
def test_a_round_that_is_not_there_shows_the_groups_all_the_same(world: World) -> None:
    event_id = tonight(world)
    assert world.client.get(f"/organise/events/{event_id}/groups?round={'9' * 30}").status_code == 200


@pytest.mark.one_database
def test_the_outbox_shows_letters_without_their_readers_own_keys(world: World) -> None:
    world.add(world.event(), "Bo Ash")
    page = world.client.get("/organise/outbox")
    assert "Bo Ash" in page.text and "Place kept" in page.text
    mail = world.read(lambda: db.session.scalars(select(OutgoingMail)).one())
    shown = world.client.get(f"/organise/outbox/{mail.id}").text
    assert "/place/(their own link)" in shown
    token = re.search(r"/place/(\S+)", mail.text)
    assert token and token[1] not in shown
    world.client.post(f"/organise/outbox/{mail.id}/drop")
    assert "Not sent" in world.client.get("/organise/outbox").text
    assert "cannot be stopped" in text(
        world.client.post(f"/organise/outbox/{mail.id}/drop", follow_redirects=True)
    )
    world.client.post(f"/organise/outbox/{mail.id}/again")
    state = select(OutgoingMail.state)
    assert world.read(lambda: db.session.scalar(state)) in ("queued", "retry")
    with world.writing():
        db.session.execute(update(OutgoingMail).values(state="sent", text="", html="", purged_at=clock.now()))
    assert "no longer kept" in world.client.get(f"/organise/outbox/{mail.id}").text
    assert "cannot go again" in text(
        world.client.post(f"/organise/outbox/{mail.id}/again", follow_redirects=True)
    )
    with world.writing():
        db.session.execute(
            update(OutgoingMail).values(letter="stay_in_touch", text="call 0123", purged_at=None)
        )
    sealed = world.client.get(f"/organise/outbox/{mail.id}").text
    assert "for its reader alone" in sealed and "0123" not in sealed


@pytest.mark.one_database
def test_the_outbox_is_read_page_by_page(world: World) -> None:
    event_id = world.event(capacity=100)
    world.add(event_id, *[f"Person Number{n}" for n in range(55)])
    first = world.client.get("/organise/outbox").text
    assert "Number54" in first and "Number0<" not in first
    older = re.search(r"/organise/outbox\?before=(\d+)", first)
    assert older and "Number0" in world.client.get(older[0]).text
