"""A round in the room: one press starts it and holds the one before, and of two presses at once only one counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import clock
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.groups import actions, queries, timing, undo
from convene.groups.models import Dealing, Round
from convene.groups.timing import Overtaken
from tests.crowd import at_once, faults
from tests.factories import an_organisation
from tests.journey import evening

NAMES = [f"Guest {number}" for number in range(12)]
NOW = datetime(2026, 5, 12, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    """An evening of twelve people who were told their groups of three rounds."""
    return evening.begin(an_organisation(), NAMES, NOW)[0]


def states(event: Event) -> dict[int, str]:
    rows = select(Round).where(Round.event_id == event.id, Round.state != "draft").order_by(Round.number)
    return {
        one.number: "on" if one.state == "published" and one.started_at else one.state
        for one in db.session.scalars(rows)
    }


def revision(event: Event) -> str:
    return timing.of(event).revision


# One after the other


def test_a_round_starts_with_the_minutes_that_the_organiser_set_and_twenty_where_nothing_is_set(
    event: Event,
) -> None:
    evening.start(event, NOW)
    on = timing.of(event).on
    assert on and on.ends_at == NOW + 20 * MINUTE
    db.session.add(Dealing(event_id=event.id, minutes=7))
    evening.start(event, NOW + 21 * MINUTE)
    on = timing.of(event).on
    assert on and (on.number, on.started_at, on.ends_at) == (2, NOW + 21 * MINUTE, NOW + 28 * MINUTE)


def test_the_press_that_starts_a_round_holds_the_one_before(event: Event) -> None:
    seen = [states(event)]
    for _ in range(3):
        evening.start(event, NOW)
        seen.append(states(event))
    assert seen == [
        {1: "published", 2: "published", 3: "published"},
        {1: "on", 2: "published", 3: "published"},
        {1: "held", 2: "on", 3: "published"},
        {1: "held", 2: "held", 3: "on"},
    ]
    timing.end(event, 3, revision(event), NOW)
    stand = timing.of(event)
    assert states(event) == {1: "held", 2: "held", 3: "held"}
    assert (stand.on, stand.next) == (None, None)


def test_a_round_can_end_before_the_next_begins(event: Event) -> None:
    evening.start(event, NOW)
    timing.end(event, 1, revision(event), NOW + 5 * MINUTE)
    stand = timing.of(event)
    assert stand.on is None and stand.next and stand.next.number == 2
    assert stand.told[0].ends_at == NOW + 5 * MINUTE


def test_only_the_next_round_can_start(event: Event) -> None:
    for number in (0, 2, 3, 9):
        with pytest.raises(Overtaken):
            timing.start(event, number, revision(event), NOW)
    assert states(event) == {1: "published", 2: "published", 3: "published"}


def test_nothing_can_start_that_nobody_was_told_of(session: scoped_session[Session]) -> None:
    event = evening.begin(an_organisation(), NAMES, NOW)[0]
    actions.drop(event, "published")
    evening.draw(event, NOW)
    stand = timing.of(event)
    assert (stand.told, stand.on, stand.next) == ((), None, None)
    with pytest.raises(Overtaken):
        timing.start(event, 1, stand.revision, NOW)


def test_a_round_that_starts_takes_the_drafts_and_the_way_back_with_it(event: Event) -> None:
    evening.start(event, NOW)
    undo.remember(event, "deal", NOW)
    evening.draw(event, NOW)
    assert queries.rounds(event.id, "draft")
    evening.start(event, NOW)
    assert not queries.rounds(event.id, "draft")
    assert undo.undoable(event) is None


def test_what_was_dealt_while_a_round_was_on_outlasts_its_end(event: Event) -> None:
    evening.start(event, NOW)
    evening.draw(event, NOW)
    drafts = [round_.number for round_ in queries.rounds(event.id, "draft")]
    timing.end(event, 1, revision(event), NOW)
    assert [round_.number for round_ in queries.rounds(event.id, "draft")] == drafts != []
    assert 1 not in drafts


# Time


def test_two_minutes_more_count_from_the_end_or_from_now_once_the_time_is_up(event: Event) -> None:
    evening.start(event, NOW)
    early = timing.give_more(event, 1, revision(event), NOW + 5 * MINUTE)
    assert early.ends_at == NOW + 22 * MINUTE
    late = timing.give_more(event, 1, revision(event), NOW + 40 * MINUTE)
    assert late.ends_at == NOW + 42 * MINUTE
    assert timing.whole_minutes(late) == 42


@pytest.mark.one_database
def test_minutes_left_count_down_to_the_end_and_stay_at_none_after_it(event: Event) -> None:
    with time_machine.travel(NOW, tick=False) as hands:
        evening.start(event, clock.now())
        seen = []
        for seconds in (0, 1, 60, 61, 1139, 1140, 1141, 1199, 1200, 1201, 86_400):
            hands.move_to(NOW + timedelta(seconds=seconds))
            on = timing.of(event).on
            assert on
            seen.append(timing.minutes_left(on, clock.now()))
    assert seen == [20, 20, 19, 19, 2, 1, 1, 1, 0, 0, 0]


# Several helpers


def test_a_press_from_a_page_that_is_out_of_date_changes_nothing(event: Event) -> None:
    old = revision(event)
    evening.start(event, NOW)
    begun = revision(event)
    timing.give_more(event, 1, begun, NOW)
    for act, number, shown in (
        (timing.start, 1, old), (timing.start, 2, old), (timing.start, 2, begun),
        (timing.give_more, 1, begun), (timing.give_more, 2, revision(event)),
        (timing.end, 1, begun), (timing.end, 1, ""),
    ):  # fmt: skip
        with pytest.raises(Overtaken):
            act(event, number, shown, NOW)
    on = timing.of(event).on
    assert on and (on.number, on.ends_at) == (1, NOW + 22 * MINUTE)


@pytest.mark.parametrize("act", [timing.start, timing.give_more, timing.end])
def test_of_helpers_who_press_one_button_at_once_exactly_one_is_heard(
    app: Flask, event: Event, act: Any
) -> None:
    if act is not timing.start:
        evening.start(event, NOW)
    event_id, shown, number = event.id, revision(event), 1
    db.session.commit()

    def press(which: int) -> None:
        start_write()
        act(locked(event_id), number, shown, NOW + which * MINUTE)
        db.session.commit()

    outcomes = at_once(app, 6, press)
    assert faults(outcomes, Overtaken) == []
    assert outcomes.count(None) == 1
    begun = db.session.scalars(
        select(Round).where(Round.event_id == event_id, Round.started_at.is_not(None))
    ).all()
    assert [one.number for one in begun] == [1]
