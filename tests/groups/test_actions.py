"""From who is here to groups that people are told of: hard rules hold in every deal, move and publication."""

from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, publishing, queries, reading
from convene.groups.deal import Problem
from convene.groups.deal.engine import deal
from convene.groups.facts import NobodyHere
from convene.people.actions import keep_apart, keep_together
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import a_signup, an_event
from tests.groups.evening import SECONDS, arrange, people, seated


@pytest.mark.one_database
def test_everybody_has_one_seat_in_each_round_and_nobody_meets_twice(event: Event) -> None:
    for _ in range(4):
        a_signup(event)
    arrange(event)
    rounds = seated(event)
    assert len(rounds) == 3
    met = []
    for round_ in rounds:
        assert sorted(person for group in round_ for person in group) == [one.id for one in people(event)]
        assert {len(group) for group in round_} == {4}
        met += [pair for group in round_ for pair in combinations(sorted(group), 2)]
    assert len(met) == len(set(met)) == 3 * 4 * 6


@pytest.mark.one_database
def test_nobody_starts_twice_while_somebody_at_the_table_has_not_started(event: Event) -> None:
    arrange(event)
    starts = [group[0] for round_ in seated(event) for group in round_]
    assert len(starts) == 9
    assert max(starts.count(one) for one in starts) <= 2
    assert len(set(starts)) >= 8


@pytest.mark.one_database
def test_groups_are_tables_in_a_room_and_rooms_online(event: Event) -> None:
    assert {group.label for group in arrange(event)[0].groups} == {"Table 1", "Table 2", "Table 3"}
    event.format = "online"
    assert arrange(event)[0].groups[0].label == "Room 1"


@pytest.mark.one_database
def test_those_marked_here_are_dealt_and_before_anybody_is_marked_those_with_a_place(event: Event) -> None:
    a_signup(event, state="waitlisted")
    a_signup(event, state="cancelled")
    assert len(facts.to_seat(event)) == 12
    signups = db.session.scalars(select(Signup).where(Signup.event_id == event.id)).all()
    for signup in signups[:5]:
        mark(signup, "attended", "person:1", clock.now())
    mark(signups[5], "no_show", "person:1", clock.now())
    assert len(facts.to_seat(event)) == 11, (
        "before the event begins, those who are not marked are on their way"
    )
    event.starts_at = clock.now() - reading.LATE
    arrange(event)
    assert {len(group) for round_ in seated(event) for group in round_} == {2, 3} or len(
        seated(event)[0]
    ) == 1
    assert sum(len(group) for group in seated(event)[0]) == 5


@pytest.mark.one_database
def test_nobody_is_put_together_with_nobody(event: Event) -> None:
    lonely = an_event()
    with pytest.raises(NobodyHere):
        facts.problem(lonely, 1)
    a_signup(lonely)
    with pytest.raises(NobodyHere):
        facts.problem(lonely, 1)


@pytest.mark.one_database
def test_separations_hold_over_many_deals_and_locks_with_them(event: Event) -> None:
    who = people(event)
    for first, second in ((0, 1), (0, 2), (3, 4), (5, 6)):
        keep_apart(who[first], who[second], "", "person:1", clock.now())
    keep_together(who[7], who[8], "person:1", clock.now())
    asked = facts.problem(event, 1)
    apart = {
        frozenset((facts.key(who[a].id), facts.key(who[b].id))) for a, b in ((0, 1), (0, 2), (3, 4), (5, 6))
    }
    lock = {facts.key(who[7].id), facts.key(who[8].id)}
    for seed in range(12):  # a thousand draws are the deal's own tests
        plan = deal(Problem(**{**fields(asked), "seed": seed}), 0.001)
        for round_ in plan.rounds:
            for group in round_:
                assert not any(pair <= set(group) for pair in apart), seed
                assert not lock & set(group) or lock <= set(group), seed


def fields(problem: Problem) -> dict:
    return {name: getattr(problem, name) for name in problem.__slots__}


@pytest.mark.one_database
def test_the_deal_learns_no_name_and_no_address(event: Event) -> None:
    person = people(event)[0]
    person.affiliation, person.field, person.place = " Leeds  Tenants ", "Housing", "LEEDS"
    asked = facts.problem(event, 1)
    guest = next(guest for guest in asked.people if guest.id == facts.key(person.id))
    assert (guest.organisation, guest.sector, guest.place) == ("leeds tenants", "housing", "leeds")
    assert person.name not in repr(asked) and "@" not in repr(asked)


@pytest.mark.one_database
def test_earlier_meetings_are_priced_into_the_next_deal(event: Event) -> None:
    earlier = an_event(event.organisation, starts_in=-timedelta(days=5), group_size=4, round_count=1)
    for person in people(event):
        a_signup(earlier, person)
    arrange(earlier)
    publishing.publish(earlier, clock.now())
    assert len(facts.problem(event, 1).met) == 3 * 6


@pytest.mark.one_database
def test_caveats_stand_at_the_group_they_are_about(event: Event) -> None:
    who = people(event)
    for person in who[:6]:
        person.affiliation = "The same house"
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, 2)
    db.session.flush()
    asked = facts.problem(event, 3)
    plan = deal(asked, SECONDS)
    rounds = actions.keep(event, asked, plan, clock.now())
    kept = [
        (number, group.number, caveat.text)
        for number, round_ in enumerate(rounds, 2)
        for group in round_.groups
        for caveat in group.caveats
    ]
    assert sorted(kept) == sorted((one.round, one.group, one.text) for one in plan.caveats)
    assert kept, "six of one house at three tables cannot be without a caveat"


def test_names_stand_for_keys_in_what_the_organiser_reads() -> None:
    assert (
        facts.with_names("person-1 and person-12 meet again", {1: "Ann", 12: "Bob"})
        == "Ann and Bob meet again"
    )
    assert facts.with_names("person-3", {}) == "somebody"


def test_people_on_their_way_are_dealt_until_the_list_is_complete_or_some_minutes_have_gone(
    event: Event,
) -> None:
    first, second, *_ = db.session.scalars(
        select(Signup).where(Signup.event_id == event.id).order_by(Signup.id)
    )
    for signup in (first, second):
        mark(signup, "attended", "person:1", clock.now())
    event.starts_at = clock.now() - timedelta(minutes=5)
    assert len(facts.to_seat(event)) == 12
    event.attendance_complete_at = clock.now()
    assert len(facts.to_seat(event)) == 2, "the organiser said that nobody else comes"
    event.attendance_complete_at = None
    event.starts_at = clock.now() - reading.LATE
    assert len(facts.to_seat(event)) == 2


def test_a_whole_pinned_group_with_somebody_away_holds_those_who_are_here_and_lets_others_in(
    event: Event,
) -> None:
    arrange(event)
    group = queries.board(event.id)[0].groups[0]
    actions.pin(event, True, group_id=group.id)
    away, *here = [seat.person_id for seat in group.seats]
    assert facts.problem(event, 1).pinned[0].whole
    mark(
        db.session.scalars(select(Signup).where(Signup.person_id == away)).one(), "excused", "p", clock.now()
    )
    mark(
        db.session.scalars(select(Signup).where(Signup.person_id == here[0])).one(),
        "attended",
        "p",
        clock.now(),
    )
    (pinned,) = facts.problem(event, 2).pinned
    assert not pinned.whole
    arrange(event, 2)
    assert set(here) <= set(seated(event)[0][0])
