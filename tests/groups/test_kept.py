"""A plan is kept whole or not at all: only while the facts it was made for are as they were."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, publishing, queries, undo
from convene.groups.actions import Changed
from convene.groups.deal import Plan
from convene.groups.deal.engine import deal
from convene.groups.facts import AlreadyHeld
from convene.groups.models import Group, Round, Seat
from convene.groups.revision import refuse_outdated, revision
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person
from convene.signups.actions import cancel
from tests.factories import a_signup
from tests.groups.evening import SECONDS, a_place, arrange, people, seated, start_again, tables


def test_a_deal_again_replaces_the_drafts_whole(event: Event) -> None:
    arrange(event, seed=1)
    first = seated(event)
    arrange(event, seed=2)
    assert len(seated(event)) == 3
    assert seated(event) != first
    counts = {table: len(db.session.scalars(select(table.id)).all()) for table in (Round, Group, Seat)}
    assert counts == {Round: 3, Group: 9, Seat: 36}


def two(event: Event) -> tuple[Person, Person]:
    first, second = people(event)[:2]
    return first, second


CHANGES: dict[str, Callable[[Event], object]] = {
    "somebody came": lambda event: a_signup(event),
    "somebody left": lambda event: cancel(a_place(event), clock.now()),
    "two must be kept apart": lambda event: keep_apart(*two(event), "", "person:1", clock.now()),
    "two must stay together": lambda event: keep_together(*two(event), "person:1", clock.now()),
    "another size": lambda event: setattr(event, "group_size", 3),
    "another number of rounds": lambda event: setattr(event, "round_count", 2),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_made_for_other_facts_is_not_kept(event: Event, change: str) -> None:
    arrange(event)
    before = seated(event)
    asked = facts.problem(event, 2)
    plan = deal(asked, SECONDS)
    CHANGES[change](event)
    db.session.flush()
    with pytest.raises(Changed):
        actions.keep(event, asked, plan, clock.now())
    assert seated(event) == before


@pytest.mark.one_database
def test_a_plan_made_before_a_round_was_held_is_not_kept(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    asked = facts.problem(event, 2)
    plan = deal(asked, SECONDS)
    actions.hold(event, 1)
    db.session.flush()
    with pytest.raises(Changed):
        actions.keep(event, asked, plan, clock.now())


def test_a_plan_for_unchanged_facts_is_kept(event: Event) -> None:
    who = people(event)
    for other in who[1:4]:
        keep_apart(who[0], other, "", "person:1", clock.now())
    asked = facts.problem(event, 1)
    plan: Plan = deal(asked, SECONDS)
    start_again()
    assert len(actions.keep(db.session.get_one(Event, event.id), asked, plan, clock.now())) == 3


def test_held_rounds_stay_as_they_were_and_the_rest_is_dealt_around_them(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    assert actions.hold(event, 1)
    db.session.flush()
    held = seated(event)[0]
    late = a_signup(event)
    arrange(event, seed=7)
    rounds = seated(event)
    assert rounds[0] == held
    assert [round_.state for round_ in queries.board(event.id)] == ["held", "draft", "draft"]
    assert [round_.number for round_ in queries.board(event.id)] == [1, 2, 3]
    assert all(late.person_id in {one for group in round_ for one in group} for round_ in rounds[1:])


@pytest.mark.parametrize("number", [2, 3])
def test_a_round_held_out_of_turn_stays_too(event: Event, number: int) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    actions.hold(event, number)
    db.session.flush()
    held = seated(event)[number - 1]
    arrange(event, seed=5)
    rounds = queries.board(event.id)
    assert [round_.number for round_ in rounds] == [1, 2, 3]
    assert [round_.state for round_ in rounds].index("held") == number - 1
    assert tables(rounds)[number - 1] == held


@pytest.mark.one_database
def test_when_every_round_was_held_there_is_nothing_left_to_deal(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    for number in (1, 2, 3):
        assert actions.hold(event, number)
    db.session.flush()
    with pytest.raises(AlreadyHeld):
        facts.problem(event, 1)


@pytest.mark.one_database
def test_a_draft_cannot_be_held(event: Event) -> None:
    arrange(event)
    assert not actions.hold(event, 1)
    assert not actions.hold(event, 9)


@pytest.mark.one_database
def test_a_round_held_meanwhile_ends_drafts_that_did_not_know_of_it(event: Event) -> None:
    arrange(event)
    publishing.publish(event, clock.now())
    arrange(event, seed=9)
    assert actions.hold(event, 1)
    assert [round_.state for round_ in queries.board(event.id)] == ["held", "published", "published"]


def test_a_word_for_the_groups_changes_with_every_act_and_not_by_looking(event: Event) -> None:
    def word() -> str:
        db.session.expire_all()
        return revision(event, queries.rounds(event.id))

    arrange(event)
    words = [word()]
    assert word() == words[0]
    undo.remember(event, "deal", clock.now())
    arrange(event, 2)
    words.append(word())
    undo.undo(event, queries.snapshots(event.id)[0].id, clock.now())
    words.append(word())
    undo.remember(event, "pin", clock.now())
    actions.pin(event, True, seat_id=queries.board(event.id)[0].groups[0].seats[0].id)
    words.append(word())
    publishing.publish_quietly(event, clock.now())
    words.append(word())
    assert len(set(words)) == 5
    refuse_outdated(event, words[-1])
    for old in (*words[:-1], ""):
        with pytest.raises(Changed):
            refuse_outdated(event, old)


@pytest.mark.one_database
def test_a_seed_tells_whether_the_facts_it_was_sown_with_have_changed(event: Event) -> None:
    asked = facts.sown(facts.problem(event, 0), 17)
    assert 0 < asked.seed < 2**31
    assert facts.same_facts(facts.problem(event, asked.seed))
    assert facts.sown(facts.problem(event, 0), 18).seed != asked.seed
    who = people(event)
    keep_together(who[0], who[1], "person:1", clock.now())
    assert not facts.same_facts(facts.problem(event, asked.seed))
