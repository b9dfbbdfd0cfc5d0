"""Figures about what people answered in confidence move in fives and on set days: no look tells of anybody."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session, scoped_session

from convene.events.models import Event
from convene.extensions import db
from convene.nudges import after
from convene.nudges.after import BothYes, Share
from convene.nudges.models import Answer
from convene.nudges.said import Said
from tests.factories import a_person, an_event

DAY = timedelta(days=1)


@pytest.fixture
def event(session: scoped_session[Session]) -> Event:
    return an_event(starts_in=-20 * DAY)


def both_said_yes(event: Event, pairs: int, after_end: timedelta = DAY, told: bool = True) -> list[int]:
    """So many pairs who ticked each other, and were told of it so long after the end; the ids of the first of each."""
    firsts = []
    at = event.ends_at + after_end
    for _ in range(pairs):
        one, two = (a_person(event.organisation).id for _ in range(2))
        for person, about in ((one, two), (two, one)):
            row = Answer(
                key=f"touch:{event.id}:{person}:{about}", event_id=event.id, person_id=person, about_id=about,
                question="touch", value="yes", channel="email", answered_at=at, released_at=at if told else None,
            )  # fmt: skip
            db.session.add(row)
        firsts.append(one)
    db.session.flush()
    return firsts


def seen(event: Event, after_end: timedelta) -> BothYes:
    return after.both_yes(event, event.ends_at + after_end)


def at(event: Event, days: int) -> datetime:
    return event.ends_at + days * DAY


@pytest.mark.parametrize(
    ("pairs", "told"), [(0, 0), (1, 0), (4, 0), (5, 5), (6, 5), (9, 5), (10, 10), (14, 10)]
)
def test_pairs_who_found_each_other_are_told_in_fives(event: Event, pairs: int, told: int) -> None:
    both_said_yes(event, pairs)
    assert seen(event, 3 * DAY) == BothYes(told, at(event, 3), at(event, 7))


def test_nothing_is_counted_before_the_third_day(event: Event) -> None:
    both_said_yes(event, 30)
    assert seen(event, 3 * DAY - timedelta(seconds=1)) == BothYes(0, None, at(event, 3))


def test_an_answer_shows_only_on_the_next_day_of_counting(event: Event) -> None:
    """A host who looks before and after the one answer of an afternoon sees the same."""
    both_said_yes(event, 4)
    both_said_yes(event, 1, 4 * DAY)
    for days in (3, 4, 5, 6):
        assert seen(event, days * DAY).at_least == 0
    assert seen(event, 7 * DAY) == BothYes(5, at(event, 7), at(event, 14))
    assert seen(event, 90 * DAY) == BothYes(5, at(event, 60), None)


def test_somebody_who_is_erased_takes_their_answers_along_without_a_trace_in_the_figure(event: Event) -> None:
    firsts = both_said_yes(event, 8)
    before = seen(event, 3 * DAY)
    db.session.execute(delete(Answer).where(Answer.person_id == firsts[0]))
    db.session.execute(delete(Answer).where(Answer.about_id == firsts[0]))
    assert seen(event, 3 * DAY) == before


def test_one_yes_without_the_other_counts_nowhere(event: Event) -> None:
    both_said_yes(event, 5, told=False)
    assert seen(event, 30 * DAY).at_least == 0


def test_another_events_pairs_count_nowhere(event: Event) -> None:
    both_said_yes(an_event(event.organisation, starts_in=-20 * DAY), 6)
    assert seen(event, 30 * DAY).at_least == 0


# What people said


def said(asked: int, **faces: int) -> Said:
    return Said(asked, sum(faces.values()), faces if sum(faces.values()) >= 5 else {}, [])


def test_whoever_is_silent_may_have_been_glad_or_not() -> None:
    assert after.went_well(said(40, glad=10, good=4, so_so=2)) == Share(35, 95)
    assert after.went_well(said(7, glad=5, skipped=2)) == Share(71, 100), (
        "to skip the question is to be silent"
    )


def test_under_five_answers_nothing_is_told_of_them() -> None:
    assert after.went_well(said(40, glad=4)) is None


def test_bounds_hold_where_more_answered_than_have_a_place_still() -> None:
    assert after.went_well(said(0, glad=5)) == Share(100, 100)
    assert after.went_well(said(3, glad=2, so_so=4)) == Share(33, 34), "rounded outwards"
