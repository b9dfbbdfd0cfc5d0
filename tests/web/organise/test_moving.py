"""Moving somebody on the board: what an organiser and the lead read of what stands against it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from convene import clock
from convene.extensions import db
from convene.groups.models import Group, Round
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person, Separation
from tests.web.organise.conftest import World, text
from tests.web.organise.tonight import NAMES, move, publish, seats, tonight


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
