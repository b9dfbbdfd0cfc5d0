"""What came of it is counted outwards in fives, kept as it was, and says nothing that an answer changed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.groups.models import Group, Round, Seat
from convene.network import actions, came
from convene.network.came import Facts, figures
from convene.network.models import Tally, Tie
from convene.network.rules import Told
from convene.nudges import tallies
from convene.nudges.models import Answer
from convene.people.models import Person
from convene.signups import attendance
from tests.factories import a_person, a_signup, an_event, an_organisation

MAY = datetime(2026, 5, 12, 18, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


def evening(people: int = 12) -> Facts:
    """One event: everybody was there and sat in fours."""
    facts = Facts([1])
    facts.here[1] = set(range(people))
    facts.groups = [(1, frozenset(range(first, first + 4))) for first in range(0, people, 4)]
    return facts


def test_bounds_hold_the_silent_on_both_sides() -> None:
    facts = evening()
    facts.touched = {0: True, 1: True, 2: True, 3: True, 4: True, 5: False}
    facts.answered = {0, 1, 2, 3, 4, 5, 6}
    facts.ties = {(0, 1), (2, 3), (4, 5)}
    found = figures(facts)
    assert found["new"] == Told(10, 12, 12), "everybody met somebody new: 12, told in fives"
    assert found["touch"] == Told(5, 10, 12), (
        "five do; of twelve, one said no and one answered and ticked nobody"
    )
    assert found["pairs"] == Told(0, 5), "three pairs are fewer than five"


def test_who_was_marked_away_met_nobody_and_who_was_not_marked_may_have() -> None:
    facts = evening(8)
    facts.here[1] = {0, 1, 2, 3}
    facts.away[1] = {4, 5}
    found = figures(facts)["new"]
    assert (found.least, found.most, found.of) == (0, 4, 4) and found.hidden, "four are too few to tell of"
    facts.here[1] |= {6}
    assert figures(facts)["new"] == Told(0, 5, 5), "one sat with somebody whom nobody marked"


def test_meeting_again_is_not_new_and_is_counted_as_a_second_meeting() -> None:
    facts = evening()
    facts.events = [1, 2]
    facts.here[2] = facts.here[1]
    facts.groups += [(2, group) for _, group in facts.groups]
    assert figures(facts)["again"] == Told(15, 18, 18), "all eighteen pairs of three fours"
    facts.events = [2]
    assert figures(facts)["new"] == Told(0, 0, 12)


def test_bridges_need_both_sides_known() -> None:
    facts = evening()
    facts.ties = {(one, one + 1) for one in range(0, 12, 2)} | {(one, one + 2) for one in range(0, 8, 4)}
    facts.lines = {one: (f"org {one % 2}", "housing") for one in range(10)}
    found = figures(facts)
    assert found["pairs"] == Told(5, 10)
    assert found["affiliations"] == Told(5, 10) and found["fields"] == Told(0, 5)


@pytest.mark.parametrize(
    ("now", "asked"),
    [
        (JULY, ["2026-Q2", "2026-Q1", "2025-Q4"]),
        (JULY + timedelta(days=40), ["2026-Q3", "2026-Q2", "2026-Q1", "2025-Q4"]),
    ],
)
def test_quarters_are_counted_for_ten_months(now: datetime, asked: list[str]) -> None:
    assert list(came.periods(came.first_of_month(now))) == asked
    assert came.bounds("2026-Q4") == (datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def test_a_count_stands_as_it_was_whatever_anybody_answers_or_takes_back(
    session: scoped_session[Session],
) -> None:
    host = an_organisation()
    event = an_event(host, starts_at=MAY, ends_at=MAY + timedelta(hours=2))
    people = [a_person(host, affiliation=f"org {number}") for number in range(12)]
    for person in people:
        attendance.mark(a_signup(event, person), "attended", "test", MAY)
    seat(event.id, people)
    tied = [(people[one], people[one + 1]) for one in range(0, 12, 2)]
    for one, two in tied:
        for side in (
            actions.tie(event, one, two, [1], "email", MAY),
            actions.tie(event, two, one, [1], "email", MAY),
        ):
            actions.say(side, "in_touch", "", "private", MAY + timedelta(days=20))
    assert came.uncounted(JULY) == [(host.id, "2026-Q2", JULY)]
    tallies.count(host.id, "2026-Q2", JULY)
    kept = db.session.scalars(select(Tally)).one().figures
    assert (
        kept["touch"] == [10, 12, 12]
        and kept["pairs"] == [5, 10, None]
        and kept["affiliations"] == [5, 10, None]
    )
    assert "feeling" not in kept, "a measure of feeling is off until it is asked for"
    assert came.uncounted(JULY) == []
    for side in db.session.scalars(select(Tie)):
        actions.end(side, JULY)
    tallies.count(host.id, "2026-Q2", JULY)
    assert db.session.scalars(select(Tally)).one().figures == kept
    host.asks_feeling = True
    for person in people[:6]:
        row = Answer(
            key=f"feeling:{event.id}:{person.id}", event_id=event.id, person_id=person.id, question="feeling",
            value="more", answered_at=JULY,
        )  # fmt: skip
        db.session.add(row)
    db.session.flush()
    august = datetime(2026, 8, 1, tzinfo=UTC)
    tallies.count(host.id, "2026-Q2", august)
    assert came.latest(host.id)[0].figures["feeling"] == [5, 12, 12]


def seat(event_id: int, people: list[Person]) -> None:
    round_ = Round(event_id=event_id, number=1, state="held", created_at=MAY)
    db.session.add(round_)
    db.session.flush()
    for number in range(len(people) // 4):
        group = Group(round_id=round_.id, number=number + 1, label=f"Table {number + 1}")
        db.session.add(group)
        db.session.flush()
        for position, one in enumerate(people[4 * number : 4 * number + 4]):
            db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=one.id, position=position))
    db.session.flush()
