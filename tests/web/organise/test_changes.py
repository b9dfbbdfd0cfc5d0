"""The board at the desk: seen before it is kept, pinned, taken back, compared, and told to those whom it touches."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from convene import clock
from convene.access.models import AuditEntry
from convene.events.queries import locked
from convene.extensions import db
from convene.groups import queries, timing, undo
from convene.groups.models import Round, Seat
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person, Separation
from tests.web.organise.conftest import World, text
from tests.web.organise.tonight import NAMES, move, shown, tonight

Seating = dict[int, dict[str, str]]  # round number -> name -> label of the group


def seating(world: World, event_id: int) -> Seating:
    """Who sits where on the board, round by round."""
    return world.read(
        lambda: {
            round_.number: {seat.person.name: group.label for group in round_.groups for seat in group.seats}
            for round_ in queries.board(event_id)
        }
    )


def dealt(world: World, *, people: int = 9, **facts: object) -> int:
    event_id = tonight(world, **{"group_size": 3, "round_count": 2, **facts})
    world.add(event_id, *NAMES[:people], here=True)
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    return event_id


def press(
    world: World, event_id: int, act: str, client: FlaskClient | None = None, **data: object
) -> TestResponse:
    """Press a button of a page that was opened just now."""
    path = f"/organise/events/{event_id}/groups/{act}"
    data.setdefault("revision", shown(world, event_id))
    answer = (client or world.client).post(path, data=data, follow_redirects=True)
    assert answer.status_code == 200, answer.status_code
    return answer


def seat_of(world: World, event_id: int, name: str, number: int = 1) -> tuple[int, int]:
    """The ids of somebody's seat and of their group on the board."""
    return world.read(
        lambda: next(
            (seat.id, group.id)
            for round_ in queries.board(event_id)
            if round_.number == number
            for group in round_.groups
            for seat in group.seats
            if seat.person.name == name
        )
    )


def elsewhere(world: World, event_id: int, name: str) -> tuple[int, str]:
    """A group of round 1 where this person does not sit: its id and label."""
    _, mine = seat_of(world, event_id, name)
    groups = world.read(
        lambda: [(one.id, one.label) for one in queries.board(event_id)[0].groups if one.id != mine]
    )
    return groups[0]


def test_what_a_move_would_change_is_shown_before_it_is_kept(world: World) -> None:
    event_id = dealt(world)
    before = seating(world, event_id)
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id, label = elsewhere(world, event_id, NAMES[0])
    data = {"seat": seat_id, "round": 1, f"to-{seat_id}": group_id}
    page = world.client.post(f"/organise/events/{event_id}/groups/ask", data=data, follow_redirects=True)
    said = text(page)
    assert f"{NAMES[0]} to {label}?" in said
    assert f"{label} would have 4 people" in said
    others = [name for name, at in before[1].items() if at == label]
    assert all(f"Change places with {name}" in said for name in others)
    assert seating(world, event_id) == before, "nothing is changed by asking"


def test_two_people_change_places_and_both_tables_keep_their_size(world: World) -> None:
    event_id = dealt(world)
    before = seating(world, event_id)[1]
    one = NAMES[0]
    other = next(name for name, at in before.items() if at != before[one])
    (seat_id, _), (other_id, _) = seat_of(world, event_id, one), seat_of(world, event_id, other)
    press(world, event_id, "move", seat=seat_id, other=other_id, round=1)
    after = seating(world, event_id)[1]
    assert (after[one], after[other]) == (before[other], before[one])
    assert {name: at for name, at in after.items() if name not in (one, other)} == {
        name: at for name, at in before.items() if name not in (one, other)
    }


def test_who_is_pinned_stays_while_the_rest_is_dealt_again(world: World) -> None:
    event_id = dealt(world)
    before = seating(world, event_id)
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    _, whole = seat_of(world, event_id, NAMES[1], number=2)
    page = press(world, event_id, "pin", pin=f"seat-{seat_id}-on", round=1)
    assert "Deal the rest again" in text(page)
    press(world, event_id, "pin", pin=f"group-{whole}-on", round=2)
    label = before[2][NAMES[1]]
    for _ in range(3):
        press(world, event_id, "deal")
        after = seating(world, event_id)
        assert after[1][NAMES[0]] == before[1][NAMES[0]]
        assert {name for name, at in after[2].items() if at == label} == {
            name for name, at in before[2].items() if at == label
        }
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    assert 'aria-pressed="true"' in press(world, event_id, "pin", pin=f"seat-{seat_id}-on", round=1).text
    press(world, event_id, "pin", pin=f"seat-{seat_id}-off", round=1)
    assert not world.read(lambda: db.session.get_one(Seat, seat_id).pinned)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "what", ["", "seat", "seat-x-on", "group-1", "round-1-on", "seat-99999999999999999999-on"]
)
def test_a_pin_that_means_nothing_is_a_bad_request(world: World, what: str) -> None:
    event_id = dealt(world)
    assert world.client.post(f"/organise/events/{event_id}/groups/pin", data={"pin": what}).status_code == 400


def last(world: World, event_id: int) -> int:
    return world.read(lambda: queries.snapshots(event_id)[0].id)


def test_each_act_is_taken_back_the_last_one_first(world: World) -> None:
    event_id = dealt(world)
    first = seating(world, event_id)
    _, label = elsewhere(world, event_id, NAMES[0])
    move(world, event_id, NAMES[0], label)
    second = seating(world, event_id)
    press(world, event_id, "deal")
    page = press(world, event_id, "undo", last=last(world, event_id), round=1)
    assert "Undone: the deal." in text(page)
    assert seating(world, event_id) == second
    assert "Undone: the move." in text(press(world, event_id, "undo", last=last(world, event_id)))
    assert seating(world, event_id) == first
    press(world, event_id, "undo", last=last(world, event_id))
    assert seating(world, event_id) == {}, "and the first deal too"
    assert "nothing to undo" in text(press(world, event_id, "undo", last=1))


def test_an_undo_pressed_twice_takes_back_one_act(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "deal")
    shown_last, page = last(world, event_id), shown(world, event_id)
    press(world, event_id, "undo", last=shown_last, revision=page)
    here = seating(world, event_id)
    assert "have changed since" in text(press(world, event_id, "undo", last=shown_last, revision=page))
    assert seating(world, event_id) == here


def test_nothing_brings_two_together_who_are_kept_apart_since(world: World) -> None:
    event_id = dealt(world)
    before = seating(world, event_id)
    other = next(name for name, at in before[1].items() if at == before[1][NAMES[0]] and name != NAMES[0])
    with world.writing():
        one, two = (db.session.get_one(Person, world.person(name)) for name in (NAMES[0], other))
        keep_apart(one, two, "", "test", clock.now())
    helper = world.organiser("helper@example.org", "organiser")
    press(world, event_id, "deal")
    after = seating(world, event_id)
    said = text(press(world, event_id, "undo", helper, last=last(world, event_id)))
    assert "cannot be undone any more: somebody has come, left or moved since" in said, "as in any other case"
    assert "keep-apart" in text(press(world, event_id, "undo", last=last(world, event_id)))
    assert seating(world, event_id) == after


def test_an_earlier_deal_is_compared_and_chosen_and_that_too_is_taken_back(world: World) -> None:
    event_id = dealt(world)
    first = seating(world, event_id)
    press(world, event_id, "deal")
    second = seating(world, event_id)
    path = f"/organise/events/{event_id}/groups/compare"
    page = world.client.get(path)
    assert page.status_code == 200
    assert "People whom each one meets" in text(page) and "before the deal at" in text(page)
    (chosen,) = re.findall(r'name="with" value="(\d+)"', page.text)
    press(world, event_id, "choose", **{"with": chosen})
    assert seating(world, event_id) == first
    press(world, event_id, "undo", last=last(world, event_id))
    assert seating(world, event_id) == second
    nothing = f"/organise/events/{tonight(world)}/groups/compare"
    assert "nothing to compare" in text(world.client.get(nothing))


def letters(world: World, event_id: int) -> dict[str, int]:
    """How many letters with groups each person was posted."""
    rows = select(Person.name, OutgoingMail.id).join(Person, Person.id == OutgoingMail.person_id)
    rows = rows.where(OutgoingMail.letter == "your_group", OutgoingMail.event_id == event_id)
    found: dict[str, int] = {}
    for name, _ in world.read(lambda: db.session.execute(rows).all()):
        found[name] = found.get(name, 0) + 1
    return found


def test_after_a_move_in_told_groups_only_those_whom_it_touches_are_written_to(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "publish")
    told = letters(world, event_id)
    assert set(told.values()) == {1}
    before = seating(world, event_id)[1]
    _, label = elsewhere(world, event_id, NAMES[0])
    page = text(move(world, event_id, NAMES[0], label))
    touched = {name for name, at in before.items() if at in (label, before[NAMES[0]])}
    assert f"{len(touched)} people sit elsewhere, or with others, than their letter says." in page
    assert letters(world, event_id) == told, "nothing leaves unasked"
    press(world, event_id, "tell")
    again = letters(world, event_id)
    assert {name for name in again if again[name] == 2} == touched
    assert "nothing new to tell" in text(press(world, event_id, "tell"))


def test_a_move_that_was_taken_back_touches_nobody(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "publish")
    _, label = elsewhere(world, event_id, NAMES[0])
    move(world, event_id, NAMES[0], label)
    page = text(press(world, event_id, "undo", last=last(world, event_id)))
    assert "than their letter says" not in page


def test_a_round_that_is_on_stays_through_a_deal_and_its_publishing(world: World) -> None:
    event_id = dealt(world, round_count=3)
    press(world, event_id, "publish")
    with world.writing():
        event = locked(event_id)
        timing.start(event, 1, timing.of(event).revision, clock.now())
    on = world.read(lambda: {(seat.person_id, seat.group_id) for seat in db.session.scalars(
        select(Seat).join(Round).where(Round.number == 1))})  # fmt: skip
    world.add(event_id, "Zed Late", here=True)
    press(world, event_id, "deal")
    assert list(seating(world, event_id)) == [1, 2, 3]
    assert "Zed Late" not in seating(world, event_id)[1]
    press(world, event_id, "publish", letters="no")
    after = world.read(lambda: db.session.scalars(select(Round).where(Round.event_id == event_id)).all())
    assert sorted((one.number, one.state) for one in after) == [(n, "published") for n in (1, 2, 3)]
    still = world.read(lambda: {(seat.person_id, seat.group_id) for seat in db.session.scalars(
        select(Seat).join(Round).where(Round.number == 1))})  # fmt: skip
    assert still == on
    assert "Zed Late" in seating(world, event_id)[2]
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    groups = world.read(lambda: [one.id for one in queries.board(event_id)[0].groups])
    stuck = press(world, event_id, "move", seat=seat_id, to=groups[0], round=1)
    assert "have changed since" in text(stuck), "nobody is moved out of a talk"


@pytest.mark.one_database
def test_a_fresh_deal_is_looked_on_from_once_and_never_after_a_hand_has_touched_it(world: World) -> None:
    event_id = dealt(world, people=9, group_size=4, round_count=3)
    path = f"/organise/events/{event_id}/groups/improve"
    assert "data-improve" in world.client.get(f"/organise/events/{event_id}/groups").text
    first = world.client.post(path, headers={"Accept": "application/json"})
    assert first.status_code == 200 and set(first.json or {}) == {"found"}
    assert "data-improve" not in world.client.get(f"/organise/events/{event_id}/groups").text
    press(world, event_id, "deal")
    _, label = elsewhere(world, event_id, NAMES[0])
    move(world, event_id, NAMES[0], label)
    here = seating(world, event_id)
    assert world.client.post(path, headers={"Accept": "application/json"}).json == {"found": False}
    assert "changed or told meanwhile" in text(press(world, event_id, "improve"))
    assert seating(world, event_id) == here


@pytest.mark.one_database
def test_twenty_acts_back_are_kept_and_what_people_were_told_beside_them(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "publish")
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    for number in range(30):
        press(world, event_id, "pin", pin=f"seat-{seat_id}-{'on' if number % 2 else 'off'}", round=1)
    kept = world.read(lambda: len(queries.snapshots(event_id)))
    assert kept == undo.KEPT + 1
    _, label = elsewhere(world, event_id, NAMES[0])
    assert "than their letter says" in text(move(world, event_id, NAMES[0], label))


def bounds_of(page: TestResponse) -> list[str]:
    """What the page says of the least possible, in order."""
    return re.findall(r'<p class="small"><bdi>(.*?)</bdi></p>', page.text)


@pytest.mark.one_database
def test_the_board_is_read_alike_by_who_may_not_know_of_rules_with_and_without_one(world: World) -> None:
    helper = world.organiser("helper@example.org", "organiser")
    event_id = tonight(world, group_size=3, round_count=5)
    world.add(event_id, *NAMES[:6], here=True)
    with world.writing():
        one, two = (db.session.get_one(Person, world.person(name)) for name in NAMES[:2])
        keep_apart(one, two, "", "test", clock.now())
    press(world, event_id, "deal")
    path = f"/organise/events/{event_id}/groups"
    with_rule = bounds_of(helper.get(path))
    assert "apart" not in text(helper.get(path)) and "least" in " ".join(with_rule)
    with world.writing():
        db.session.execute(delete(Separation))
    press(world, event_id, "deal")
    assert bounds_of(helper.get(path)) == with_rule


def test_two_who_are_kept_together_since_are_not_parted_by_going_back_or_by_publishing(world: World) -> None:
    event_id = dealt(world)
    before = seating(world, event_id)
    other = next(name for name, at in before[1].items() if at != before[1][NAMES[0]])
    with world.writing():
        one, two = (db.session.get_one(Person, world.person(name)) for name in (NAMES[0], other))
        keep_together(one, two, "test", clock.now())
    assert "Deal again" in text(press(world, event_id, "publish")), "the drafts part them"
    press(world, event_id, "deal")
    after = seating(world, event_id)
    assert "cannot be undone" in text(press(world, event_id, "undo", last=last(world, event_id)))
    assert seating(world, event_id) == after


def test_a_new_letter_names_nobody_who_left_and_no_two_who_are_kept_apart_since(world: World) -> None:
    event_id = dealt(world)
    press(world, event_id, "publish")
    told = letters(world, event_id)
    _, label = elsewhere(world, event_id, NAMES[0])
    move(world, event_id, NAMES[0], label)
    other = next(name for name, at in seating(world, event_id)[1].items() if at == label and name != NAMES[0])
    with world.writing():
        one, two = (db.session.get_one(Person, world.person(name)) for name in (NAMES[0], other))
        keep_apart(one, two, "", "test", clock.now())
    helper = world.organiser("helper@example.org", "organiser")
    said = text(press(world, event_id, "tell", helper))
    assert "Somebody came, left or was moved since this was dealt. Deal again." in said
    assert "keep-apart" in text(press(world, event_id, "tell"))
    assert letters(world, event_id) == told


def test_who_must_still_be_told_is_not_forgotten_when_a_round_starts(world: World) -> None:
    event_id = dealt(world, round_count=3)
    press(world, event_id, "publish")
    seat_id, mine = seat_of(world, event_id, NAMES[0], 2)
    to = world.read(lambda: next(one.id for one in queries.board(event_id)[1].groups if one.id != mine))
    assert "than their letter says" in text(press(world, event_id, "move", seat=seat_id, to=to, round=2))
    with world.writing():
        timing.start(locked(event_id), 1, timing.of(locked(event_id)).revision, clock.now())
    page = world.client.get(f"/organise/events/{event_id}/groups")
    assert "than their letter says" in text(page)
    assert "Undo" not in text(page), "behind a round that is on nobody goes back"
    press(world, event_id, "tell")
    assert 2 in letters(world, event_id).values()


@pytest.mark.one_database
def test_a_deal_that_was_taken_back_is_not_looked_on_from(world: World) -> None:
    event_id = dealt(world, people=9, group_size=4, round_count=3)
    press(world, event_id, "deal")
    press(world, event_id, "undo", last=last(world, event_id))
    here = seating(world, event_id)
    path = f"/organise/events/{event_id}/groups/improve"
    assert world.client.post(path, headers={"Accept": "application/json"}).json == {"found": False}
    assert seating(world, event_id) == here


@pytest.mark.one_database
def test_what_is_shown_before_a_move_singles_nobody_out_to_who_may_not_know(world: World) -> None:
    event_id = dealt(world)
    before = seating(world, event_id)[1]
    other = next(name for name, at in before.items() if at != before[NAMES[0]])
    with world.writing():
        one, two = (db.session.get_one(Person, world.person(name)) for name in (NAMES[0], other))
        keep_apart(one, two, "", "test", clock.now())
    helper = world.organiser("helper@example.org", "organiser")
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id = seat_of(world, event_id, other)[1]
    path = f"/organise/events/{event_id}/groups?round=1&seat={seat_id}&to={group_id}"
    assert "Not possible" not in text(helper.get(path))
    assert "keep-apart rule" in text(world.client.get(path))
    press(world, event_id, "move", helper, seat=seat_id, to=group_id, round=1)
    refused = select(AuditEntry).where(AuditEntry.verb == "groups.refused")
    assert world.read(lambda: len(db.session.scalars(refused).all())) == 1, "tries are written down"


@pytest.mark.one_database
def test_somebody_can_be_moved_while_only_one_person_is_marked_here(world: World) -> None:
    event_id = tonight(world, group_size=3, round_count=1)
    ids = world.add(event_id, *NAMES[:9])
    world.client.post(f"/organise/events/{event_id}/groups/deal")
    world.client.post(f"/organise/events/{event_id}/attendance/{ids[0]}", data={"here": "yes"})
    seat_id, _ = seat_of(world, event_id, NAMES[0])
    group_id, label = elsewhere(world, event_id, NAMES[0])
    data = {"seat": seat_id, "round": 1, f"to-{seat_id}": group_id}
    page = world.client.post(f"/organise/events/{event_id}/groups/ask", data=data, follow_redirects=True)
    assert f"{NAMES[0]} to {label}?" in text(page)
