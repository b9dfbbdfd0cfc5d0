"""A board that somebody else has changed since it was shown, a round that has begun, an event that was called off."""

import re
from datetime import timedelta

import pytest

from convene import clock
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.groups import queries, timing
from convene.groups.models import Dealing
from tests.web.organise.conftest import World, text
from tests.web.organise.test_changes import (
    dealt,
    elsewhere,
    last,
    letters,
    press,
    seat_of,
    seating,
)
from tests.web.organise.tonight import NAMES, shown, tonight

# A page that is out of date


def pinned(world: World, event_id: int) -> set[str]:
    return world.read(
        lambda: {
            seat.person.name
            for round_ in queries.rounds(event_id)
            for group in round_.groups
            for seat in group.seats
            if seat.pinned or group.pinned
        }
    )


def test_a_board_that_is_out_of_date_acts_on_nobody_else(world: World) -> None:
    event_id = dealt(world)
    old = shown(world, event_id)
    seat_id, group_id = seat_of(world, event_id, NAMES[0])
    to = world.read(lambda: next(one.id for one in queries.board(event_id)[0].groups if one.id != group_id))
    press(world, event_id, "deal")
    after = seating(world, event_id)
    for act, data in (
        ("pin", {"pin": f"seat-{seat_id}-on"}),
        ("pin", {"pin": f"group-{group_id}-on"}),
        ("move", {"seat": seat_id, "to": to}),
        ("move", {"seat": seat_id, "other": seat_id + 4}),
        ("undo", {"last": last(world, event_id)}),
        ("choose", {"with": last(world, event_id)}),
        ("publish", {}),
    ):
        for word in (old, ""):
            answer = press(world, event_id, act, round=1, revision=word, **data)
            assert "The groups have changed since this page was shown." in text(answer), act
    assert seating(world, event_id) == after
    assert pinned(world, event_id) == set()
    assert world.read(lambda: {one.state for one in queries.rounds(event_id)}) == {"draft"}
    assert letters(world, event_id) == {}


def test_an_undo_does_not_take_back_the_act_of_another_that_has_the_same_number(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "deal")
    mine, open_page = last(world, event_id), shown(world, event_id)
    press(world, event_id, "undo", last=mine)
    press(world, event_id, "deal")
    theirs = seating(world, event_id)
    number = last(world, event_id)
    said = text(press(world, event_id, "undo", last=number, revision=open_page))
    assert "have changed since" in said and seating(world, event_id) == theirs


def test_every_form_of_the_board_says_what_it_shows(world: World) -> None:
    event_id = dealt(world)
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id, _ = elsewhere(world, event_id, NAMES[0])
    press(world, event_id, "deal")
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id, _ = elsewhere(world, event_id, NAMES[0])
    word = f'name="revision" value="{shown(world, event_id)}"'
    path = f"/organise/events/{event_id}/groups"
    page = world.client.get(f"{path}?round=1&seat={seat_id}&to={group_id}").text
    forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
    for target in ("/groups/undo", "/groups/ask", "/groups/move"):
        mine = [form for form in forms if target in form.partition(">")[0]]
        assert mine and all(word in form for form in mine), target
    for tail in ("/publish", "/compare"):
        forms = re.findall(r'<form method="post".*?</form>', world.client.get(path + tail).text, re.DOTALL)
        mine = [form for form in forms if "sign" not in form.partition(">")[0]]
        assert any(word in form for form in mine), tail


def test_groups_that_nobody_saw_are_not_published(world: World) -> None:
    event_id = dealt(world)
    page = world.client.get(f"/organise/events/{event_id}/groups/publish").text
    (seen,) = set(re.findall(r'name="revision" value="(\w+)"', page))
    press(world, event_id, "deal")
    assert "have changed since" in text(press(world, event_id, "publish", revision=seen))
    assert letters(world, event_id) == {}
    assert "Published." in text(press(world, event_id, "publish"))


@pytest.mark.one_database
def test_a_deal_that_lands_while_a_page_with_somebody_in_hand_is_read_spoils_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    event_id = dealt(world)
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id, _ = elsewhere(world, event_id, NAMES[0])
    real, reads = queries.rounds, []

    def rounds(event_id: int, *states: str) -> object:
        """The first reading of the page as it is; then everything has other ids, as after a deal on PostgreSQL."""
        found = real(event_id, *states)
        reads.append(states)
        return found if len(reads) == 1 else []

    monkeypatch.setattr(queries, "rounds", rounds)
    page = world.client.get(f"/organise/events/{event_id}/groups?round=1&seat={seat_id}&to={group_id}")
    assert page.status_code == 200 and len(reads) == 1, "what stands beside what it shows is of another deal"
    assert f"{NAMES[0]} to " in text(page)


# Looking on for a better deal


def test_no_better_deal_is_kept_once_the_facts_have_changed_and_it_is_not_looked_for_again(
    world: World,
) -> None:
    event_id = tonight(world, group_size=4, round_count=3)
    ids = world.add(event_id, *NAMES[:9])
    press(world, event_id, "deal")
    here = seating(world, event_id)
    path = f"/organise/events/{event_id}/groups"
    assert "data-improve" in world.client.get(path).text
    with world.writing():
        db.session.get_one(Event, event_id).starts_at = clock.now() - timedelta(minutes=30)
    for signup_id in ids[:2]:
        world.client.post(f"/organise/events/{event_id}/attendance/{signup_id}", data={"here": "yes"})
    assert world.client.post(path + "/improve", headers={"Accept": "application/json"}).json == {
        "found": False
    }
    assert seating(world, event_id) == here
    assert world.read(lambda: db.session.get_one(Dealing, event_id).seed) is None
    assert "data-improve" not in world.client.get(path).text


# Comparing after a round has begun


def test_a_round_that_has_begun_counts_on_neither_side_and_nothing_is_offered_that_is_refused(
    world: World,
) -> None:
    event_id = dealt(world)
    press(world, event_id, "publish", letters="no")
    press(world, event_id, "deal")
    with world.writing():
        event = locked(event_id)
        timing.start(event, 1, timing.of(event).revision, clock.now())
    page = text(world.client.get(f"/organise/events/{event_id}/groups/compare"))
    assert "A round has begun since: it stays as it is, and counts on neither side." in page
    assert "Everybody sits in the same groups." in page
    assert "Take the earlier groups" not in page
    again = re.search(r"Pairs who meet twice this evening (\d+) (\d+)", page)
    assert again is None or again[1] == again[2]
    said = text(press(world, event_id, "choose", None, **{"with": last(world, event_id)}))
    assert "A round has begun since, so nobody goes back behind it." in said


# Held twice, and called off


@pytest.mark.one_database
def test_a_round_marked_as_held_twice_is_said_to_be_held_already(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "publish", letters="no")
    assert "Round 1 has been held." in text(press(world, event_id, "rounds/1/held"))
    assert "Round 1 was marked as held already." in text(press(world, event_id, "rounds/1/held"))


def test_an_event_that_was_called_off_keeps_its_groups_as_they_are(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "deal")
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id, _ = elsewhere(world, event_id, NAMES[0])
    with world.writing():
        db.session.get_one(Event, event_id).state = "called_off"
    before, number = seating(world, event_id), last(world, event_id)
    for act, data in (
        ("deal", {}),
        ("rounds/1/held", {}),
        ("rooms", {"rooms": "https://video.example.org/1"}),
        ("move", {"seat": seat_id, "to": group_id}),
        ("pin", {"pin": f"seat-{seat_id}-on"}),
        ("undo", {"last": number}),
        ("choose", {"with": number}),
        ("publish", {}),
        ("tell", {}),
    ):
        said = text(press(world, event_id, act, **data))
        assert "This event was called off, so its groups stay as they are." in said, act
    assert seating(world, event_id) == before and pinned(world, event_id) == set()
    page = world.client.get(f"/organise/events/{event_id}/groups").text
    assert "/groups/deal" not in page and "/groups/undo" not in page and "Move to..." not in page
