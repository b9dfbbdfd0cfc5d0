"""Moving somebody by hand: what stands against it, and what never comes of it."""

import pytest
from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, publishing, queries
from convene.groups.actions import Changed, NotPossible
from convene.groups.models import Round, Seat
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person
from tests.factories import a_signup, an_event
from tests.groups.evening import arrange, people, seated


def seat_of(event: Event, person: Person, number: int = 1) -> Seat:
    rows = select(Seat).join(Round).where(Round.event_id == event.id, Round.number == number)
    return db.session.scalars(rows.where(Seat.person_id == person.id)).one()


def test_a_person_is_moved_to_another_group_of_the_same_round(event: Event) -> None:
    arrange(event)
    one = people(event)[0]
    seat = seat_of(event, one)
    target = next(group for group in queries.board(event.id)[0].groups if group.id != seat.group_id)
    actions.move(event, seat.id, target.id)
    first = seated(event)[0]
    assert sorted(len(group) for group in first) == [3, 4, 5]
    assert first[target.number - 1][-1] == one.id


@pytest.mark.one_database
def test_a_move_beside_somebody_to_be_kept_apart_from_is_not_possible(event: Event) -> None:
    who = people(event)
    keep_apart(who[0], who[1], "They fear each other", "person:1", clock.now())
    arrange(event)
    before = seated(event)
    with pytest.raises(NotPossible) as refused:
        actions.move(event, seat_of(event, who[0]).id, seat_of(event, who[1]).group_id)
    assert refused.value.rule == "apart"
    assert "fear" not in str(refused.value)
    assert seated(event) == before


@pytest.mark.one_database
def test_a_rule_made_since_hinders_no_move_that_does_not_break_it(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    first, second, third = queries.board(event.id)[0].groups
    one, other = (seat.person for seat in first.seats[:2])
    keep_apart(one, other, "", "person:1", clock.now())
    actions.move(event, second.seats[0].id, third.id)
    actions.move(event, seat_of(event, one).id, second.id)
    assert not any(one.id in group and other.id in group for group in seated(event)[0])
    with pytest.raises(NotPossible, match="apart"):
        actions.move(event, seat_of(event, other).id, second.id)


@pytest.mark.one_database
def test_the_groups_that_a_new_rule_finds_together_are_known_until_they_are_parted(event: Event) -> None:
    arrange(event)
    group = queries.board(event.id)[0].groups[0]
    one, other = (seat.person for seat in group.seats[:2])
    keep_apart(one, other, "", "person:1", clock.now())
    found = queries.against_rules(event.organisation_id, clock.now())
    both = [
        (event.id, round_.number, table.id)
        for round_ in queries.board(event.id)
        for table in round_.groups
        if {one.id, other.id} <= {seat.person_id for seat in table.seats}
    ]
    assert [(each.event.id, each.round.number, each.group.id) for each in found] == both
    assert both[0] == (event.id, 1, group.id)
    assert queries.against_rules(event.organisation_id, event.ends_at) == []
    assert queries.against_rules(an_event().organisation_id, clock.now()) == []
    arrange(event, seed=2)
    assert queries.against_rules(event.organisation_id, clock.now()) == []


@pytest.mark.one_database
def test_who_stays_together_is_not_moved_apart(event: Event) -> None:
    who = people(event)
    keep_together(who[0], who[1], "person:1", clock.now())
    arrange(event)
    seat = seat_of(event, who[0])
    target = next(group for group in queries.board(event.id)[0].groups if group.id != seat.group_id)
    with pytest.raises(NotPossible, match="together"):
        actions.move(event, seat.id, target.id)


@pytest.mark.one_database
def test_no_move_leaves_somebody_alone_or_a_table_too_full(event: Event) -> None:
    arrange(event)
    target = queries.board(event.id)[0].groups[0]
    moved = 0
    with pytest.raises(NotPossible, match="size"):
        for group in queries.board(event.id)[0].groups[1:]:
            for seat in list(group.seats):
                actions.move(event, seat.id, target.id)
                moved += 1
                db.session.expire_all()
    assert moved == 2, "four and two are six"


@pytest.mark.one_database
def test_a_move_to_another_round_or_event_or_to_nowhere_changes_nothing(event: Event) -> None:
    arrange(event)
    other = an_event(event.organisation)
    for person in people(event)[:4]:
        a_signup(other, person)
    arrange(other)
    seat = seat_of(event, people(event)[0])
    elsewhere = [queries.board(event.id)[1].groups[0].id, queries.board(other.id)[0].groups[0].id, 10**6]
    before = seated(event)
    for target in elsewhere:
        with pytest.raises(Changed):
            actions.move(event, seat.id, target)
    with pytest.raises(Changed):
        actions.move(other, seat.id, queries.board(event.id)[0].groups[0].id)
    with pytest.raises(Changed):
        actions.move(event, 10**6, seat.group_id)
    assert seated(event) == before


@pytest.mark.one_database
def test_a_held_round_is_not_changed_by_hand(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, 1)
    db.session.flush()
    seat = seat_of(event, people(event)[0])
    target = next(group for group in queries.board(event.id)[0].groups if group.id != seat.group_id)
    with pytest.raises(Changed):
        actions.move(event, seat.id, target.id)
