"""How a deal is set: what nobody set is as the tables begin, the deal keeps to the rest, and so does every move."""

from collections.abc import Callable, Sequence
from itertools import combinations

import pytest
from sqlalchemy import event as happening
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.events.actions import CalledOff
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, queries, settings
from convene.groups.actions import Changed, NotPossible
from convene.groups.deal import Problem, Weights
from convene.groups.deal.engine import deal
from convene.groups.models import Dealing, Facilitator, Group, Need, NeedOf, Round, Seat
from convene.people.models import Person
from convene.signups.actions import cancel
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event

SECONDS = 0.001
AS_IT_IS = {
    "group_size": 4,
    "round_count": 3,
    "minutes": 20,
    "mix_affiliation": True,
    "mix_field": True,
    "mix_place": True,
    "mix_first_timers": True,
    "match_offers": False,
    "facilitated": False,
}


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    """An evening of twelve people, in groups of four over three rounds."""
    made = an_event(capacity=100, group_size=4, round_count=3)
    for _ in range(12):
        a_signup(made)
    return made


def ids_of(event: Event) -> list[int]:
    return [signup.person_id for signup in settings.coming(event)]


def needing(event: Event, name: str, groups: int, *people: int) -> Need:
    return settings.set_need(event, None, name, groups, ids_of(event), people)


def facilitated(event: Event, *people: int) -> None:
    settings.save(event, {**AS_IT_IS, "facilitated": True}, clock.now())
    settings.set_facilitators(event, ids_of(event), people)


def arrange(event: Event, seed: int = 1) -> list[Round]:
    asked = facts.problem(event, seed)
    return actions.keep(event, asked, deal(asked, SECONDS), clock.now())


def first_round(event: Event) -> Sequence[Group]:
    db.session.expire_all()
    return queries.board(event.id)[0].groups


def seat_of(event: Event, person_id: int) -> Seat:
    return next(s for group in first_round(event) for s in group.seats if s.person_id == person_id)


def guest(asked: Problem, person_id: int) -> tuple[bool, tuple[str, ...]]:
    found = next(one for one in asked.people if one.id == facts.key(person_id))
    return found.facilitator, found.needs


# What is set


def test_an_event_that_nobody_set_anything_for_is_dealt_as_the_tables_begin(event: Event) -> None:
    dealing = settings.of(event)
    assert {name: getattr(dealing, name) for name in settings.OF_DEAL} == {
        name: AS_IT_IS[name] for name in settings.OF_DEAL
    }
    assert dealing.because == dealing.open_because == []
    assert db.session.scalars(select(Dealing)).all() == [], "looking keeps nothing"
    kept = settings.row(event)
    db.session.flush()
    db.session.expire_all()
    for column in Dealing.__table__.columns:
        assert getattr(kept, column.name) == getattr(dealing, column.name), column.name
    assert facts.problem(event, 1).weights == Weights()
    assert not facts.problem(event, 1).facilitated
    assert dict(facts.problem(event, 1).served) == {}


def test_what_is_saved_is_read_again_and_saved_over(event: Event) -> None:
    for size, minutes, mixed in ((3, 15, False), (5, 25, True)):
        how = {**AS_IT_IS, "group_size": size, "minutes": minutes, "mix_place": mixed}
        settings.save(event, how, clock.now())
        db.session.expire_all()
        dealing = settings.of(event)
        assert (event.group_size, dealing.minutes, dealing.mix_place) == (size, minutes, mixed)


@pytest.mark.one_database
def test_nothing_is_saved_for_an_event_that_was_called_off(event: Event) -> None:
    event.state = "called_off"
    with pytest.raises(CalledOff):
        settings.save(event, {**AS_IT_IS, "minutes": 5}, clock.now())
    assert settings.of(event).minutes == 20


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("off", "free"),
    [
        ("mix_affiliation", {"organisation"}),
        ("mix_field", {"sector"}),
        ("mix_place", {"place"}),
        ("mix_first_timers", {"lone_newcomer", "newcomers_alone"}),
    ],
)
def test_what_is_not_to_be_mixed_costs_nothing_and_all_else_what_it_did(
    event: Event, off: str, free: set[str]
) -> None:
    settings.save(event, {**AS_IT_IS, off: False}, clock.now())
    weights = facts.problem(event, 1).weights
    for name in Weights.__slots__:
        assert getattr(weights, name) == (0 if name in free else getattr(Weights(), name)), name


def test_facilitators_are_ticked_and_taken_back_and_who_is_not_listed_stays(event: Event) -> None:
    one, two, three = ids_of(event)[:3]
    settings.set_facilitators(event, ids_of(event), {one, two})
    cancel(db.session.scalars(select(Signup.id).where(Signup.person_id == two)).one(), clock.now())
    settings.set_facilitators(event, ids_of(event), {three})
    assert settings.facilitators_of(event.id) == {two, three}
    stranger = a_person(event.organisation).id
    settings.set_facilitators(event, ids_of(event), {stranger, two})
    assert settings.facilitators_of(event.id) == {two}, (
        "a stranger does not facilitate; nor was two asked about"
    )


def test_a_need_is_added_changed_and_removed_with_who_has_it(event: Event) -> None:
    one, two, three = ids_of(event)[:3]
    need = needing(event, "captions", 2, one, two)
    settings.set_need(event, need, "Captions", 3, ids_of(event), {two, three})
    db.session.expire_all()
    (kept,) = settings.needs_of(event.id)
    assert (kept.name, kept.groups) == ("Captions", 3)
    assert {each.person_id for each in kept.people} == {two, three}
    assert settings.remove_need(an_event(event.organisation), need.id) is None, "another event's"
    assert settings.remove_need(event, need.id) is not None
    assert settings.needs_of(event.id) == []
    assert db.session.scalars(select(NeedOf)).all() == []


def test_a_need_is_named_once_however_it_is_typed(event: Event) -> None:
    first = needing(event, "No steps", 1)
    with pytest.raises(settings.SameName):
        needing(event, "no  STEPS", 2)
    other = needing(event, "captions", 1)
    with pytest.raises(settings.SameName):
        settings.set_need(event, other, "NO STEPS", 1, (), ())
    settings.set_need(event, first, "no steps", 1, (), ())
    assert [each.name for each in settings.needs_of(event.id)] == ["no steps", "captions"]
    assert needing(an_event(event.organisation), "captions", 1), "each event has its own"


@pytest.mark.one_database
def test_an_event_has_so_many_needs_and_no_more(event: Event) -> None:
    for number in range(settings.MOST_NEEDS):
        last = needing(event, f"need {number}", 1)
    with pytest.raises(settings.TooMany):
        needing(event, "one more", 1)
    settings.set_need(event, last, "changed", 2, (), ())


def test_what_is_set_goes_with_the_person_and_with_the_event(event: Event) -> None:
    one = ids_of(event)[0]
    facilitated(event, one)
    needing(event, "captions", 1, one)
    db.session.delete(db.session.get_one(Person, one))
    db.session.flush()
    tables = (Facilitator, NeedOf, Need, Dealing)
    assert [len(db.session.scalars(select(table)).all()) for table in tables] == [0, 0, 1, 1]


# What the deal is told


def test_the_deal_is_told_who_facilitates_who_needs_what_and_how_many_groups_have_it(event: Event) -> None:
    one, two, three = ids_of(event)[:3]
    facilitated(event, one)
    needing(event, "captions", 2, one, two)
    needing(event, "no steps", 1, two)
    asked = facts.problem(event, 1)
    assert asked.facilitated
    assert dict(asked.served) == {"captions": 2, "no steps": 1}
    assert guest(asked, one) == (True, ("captions",))
    assert guest(asked, two) == (False, ("captions", "no steps"))
    assert guest(asked, three) == (False, ())


@pytest.mark.one_database
def test_over_many_deals_needs_are_served_and_each_group_has_its_facilitator(event: Event) -> None:
    ids = ids_of(event)
    facilitated(event, *ids[:3])
    needing(event, "captions", 1, ids[3], ids[4])
    for seed in range(6):
        for round_ in arrange(event, seed):
            groups = [{seat.person_id for seat in group.seats} for group in round_.groups]
            assert all(len(group & set(ids[:3])) == 1 for group in groups), seed
            assert {ids[3], ids[4]} <= groups[0], seed


@pytest.mark.one_database
def test_what_is_asked_of_the_database_does_not_grow_with_the_people(event: Event) -> None:
    asked: list[str] = []

    def note(*rest: object) -> None:
        asked.append(str(rest[2]))

    counts = []
    for more in (0, 50):
        for _ in range(more):
            a_signup(event)
        ids = ids_of(event)
        facilitated(event, *ids[::2])
        for need in settings.needs_of(event.id):
            settings.remove_need(event, need.id)
        needing(event, "captions", 3, *ids[::3])
        needing(event, "no steps", 3, *ids[::4])
        db.session.flush()
        db.session.expire_all()
        asked.clear()
        happening.listen(db.engine, "before_cursor_execute", note)
        facts.problem(event, 1)
        happening.remove(db.engine, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16, counts


CHANGES: dict[str, Callable[[Event], object]] = {
    "somebody facilitates": lambda event: settings.set_facilitators(event, ids_of(event), ids_of(event)[:1]),
    "facilitators are asked for": lambda event: setattr(settings.row(event), "facilitated", True),
    "somebody needs something": lambda event: needing(event, "captions", 1, ids_of(event)[0]),
    "fewer groups have it": lambda event: setattr(settings.needs_of(event.id)[0], "groups", 1),
    "somebody needs it no more": lambda event: settings.remove_need(event, settings.needs_of(event.id)[0].id),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_made_before_a_hard_setting_changed_is_not_kept(event: Event, change: str) -> None:
    needing(event, "no steps", 2, ids_of(event)[1])
    asked = facts.problem(event, 1)
    plan = deal(asked, SECONDS)
    CHANGES[change](event)
    db.session.flush()
    with pytest.raises(Changed):
        actions.keep(event, asked, plan, clock.now())


@pytest.mark.one_database
def test_a_plan_made_before_a_wish_changed_is_kept(event: Event) -> None:
    asked = facts.problem(event, 1)
    plan = deal(asked, SECONDS)
    settings.save(event, {**AS_IT_IS, "mix_place": False, "minutes": 30}, clock.now())
    assert actions.keep(event, asked, plan, clock.now())


@pytest.mark.one_database
def test_those_with_a_place_and_whoever_is_here_can_be_ticked(event: Event) -> None:
    here = a_signup(event, state="cancelled")
    a_signup(event, state="waitlisted")
    a_signup(event, state="offered")
    assert len(ids_of(event)) == 12
    mark(here, "attended", "person:1", clock.now())
    assert here.person_id in ids_of(event)
    assert len(ids_of(event)) == 13


# Moving by hand


def test_who_needs_something_is_moved_only_to_where_it_is(event: Event) -> None:
    one, other = ids_of(event)[:2]
    needing(event, "captions", 2, one, other)
    needing(event, "no steps", 1, other)
    arrange(event)
    assert settings.reach(settings.needs_of(event.id)) == {one: 2, other: 1}
    groups = first_round(event)
    with pytest.raises(NotPossible, match="need"):
        actions.move(event, seat_of(event, one).id, groups[2].id)
    with pytest.raises(NotPossible, match="need"):
        actions.move(event, seat_of(event, other).id, groups[1].id)
    there = next(group for group in groups[:2] if group.id != seat_of(event, one).group_id)
    assert actions.move(event, seat_of(event, one).id, there.id).group_id == there.id


@pytest.mark.one_database
def test_a_need_told_since_the_deal_holds_up_nobody_else(event: Event) -> None:
    arrange(event)
    groups = first_round(event)
    one, other = (seat.person_id for seat in groups[2].seats[:2])
    needing(event, "captions", 1, one)
    actions.move(event, seat_of(event, other).id, groups[1].id)
    with pytest.raises(NotPossible, match="need"):
        actions.move(event, seat_of(event, one).id, groups[1].id)
    assert actions.move(event, seat_of(event, one).id, groups[0].id)


def test_no_group_loses_its_last_facilitator_and_while_they_are_few_none_gets_two(event: Event) -> None:
    leading = ids_of(event)[:2]
    facilitated(event, *leading)
    arrange(event)
    assert settings.leading(event) == set(leading)
    led = [seat_of(event, one).group_id for one in leading]
    without = next(group for group in first_round(event) if group.id not in led)
    for target in (led[1], without.id):
        with pytest.raises(NotPossible, match="facilitator"):
            actions.move(event, seat_of(event, leading[0]).id, target)
    follower = next(seat for seat in without.seats)
    actions.move(event, follower.id, led[0])
    settings.row(event).facilitated = False
    db.session.flush()
    assert actions.move(event, seat_of(event, leading[0]).id, led[1]), "nobody asks for it any more"


@pytest.mark.one_database
def test_where_facilitators_are_many_they_stay_spread(event: Event) -> None:
    leading = ids_of(event)[:4]
    facilitated(event, *leading)
    arrange(event)
    groups = first_round(event)
    counts = {group.id: sum(seat.person_id in leading for seat in group.seats) for group in groups}
    assert sorted(counts.values()) == [1, 1, 2]
    two = max(counts, key=lambda one: counts[one])
    spare = next(one for one in leading if seat_of(event, one).group_id == two)
    alone = next(one for one in leading if seat_of(event, one).group_id != two)
    with pytest.raises(NotPossible, match="facilitator"):
        actions.move(event, seat_of(event, alone).id, two)
    to = seat_of(event, alone).group_id
    assert actions.move(event, seat_of(event, spare).id, to).group_id == to


def test_two_facilitators_can_change_places(event: Event) -> None:
    leading = ids_of(event)[:3]
    facilitated(event, *leading)
    arrange(event)
    for one, other in combinations(leading, 2):
        actions.swap(event, seat_of(event, one).id, seat_of(event, other).id)
    with pytest.raises(NotPossible, match="facilitator"):
        follower = next(
            seat
            for group in first_round(event)
            for seat in group.seats
            if seat.person_id not in leading and group.id != seat_of(event, leading[0]).group_id
        )
        actions.swap(event, seat_of(event, leading[0]).id, follower.id)
