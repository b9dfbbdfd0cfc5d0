"""One page plans all sessions of a circle at once, says what came of it, and says plainly where it cannot."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from convene import clock
from convene.access.models import AuditEntry
from convene.circles.models import Challenge, Circle
from convene.events.models import Event
from convene.extensions import db
from convene.groups import facts, queries, settings
from convene.groups import season as of_season
from convene.groups.deal import Problem
from convene.groups.dealing import Dealt
from convene.groups.models import Round
from convene.mail.models import OutgoingMail
from convene.offers import actions as offers
from convene.people.actions import keep_apart, keep_together
from convene.people.models import Person
from convene.signups import actions
from convene.signups.models import Signup
from convene.web.organise import season
from tests.crowd import at_once, faults
from tests.web.organise.conftest import World, text
from tests.web.organise.tonight import publish

NAMES = [f"{first} {last}" for first in ("Bo", "Cy", "Di", "Ed") for last in ("Ash", "Elm")]


def a_circle(world: World) -> int:
    with world.writing():
        host = {"organisation_id": world.host_id, "created_at": clock.now()}
        challenge = Challenge(slug="power", title="Power", question="Whose?", **host)
        circle = Circle(slug="the-power-circle", title="The power circle", challenge=challenge, **host)
        db.session.add(circle)
        db.session.flush()
        return circle.id


def sessions(world: World, *rounds: int, size: int = 2) -> list[int]:
    """A circle's sessions with this many rounds each, and the same eight people."""
    circle_id = a_circle(world)
    made = []
    for week, count in enumerate(rounds, 1):
        starts = clock.now() + timedelta(weeks=week)
        event_id = world.event(
            circle_id=circle_id,
            title=f"Session {week}",
            starts_at=starts,
            group_size=size,
            round_count=count,
        )
        world.add(event_id, *NAMES)
        made.append(event_id)
    return made


def path(event_id: int) -> str:
    return f"/organise/events/{event_id}/groups/season"


def page(world: World, event_id: int) -> str:
    return text(world.client.get(path(event_id)))


def press(world: World, event_id: int) -> str:
    return text(world.client.post(path(event_id), follow_redirects=True))


def states(world: World, *events: int) -> list[set[str]]:
    def look() -> list[set[str]]:
        return [{one.state for one in queries.rounds(event_id)} for event_id in events]

    return world.read(look)


def test_all_sessions_are_planned_with_one_press_and_nobody_is_told(world: World) -> None:
    events = sessions(world, 2, 2, 3)
    with world.writing():
        db.session.execute(update(OutgoingMail).values(state="sent"))
    before = page(world, events[1])
    assert "The power circle" in before
    assert "The same 8 people come to each of the 3 sessions" in before
    assert "In 7 rounds of pairs everybody can at best meet all 7 others once." in before
    assert "Plan all 3 sessions" in before and "Not dealt yet" in before
    after = press(world, events[1])
    assert "Planned: 7 rounds over 3 sessions. Nobody has been told" in after
    assert "Who meets whom over 3 sessions" in after
    assert "Everybody meets everybody. Nobody meets the same person twice." in after
    assert states(world, *events) == [{"draft"}] * 3
    waiting = select(OutgoingMail.id).where(OutgoingMail.state != "sent")
    assert world.read(lambda: db.session.scalars(waiting).all()) == []
    verbs = select(AuditEntry.subject).where(AuditEntry.verb == "groups.dealt")
    assert world.read(lambda: set(db.session.scalars(verbs))) == {f"event:{one}" for one in events}


@pytest.mark.one_database
def test_what_must_repeat_is_counted_and_said_to_be_the_least(world: World) -> None:
    events = sessions(world, 2, 2, 2, size=4)
    said = page(world, events[0])
    assert "In 6 rounds of fours everybody can at best meet all 7 others 2 times" not in said
    assert "at best meet all 7 others twice, and some of them once more" in said
    said = press(world, events[0])
    assert "Everybody meets everybody." in said
    assert "12 pairs meet twice and 16 pairs meet 3 times: so many repeats are the least possible." in said


@pytest.mark.one_database
def test_where_not_everybody_can_meet_it_says_how_many_each_meets(world: World) -> None:
    events = sessions(world, 2, 2)
    assert "everybody can at best meet 4 of the 7 others." in page(world, events[0])
    assert "Everybody meets 4 of the 7 others. Nobody meets the same person twice." in press(world, events[0])


@pytest.mark.one_database
def test_those_who_are_kept_together_are_not_counted_and_said_so(world: World) -> None:
    events = sessions(world, 2, 2, 3, size=3)
    with world.writing():
        people = db.session.scalars(select(Person).where(Person.name.in_(NAMES)).order_by(Person.id)).all()
        keep_together(people[0], people[1], "person:1", clock.now())
    said = press(world, events[0])
    assert "Everybody meets everybody." in said
    assert "Those who are kept together are not counted." in said


@pytest.mark.one_database
def test_groups_published_for_one_session_stay_and_are_said(world: World) -> None:
    events = sessions(world, 2, 2, 3)
    press(world, events[0])
    publish(world, events[0], letters="no")
    said = page(world, events[0])
    assert "Stays as published" in said
    assert "Plan all 2 sessions" in said
    press(world, events[0])
    assert states(world, *events) == [{"published"}, {"draft"}, {"draft"}]
    assert "Everybody meets everybody. Nobody meets the same person twice." in page(world, events[2])
    for event_id in events[1:]:
        publish(world, event_id, letters="no")
    said = page(world, events[0])
    assert "Every session that is coming up has its groups published" in said
    assert "Plan all" not in said
    assert "Everybody meets everybody." in said


@pytest.mark.one_database
def test_lists_that_differ_are_said_with_names_and_nothing_is_dealt(world: World) -> None:
    events = sessions(world, 1, 1)
    world.add(events[1], "Wim Late")
    said = page(world, events[0])
    assert "The lists differ. 9 people come to at least one of the 2 sessions" in said
    assert "8. Missing: Wim Late" in said
    assert "Plan all" not in said
    assert "cannot be planned at once" in press(world, events[0])
    assert states(world, *events) == [set(), set()]


@pytest.mark.one_database
def test_many_who_are_missing_are_counted(world: World) -> None:
    events = sessions(world, 1, 1)
    world.add(events[1], *(f"Guest {number:02}" for number in range(20)))
    said = page(world, events[0])
    assert "Guest 11 and 8 others" in said and "Guest 12" not in said


@pytest.mark.one_database
def test_other_sizes_are_left_out_and_the_last_session_is_dealt_by_itself(world: World) -> None:
    events = sessions(world, 1, 1)
    with world.writing():
        db.session.get_one(Event, events[1]).group_size = 4
    said = page(world, events[0])
    assert "Only one session is left to plan" in said
    assert "1 of fours" in said and "Left out: another size" in said


@pytest.mark.one_database
def test_those_in_the_room_and_those_online_are_planned_each_by_themselves(world: World) -> None:
    events = sessions(world, 2, 1, size=2)
    online = NAMES[4:]

    def come(event_id: int, names: list[str]) -> None:
        with world.writing():
            db.session.get_one(Event, event_id).online_places = 10
            for signup in db.session.scalars(select(Signup).where(Signup.event_id == event_id)):
                signup.attends_online = signup.person.name in names

    come(events[0], online)
    said = page(world, events[0])
    assert "Not everybody comes the same way to each session." in said and "Plan all" not in said
    assert "Di Ash, Di Elm, Ed Ash, Ed Elm : in the room at one session, online at another" in said
    assert "cannot be planned at once" in press(world, events[0])
    assert states(world, *events) == [set(), set()]
    come(events[1], online)
    said = page(world, events[0])
    assert "4 people come to the room and 4 online. The two share no group" in said
    assert "whoever is in the room can at best meet all 3 others there once." in said
    assert "as set at the first of them" in said
    with world.writing():  # and the first of them says that an offer sits beside an ask, once where they may
        settings.row(db.session.get_one(Event, events[0])).match_offers = True
        first, last = (
            db.session.scalars(select(Person).where(Person.name == name)).one()
            for name in ("Bo Ash", "Cy Elm")
        )
        offers.say(first, "offer", "Bread", "group", clock.now())
        offers.say(last, "ask", "bread", "group", clock.now())
        asked = of_season.ask(of_season.of(db.session.get_one(Event, events[1]), clock.now()), 1)
        assert [set(pair) for pair in asked.problem.drawn] == [{facts.key(first.id), facts.key(last.id)}]
    assert "Planned: 3 rounds over 2 sessions" in press(world, events[0])

    def look() -> list[set[bool]]:
        rounds = [round_ for event_id in events for round_ in queries.board(event_id)]
        return [
            {seat.person.name in online for seat in group.seats}
            for round_ in rounds
            for group in round_.groups
        ]

    groups = world.read(look)
    assert len(groups) == 12 and all(len(group) == 1 for group in groups)
    assert "Nobody meets the same person twice." in page(world, events[0])


@pytest.mark.one_database
def test_an_event_without_a_circle_and_a_circle_that_is_over_say_so(world: World) -> None:
    assert "session of no circle" in page(world, world.event())
    event_id = world.event(circle_id=a_circle(world), starts_at=clock.now() - timedelta(days=2))
    assert "No session is coming up" in page(world, event_id)
    for one in (event_id, world.event()):
        assert "cannot be planned at once" in press(world, one)


@pytest.mark.one_database
def test_whoever_may_not_know_of_rules_hears_the_same_words_with_and_without_one(world: World) -> None:
    events = sessions(world, 1, 1, size=4)
    organiser = world.organiser("org@example.org", "organiser")
    with world.writing():
        people = db.session.scalars(select(Person).where(Person.name.in_(NAMES)).order_by(Person.id)).all()
        for first, second in ((0, 1), (0, 2), (1, 2)):
            keep_apart(people[first], people[second], "", "person:1", clock.now())
    answer = organiser.post(path(events[0]), follow_redirects=True)
    assert "These people cannot be dealt this way" in text(answer)
    assert not any(word in text(answer) for word in ("apart", *NAMES[:3]))
    assert "apart from each other" in press(world, events[0])
    assert states(world, *events) == [set(), set()]


def test_two_organisers_who_press_at_once_leave_one_whole_plan(world: World) -> None:
    events = sessions(world, 2, 2, 3)
    second = world.organiser("two@example.org", "organiser")
    desks = [world.client, second]
    answers = at_once(world.app, 2, lambda which: desks[which].post(path(events[which])).status_code)
    assert faults(answers) == []
    assert answers == [303, 303]
    assert states(world, *events) == [{"draft"}] * 3
    rounds = world.read(lambda: db.session.scalars(select(Round.id)).all())
    assert len(rounds) == 7
    assert "Everybody meets everybody. Nobody meets the same person twice." in page(world, events[0])


@pytest.mark.one_database
def test_what_is_dealt_is_not_kept_when_somebody_left_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = season.deal_for_board
    events = sessions(world, 2, 2, 3)

    def while_somebody_leaves(problem: Problem, seconds: float) -> Dealt:
        dealt = real(problem, 0.1)
        with world.writing():
            gone = db.session.scalars(select(Signup).where(Signup.event_id == events[2])).first()
            assert gone
            actions.cancel(gone.id, clock.now())
        return dealt

    monkeypatch.setattr(season, "deal_for_board", while_somebody_leaves)
    assert "Nothing was kept" in press(world, events[0])
    assert states(world, *events) == [set(), set(), set()]


@pytest.mark.one_database
def test_a_season_that_the_rules_forbid_is_a_refusal_that_is_written_down(world: World) -> None:
    events = sessions(world, 1, 1)
    with world.writing():
        who = db.session.scalars(select(Person).where(Person.name.in_(NAMES)).order_by(Person.id)).all()
        keep_together(who[0], who[1], "person:1", clock.now())
        keep_together(who[1], who[2], "person:1", clock.now())
        keep_apart(who[0], who[2], "", "person:1", clock.now())
    press(world, events[0])
    refused = select(AuditEntry).where(AuditEntry.verb == "groups.refused")
    assert len(world.read(lambda: db.session.scalars(refused).all())) == 1
