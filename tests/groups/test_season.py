"""All sessions of a circle planned at once: people meet whom they have not met, and it is kept whole or not at all."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import combinations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.circles.models import Challenge, Circle
from convene.events.models import Event
from convene.extensions import begin_write, db, start_write
from convene.groups import actions, facts, publishing, queries, season, settings, undo
from convene.groups.actions import Changed
from convene.groups.deal.engine import deal
from convene.groups.models import Round
from convene.groups.season import Asked, NotPlanned
from convene.mail.models import OutgoingMail
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Organisation, Person
from convene.signups.actions import cancel
from convene.signups.attendance import mark
from convene.signups.models import Signup
from tests.crowd import at_once, faults
from tests.factories import a_person, a_signup, an_event, an_organisation, numbers
from tests.nightly import NIGHTLY

SECONDS = 0.2


def a_circle(host: Organisation | None = None) -> Circle:
    host = host or an_organisation()
    number = next(numbers)
    challenge = Challenge(
        organisation_id=host.id,
        slug=f"challenge-{number}",
        title="Who decides?",
        question="Who?",
        created_at=clock.now(),
    )
    circle = Circle(
        organisation_id=host.id,
        challenge=challenge,
        slug=f"circle-{number}",
        title=f"Circle {number}",
        created_at=clock.now(),
    )
    db.session.add_all([challenge, circle])
    db.session.flush()
    return circle


def sessions_of(
    people: int, size: int, rounds: Sequence[int], circle: Circle | None = None
) -> tuple[list[Event], list[Person]]:
    """A circle's sessions, a week apart, with this many rounds each and the same people."""
    circle = circle or a_circle()
    who = [a_person(circle.organisation) for _ in range(people)]
    made = []
    for week, count in enumerate(rounds, 1):
        event = an_event(
            circle.organisation,
            circle_id=circle.id,
            starts_in=timedelta(weeks=week),
            group_size=size,
            round_count=count,
        )
        for person in who:
            a_signup(event, person)
        made.append(event)
    return made, who


def asked_from(event: Event, seed: int = 1) -> Asked:
    return season.ask(season.of(event, clock.now()), seed)


def plan(event: Event, seed: int = 1) -> list[Round]:
    asked = asked_from(event, seed)
    return season.keep(asked, deal(asked.problem, SECONDS), clock.now())


def seated(*events: Event) -> list[list[list[int]]]:
    db.session.expire_all()
    return [
        [[seat.person_id for seat in group.seats] for group in round_.groups]
        for event in events
        for round_ in queries.board(event.id)
    ]


def met(rounds: Sequence[Sequence[Sequence[int]]]) -> Counter[tuple[int, int]]:
    return Counter(pair for groups in rounds for group in groups for pair in combinations(sorted(group), 2))


def why_not(event: Event) -> str | None:
    return season.of(event, clock.now()).hindrance


# What a plan over the season reaches


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("people", "size", "rounds"),
    [
        (12, 3, (2, 2)),
        (8, 2, (2, 2, 3)),  # a tournament: everybody meets each of the others once
        (15, 3, (2, 2, 3)),  # Kirkman's schoolgirls
        (24, 4, (2, 2, 2)),
    ],
)
def test_nobody_meets_the_same_person_twice_in_the_whole_season(
    session: scoped_session[Session], people: int, size: int, rounds: tuple[int, ...]
) -> None:
    events, who = sessions_of(people, size, rounds)
    made = plan(events[0])
    assert len(made) == sum(rounds)
    for event, count in zip(events, rounds, strict=True):
        found = queries.rounds(event.id)
        assert [round_.number for round_ in found] == list(range(1, count + 1))
        assert {round_.state for round_ in found} == {"draft"}
    for groups in seated(*events):
        assert sorted(person for group in groups for person in group) == sorted(one.id for one in who)
    assert max(met(seated(*events)).values()) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("people", "size", "rounds", "repeats"),
    [(8, 4, (1, 1, 1), 12), (8, 4, (2, 2, 2), 44), (12, 3, (2, 2, 2), 7)],
)
def test_where_people_must_meet_again_it_is_spread_evenly(
    session: scoped_session[Session], people: int, size: int, rounds: tuple[int, ...], repeats: int
) -> None:
    events, _ = sessions_of(people, size, rounds)
    plan(events[0])
    times = met(seated(*events))
    all_pairs = people * (people - 1) // 2
    assert sum(times.values()) - len(times) <= repeats
    fewest = 0 if len(times) < all_pairs else min(times.values())
    assert not (max(times.values()) >= 3 and fewest == 0), times


@pytest.mark.one_database
def test_a_season_beats_the_sessions_dealt_one_by_one(session: scoped_session[Session]) -> None:
    circle = a_circle()
    events, _ = sessions_of(15, 3, (2, 2, 3), circle)
    for event in events:
        asked = facts.problem(event, 1)
        actions.keep(event, asked, deal(asked, SECONDS), clock.now())
        publishing.publish_quietly(event, clock.now())
    alone = len(met(seated(*events)))
    again, _ = sessions_of(15, 3, (2, 2, 3))
    plan(again[0])
    assert len(met(seated(*again))) == 105 > alone


@pytest.mark.one_database
def test_hard_rules_hold_in_every_session(session: scoped_session[Session]) -> None:
    events, who = sessions_of(12, 4, (2, 1, 2))
    keep_apart(who[0], who[1], "", "person:1", clock.now())
    keep_together(who[2], who[3], "person:1", clock.now())
    plan(events[0])
    for groups in seated(*events):
        for group in groups:
            assert not {who[0].id, who[1].id} <= set(group)
            assert len({who[2].id, who[3].id} & set(group)) != 1


@pytest.mark.one_database
def test_needs_and_facilitators_said_at_one_session_hold_at_all(session: scoped_session[Session]) -> None:
    events, who = sessions_of(12, 4, (2, 2))
    ids = [one.id for one in who]
    settings.row(events[1]).facilitated = True
    settings.set_facilitators(events[1], ids, ids[:3])
    settings.set_need(events[1], None, "captions", 1, ids, ids[5:7])
    plan(events[0])
    for groups in seated(*events):
        assert all(len(set(ids[:3]) & set(group)) == 1 for group in groups)
        assert set(ids[5:7]) <= set(groups[0])
    settings.set_need(events[0], None, "captions", 1, ids, ids[8:9])
    assert why_not(events[0]) == "terms"
    with pytest.raises(NotPlanned):
        asked_from(events[0])


@pytest.mark.one_database
def test_who_met_before_the_season_is_parted_in_it(session: scoped_session[Session]) -> None:
    circle = a_circle()
    events, who = sessions_of(16, 4, (1, 1), circle)
    earlier = an_event(circle.organisation, starts_in=-timedelta(days=5), group_size=4, round_count=1)
    for person in who:
        a_signup(earlier, person)
    asked = facts.problem(earlier, 1)
    actions.keep(earlier, asked, deal(asked, SECONDS), clock.now())
    publishing.publish(earlier, clock.now())
    plan(events[0])
    assert max(met(seated(earlier, *events)).values()) == 1


@pytest.mark.one_database
def test_a_session_that_was_published_stays_and_its_meetings_count(session: scoped_session[Session]) -> None:
    events, _ = sessions_of(12, 3, (2, 1, 1))
    plan(events[0])
    publishing.publish(events[1], clock.now())
    before = seated(events[1])
    found = season.of(events[0], clock.now())
    assert [one.id for one in found.sessions] == [events[0].id, events[2].id]
    assert [one.id for one in found.told] == [events[1].id]
    plan(events[0], seed=9)
    assert seated(events[1]) == before
    assert max(met(seated(*events)).values()) == 1


@pytest.mark.one_database
def test_nobody_is_told_and_rooms_stay_with_their_numbers(session: scoped_session[Session]) -> None:
    events, _ = sessions_of(9, 3, (1, 1))
    plan(events[0])
    actions.set_rooms(events[0], ["https://video.example.org/1", "https://video.example.org/2"])
    plan(events[1], seed=2)
    assert db.session.scalars(select(OutgoingMail)).all() == []
    assert [group.room_url[-2:] for group in queries.board(events[0].id)[0].groups] == ["/1", "/2", ""]
    assert {group.room_url for group in queries.board(events[1].id)[0].groups} == {""}


@pytest.mark.one_database
def test_a_plan_can_be_undone_at_each_session_and_is_not_bettered_for_one_alone(
    session: scoped_session[Session],
) -> None:
    events, _ = sessions_of(9, 3, (1, 1))
    asked = facts.problem(events[1], 7)
    actions.keep(events[1], asked, deal(asked, SECONDS), clock.now())
    before = seated(events[1])
    plan(events[0])
    assert seated(events[1]) != before
    for event in events:
        assert undo.improvable(event) is None
        assert settings.of(event).because == settings.of(event).open_because == []
    last = queries.snapshots(events[1].id)[0]
    undo.undo(events[1], last.id, clock.now())
    assert seated(events[1]) == before


@pytest.mark.one_database
def test_whoever_was_pinned_in_a_draft_stays_there(session: scoped_session[Session]) -> None:
    events, _ = sessions_of(9, 3, (1, 2))
    plan(events[0])
    group = queries.board(events[1].id)[1].groups[1]
    group.pinned = True
    people = {seat.person_id for seat in group.seats}
    db.session.flush()
    plan(events[0], seed=5)
    again = queries.board(events[1].id)[1].groups[1]
    assert again.pinned
    assert {seat.person_id for seat in again.seats} == people


@pytest.mark.one_database
def test_a_caveat_about_an_earlier_round_says_that_it_may_be_of_another_session(
    session: scoped_session[Session],
) -> None:
    events, _ = sessions_of(4, 4, (1, 1))
    plan(events[0])
    (group,) = queries.board(events[1].id)[0].groups
    assert [one.text for one in group.caveats] == ["6 pairs here met in an earlier round or session."]


# Which sessions belong to it


@pytest.mark.one_database
def test_the_season_is_every_session_to_come_in_order_of_date(session: scoped_session[Session]) -> None:
    circle = a_circle()
    events, _ = sessions_of(8, 4, (1, 2, 3), circle)
    host = circle.organisation
    an_event(host, circle_id=circle.id, starts_in=-timedelta(days=9))
    an_event(host, circle_id=circle.id, state="draft")
    an_event(host, circle_id=circle.id, state="called_off")
    an_event(host)
    sessions_of(8, 4, (1,), a_circle(host))
    other = an_event(host, circle_id=circle.id, group_size=3)
    for event in events:
        found = season.of(event, clock.now())
        assert [one.id for one in found.sessions] == [one.id for one in events]
        assert [one.id for one in found.of_other_size] == [other.id]
        assert found.rounds == 6
        assert found.hindrance is None
    assert [one.id for one in season.of(other, clock.now()).sessions] == [other.id]


@pytest.mark.one_database
def test_what_stands_in_the_way_is_named(session: scoped_session[Session]) -> None:
    assert why_not(an_event()) == "no_circle"
    circle = a_circle()
    over = an_event(circle.organisation, circle_id=circle.id, starts_in=-timedelta(days=3))
    assert why_not(over) == "over"
    events, _ = sessions_of(4, 4, (1,), circle)
    assert why_not(over) == why_not(events[0]) == "one"
    empty, _ = sessions_of(1, 4, (1, 1))
    assert why_not(empty[0]) == "nobody"
    both, _ = sessions_of(6, 3, (1, 1))
    plan(both[0])
    publishing.publish(both[0], clock.now())
    assert why_not(both[0]) == "one"
    publishing.publish(both[1], clock.now())
    assert why_not(both[0]) == "told"
    with pytest.raises(NotPlanned) as refused:
        asked_from(both[0])
    assert refused.value.why == "told"


@pytest.mark.one_database
def test_where_lists_differ_it_says_who_is_missing_from_which_session(
    session: scoped_session[Session],
) -> None:
    events, who = sessions_of(6, 3, (1, 1, 1))
    cancel(signup_of(events[1], who[4]).id, clock.now())
    guest = a_signup(events[2])
    found = season.of(events[0], clock.now())
    assert found.hindrance == "lists"
    assert found.missing(events[0]) == [guest.person.name]
    assert set(found.missing(events[1])) == {who[4].name, guest.person.name}
    assert found.missing(events[2]) == []
    with pytest.raises(NotPlanned):
        season.ask(found, 1)


def signup_of(event: Event, person: Person) -> Signup:
    rows = select(Signup).where(Signup.event_id == event.id, Signup.person_id == person.id)
    return db.session.scalars(rows).one()


# What changed while the deal was made


def swap_rounds(one: Event, other: Event) -> None:
    one.round_count, other.round_count = other.round_count, one.round_count


def put_after(one: Event, other: Event) -> None:
    later = other.starts_at - one.starts_at + timedelta(days=9)
    one.starts_at, one.ends_at = one.starts_at + later, one.ends_at + later


CHANGES: dict[str, Callable[[list[Event], list[Person]], object]] = {
    "somebody left the last session": lambda events, who: cancel(
        signup_of(events[2], who[0]).id, clock.now()
    ),
    "somebody came to one": lambda events, who: a_signup(events[1]),
    "two must be kept apart": lambda events, who: keep_apart(who[0], who[1], "", "person:1", clock.now()),
    "a session was called off": lambda events, who: setattr(events[1], "state", "called_off"),
    "a session has another size": lambda events, who: setattr(events[2], "group_size", 3),
    "rounds went from one session to another": lambda events, who: swap_rounds(events[0], events[1]),
    "two sessions changed places": lambda events, who: put_after(events[0], events[2]),
    "the groups of one were published": lambda events, who: publishing.publish(events[0], clock.now()),
    "somebody said that they do not come": lambda events, who: mark(
        signup_of(events[0], who[0]), "excused", "person:1", clock.now()
    ),
    "one more session was announced": lambda events, who: an_event(
        events[0].organisation, circle_id=events[0].circle_id, group_size=4
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_when_anything_that_binds_has_changed_meanwhile_nothing_is_kept_anywhere(
    session: scoped_session[Session], change: str
) -> None:
    events, who = sessions_of(8, 4, (1, 2, 1))
    plan(events[0])
    asked = asked_from(events[0], seed=2)
    made = deal(asked.problem, SECONDS)
    db.session.commit()
    begin_write()
    CHANGES[change](events, who)
    db.session.flush()
    before = seated(*events)
    with pytest.raises(Changed):
        season.keep(asked, made, clock.now())
    assert seated(*events) == before


def test_two_organisers_at_once_leave_one_plan_whole(app: Flask) -> None:
    with app.app_context():
        begin_write()
        events, _ = sessions_of(15, 3, (2, 2, 3))
        ids = [event.id for event in events]
        db.session.commit()

    def press(which: int) -> list[int]:
        """Each from another session, and so with the sessions in hand in another order."""
        asked = asked_from(db.session.get_one(Event, ids[-which]), seed=which)
        db.session.rollback()
        made = deal(asked.problem, SECONDS)
        start_write()
        number = len(season.keep(asked, made, clock.now()))
        db.session.commit()
        return [number]

    for _ in range(3 if NIGHTLY > 1 else 2):
        results = at_once(app, 4, press)
        assert faults(results) == []
        assert results == [[7]] * 4
        with app.app_context():
            found = [db.session.get_one(Event, event_id) for event_id in ids]
            times = met(seated(*found))
            assert len(times) == 105, "parts of two plans would repeat"
            db.session.rollback()


@pytest.mark.one_database
def test_whoever_begins_at_a_table_began_no_more_often_over_the_season_than_the_others_there(
    session: scoped_session[Session],
) -> None:
    events, _ = sessions_of(12, 3, (1, 1, 1, 1))
    first = an_event(events[0].organisation, circle_id=events[0].circle_id, group_size=3, round_count=1)
    for signup in db.session.scalars(select(Signup).where(Signup.event_id == events[0].id)).all():
        a_signup(first, signup.person)
    asked = facts.problem(first, 1)
    actions.keep(first, asked, deal(asked, SECONDS), clock.now())
    publishing.publish_quietly(first, clock.now())
    plan(events[0])
    began: Counter[int] = Counter()
    for groups in seated(first, *events):
        for group in groups:
            assert began[group[0]] == min(began[one] for one in group)
            began[group[0]] += 1
