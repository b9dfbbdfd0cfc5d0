"""What the board and its pages say: who is still on the way, who loses a seat, what was refused, who is pinned."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from convene import clock
from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries, settings
from convene.groups.reading import Reading
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person
from convene.web.organise.board import Board, Table
from tests.factories import a_person, a_signup
from tests.web.organise.conftest import World, text
from tests.web.organise.test_changes import (
    bounds_of,
    dealt,
    elsewhere,
    last,
    press,
    seat_of,
    seating,
)
from tests.web.organise.tonight import NAMES, tonight

# On the way to the event


def test_a_deal_at_the_first_arrivals_seats_those_still_on_their_way(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=2)
    ids = world.add(event_id, *NAMES)
    press(world, event_id, "deal")
    press(world, event_id, "publish", letters="no")
    world.client.post(f"/organise/events/{event_id}/attendance/{ids[0]}", data={"here": "yes"})
    world.client.post(f"/organise/events/{event_id}/attendance/walk-in", data={"name": "Wim Late"})
    press(world, event_id, "deal")
    assert set(seating(world, event_id)[1]) == {*NAMES, "Wim Late"}
    page = text(world.client.get(f"/organise/events/{event_id}/groups"))
    assert ("no seat" not in page and "13 People to seat" in page) or "People to seat 13" in page


def test_whoever_was_told_a_group_and_would_lose_it_is_named_before_the_deal_and_before_publishing(
    world: World,
) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    ids = world.add(event_id, *NAMES[:9])
    press(world, event_id, "deal")
    press(world, event_id, "publish", letters="no")
    with world.writing():
        event = db.session.get_one(Event, event_id)
        event.starts_at = clock.now() - timedelta(minutes=30)
    for signup_id in ids[:7]:
        world.client.post(f"/organise/events/{event_id}/attendance/{signup_id}", data={"here": "yes"})
    path = f"/organise/events/{event_id}/groups"
    who = f"{NAMES[7]} , {NAMES[8]}"
    before = text(world.client.get(path))
    assert (
        "2 people who were told a group would have no seat if you deal again now" in before and who in before
    )
    assert "2 people who were told a group have no seat in the new groups" in text(
        press(world, event_id, "deal")
    )
    asked = text(world.client.get(path + "/publish"))
    assert "2 people who were told a group have no seat in the new groups" in asked and who in asked


# What is refused is written down


def refusals(world: World) -> int:
    rows = select(AuditEntry).where(AuditEntry.verb == "groups.refused")
    return world.read(lambda: len(db.session.scalars(rows).all()))


def test_every_refusal_that_a_rule_may_stand_behind_is_written_down_and_counted_for_the_lead(
    world: World,
) -> None:
    helper = world.organiser("helper@example.org", "organiser")
    event_id = tonight(world, group_size=2, round_count=1)
    ids = world.add(event_id, *NAMES[:4])
    press(world, event_id, "deal")
    press(world, event_id, "publish", letters="no")
    there = seating(world, event_id)[1]
    other = next(name for name, at in there.items() if at == there[NAMES[0]] and name != NAMES[0])
    away, beside = [name for name, at in there.items() if at != there[NAMES[0]]]
    press(world, event_id, "move", seat=seat_of(world, event_id, NAMES[0])[0],
          other=seat_of(world, event_id, away)[0], round=1)  # fmt: skip
    assert refusals(world) == 0
    with world.writing():
        one, two, three = (
            db.session.get_one(Person, world.person(name)) for name in (NAMES[0], other, beside)
        )
        keep_apart(one, two, "", "test", clock.now())
        keep_apart(one, three, "", "test", clock.now())
    press(world, event_id, "tell", helper)
    assert refusals(world) == 1
    press(world, event_id, "undo", helper, last=last(world, event_id))
    assert refusals(world) == 2
    snapshot = last(world, event_id)
    press(world, event_id, "choose", helper, **{"with": snapshot})
    assert refusals(world) == 3
    for name in NAMES[:4]:
        if name not in (NAMES[0], other):
            world.client.post(
                f"/organise/events/{event_id}/signups/{ids[NAMES.index(name)]}/cancel", data={"tell": "no"}
            )
    press(world, event_id, "deal", helper)
    assert refusals(world) == 4, "two people who are kept apart, and nobody else"
    page = text(world.client.get("/organise/people/apart"))
    assert "Refused in the last thirty days" in page and "Helper : 4 times" in page
    assert helper.get("/organise/people/apart").status_code == 404


@pytest.mark.one_database
def test_a_draft_that_a_rule_forbids_to_publish_is_a_refusal_that_is_written_down(world: World) -> None:
    event_id = dealt(world)
    there = seating(world, event_id)[1]
    other = next(name for name, at in there.items() if at == there[NAMES[0]] and name != NAMES[0])
    with world.writing():
        one, two = (db.session.get_one(Person, world.person(name)) for name in (NAMES[0], other))
        keep_apart(one, two, "", "test", clock.now())
    press(world, event_id, "publish")
    assert refusals(world) == 1


# Words on the board


@pytest.mark.one_database
def test_what_the_board_says_of_facilitators_is_counted_anew_from_who_sits_there(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    world.add(event_id, *NAMES[:9], here=True)
    with world.writing():
        event = db.session.get_one(Event, event_id)
        people = [world.person(name) for name in NAMES[:2]]
        settings.row(event).facilitated = True
        settings.set_facilitators(event, people, people)
    press(world, event_id, "deal")
    path = f"/organise/events/{event_id}/groups"
    without = re.findall(r'<h3>(Table \d)</h3>(?:(?!</li>\s*<li id="group).)*?Nobody here facilitates',
                         world.client.get(path).text, re.DOTALL)  # fmt: skip
    there = seating(world, event_id)[1]
    (bare,) = {"Table 1", "Table 2", "Table 3"} - {there[name] for name in NAMES[:2]}
    assert without == [bare]
    other = next(name for name, at in there.items() if at == bare)
    with world.writing():
        event = db.session.get_one(Event, event_id)
        settings.set_facilitators(event, [people[0]], [])
        settings.set_facilitators(event, [world.person(other)], [world.person(other)])
    said = {group.group.label: group.notes for group in board_tables(world, event_id)}
    assert "Nobody here facilitates." not in said[bare]
    assert "Nobody here facilitates." in said[there[NAMES[0]]]
    beside = next(name for name, at in there.items() if at == bare and name != other)
    with world.writing():
        event = db.session.get_one(Event, event_id)
        settings.set_facilitators(event, people, [])
        settings.set_facilitators(event, [world.person(beside)], [world.person(beside)])
    said = {group.group.label: group.notes for group in board_tables(world, event_id)}
    assert "More than one person here facilitates." in said[bare]


def board_tables(world: World, event_id: int) -> list[Table]:
    def look() -> list[Table]:
        rounds = queries.board(event_id)
        return Board(rounds, Reading(db.session.get_one(Event, event_id))).tables(rounds[0])

    return world.read(look)


@pytest.mark.one_database
def test_the_least_repeats_told_to_everybody_are_never_more_than_the_repeats_beside_them(
    world: World,
) -> None:
    helper = world.organiser("helper@example.org", "organiser")
    event_id = tonight(world, group_size=2, round_count=7)
    world.add(event_id, *NAMES[:6], here=True)
    with world.writing():
        who = [db.session.get_one(Person, world.person(name)) for name in NAMES[:6]]
        for one in (0, 2, 4):
            keep_together(who[one], who[one + 1], "test", clock.now())
    press(world, event_id, "deal")
    assert "least" not in " ".join(bounds_of(helper.get(f"/organise/events/{event_id}/groups")))


@pytest.mark.one_database
def test_a_pin_is_said_and_the_focus_goes_to_whom_it_holds(world: World) -> None:
    event_id = dealt(world)
    seat_id, group_id = seat_of(world, event_id, NAMES[0])
    page = press(world, event_id, "pin", pin=f"seat-{seat_id}-on", round=1)
    assert f"{NAMES[0]} is pinned: the next deal leaves them there." in text(page)
    assert f'id="seat-{seat_id}" tabindex="-1"' in page.text
    assert page.request.path.endswith("/groups")
    label = world.read(lambda: next(g.label for g in queries.board(event_id)[0].groups if g.id == group_id))
    said = press(world, event_id, "pin", pin=f"group-{group_id}-on", round=1)
    assert f"{label} is pinned: the next deal leaves it there." in text(said)
    assert f'id="group-{group_id}" tabindex="-1"' in said.text
    assert f"{NAMES[0]} is not pinned any more." in text(
        press(world, event_id, "pin", pin=f"seat-{seat_id}-off", round=1)
    )


@pytest.mark.one_database
def test_a_board_of_many_groups_asks_for_a_number_and_stays_light(world: World) -> None:
    event_id = tonight(world, group_size=2, round_count=1, capacity=200)
    with world.writing():
        event = db.session.get_one(Event, event_id)
        for number in range(90):
            a_signup(event, a_person(event.organisation, name=f"Guest {number:02}"))
    press(world, event_id, "deal")
    path = f"/organise/events/{event_id}/groups"
    page = world.client.get(path)
    assert "<select" not in page.text and len(page.data) < 200_000
    seat_id, _ = seat_of(world, event_id, "Guest 00")
    to, label = elsewhere(world, event_id, "Guest 00")
    wanted = label.rpartition(" ")[2]
    sent = {"round": "1", f"at-{seat_id}": f" {wanted} ", f"at-{seat_id + 1}": ""}
    for button in ({"seat": str(seat_id)}, {}):  # the one beside the name, or none: the Enter key
        answer = world.client.post(path + "/ask", data={**sent, **button})
        assert f"seat={seat_id}&to={to}#in-hand" in answer.location
    for wrong in ("", "0", "x", "46", "9" * 30):
        answer = world.client.post(path + "/ask", data={"seat": seat_id, "round": 1, f"at-{seat_id}": wrong})
        assert "to=" not in answer.location
    assert 'name="to-' in world.client.get(f"/organise/events/{dealt(world)}/groups").text
