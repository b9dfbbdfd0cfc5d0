"""A town of people of whom small asks of every kind are due at one moment, for the bench that posts them."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select

from bench.rows import an_event, host
from convene.circles.models import Action
from convene.extensions import begin_write, db
from convene.groups.models import Group, Round, Seat
from convene.network.models import Tie
from convene.nudges.models import Nudge, NudgeSetting
from convene.people.actions import give_role
from convene.people.models import Person
from convene.signups.models import Attendance, Signup
from tests.factories import a_circle, a_member, a_session

PEOPLE, EVENTS, PLACES = 100_000, 200, 100
REMINDED, THANKED, TRUE, CAME, SILENT, CIRCLES, MEMBERS = 2_000, 1_000, 500, 300, 300, 50, 12
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)  # a noon in London: nothing is held for the night


def plant() -> None:
    """Half of the people have a profile; 200 events are to come or over, for those of the next week a plan is asked."""
    chance = random.Random(1)  # noqa: S311 - chance for variety
    begin_write()
    first = an_event("The first of many", NOW + 20 * HOUR, 5000, NOW)
    people(host(NOW).id, chance)
    ids = list(db.session.scalars(select(Person.id).order_by(Person.id)))
    rest = iter(ids)
    next_ = lambda number: list(islice(rest, number))  # noqa: E731 - a word for "the next so many"
    untouched = next_(TRUE)
    db.session.query(Person).where(Person.id.in_(untouched)).update(
        {"created_at": NOW - 190 * DAY, "field": "Bread"}
    )
    take_places(first.id, next_(REMINDED))
    over = an_event("The last of them", NOW - 21 * HOUR, 5000, NOW)
    take_places(over.id, next_(THANKED))
    for number in range(EVENTS):
        starts = NOW + timedelta(days=2 + number % 60 if number % 2 else -3 - number % 60)
        take_places(an_event(f"Number {number}", starts, PLACES, NOW).id, chance.sample(ids, PLACES))
    setting = {"key": "plan", "organisation_id": host(NOW).id, "rule": "plan", "on": True, "words": ""}
    db.session.add(NudgeSetting(**setting, changed_at=NOW, changed_by="the bench"))
    agree(over.id, next_(CAME))
    fall_silent(over.id, next_(SILENT))
    for _ in range(CIRCLES):
        gather(next_(MEMBERS + 1))
    give_role(db.session.get_one(Person, next_(1)[0]), "owner", NOW)
    db.session.commit()


def people(host_id: int, chance: random.Random) -> None:
    rows = []
    for number in range(PEOPLE):
        address = f"p{number}@example.org"
        row = {"organisation_id": host_id, "name": f"Person {number}", "name_folded": f"person {number}"}
        row |= {"address": address, "address_typed": address, "state": "active"}
        row["created_at"] = NOW - timedelta(days=chance.randrange(0, 170))
        rows.append({**row, "field": "Bread" if number % 2 else None})
    db.session.execute(insert(Person), rows)


def take_places(event_id: int, person_ids: list[int]) -> None:
    since = NOW - 9 * DAY
    facts = {"event_id": event_id, "state": "confirmed", "started_at": since, "confirmed_at": since}
    db.session.execute(insert(Signup), [{**facts, "person_id": one} for one in person_ids])


def agree(event_id: int, person_ids: list[int]) -> None:
    """By twos, six weeks ago."""
    facts: dict[str, Any] = {
        "organisation_id": host(NOW).id,
        "event_id": event_id,
        "title": "The last of them",
    }
    facts |= {"rounds": "1", "channel": "email", "made_at": NOW - 43 * DAY}
    pairs = list(zip(person_ids[::2], person_ids[1::2], strict=True))
    sides = pairs + [(two, one) for one, two in pairs]
    db.session.execute(
        insert(Tie), [{**facts, "person_id": mine, "other_id": theirs} for mine, theirs in sides]
    )


def fall_silent(event_id: int, person_ids: list[int]) -> None:
    """Two asks in a row brought no answer."""
    db.session.execute(insert(Nudge), list(asked(event_id, person_ids)))


def asked(event_id: int, person_ids: list[int]) -> Iterator[dict[str, Any]]:
    for one in person_ids:
        for ago in (20 * DAY, 10 * DAY):
            yield {
                "key": f"planted:{one}:{ago.days}", "rule": "thank_you", "subject_id": event_id, "step": "1",
                "event_id": event_id, "person_id": one, "state": "sent", "reason": "they had a place at this event",
                "due_at": NOW - ago, "decided_at": NOW - ago,
            }  # fmt: skip


def gather(person_ids: list[int]) -> None:
    """A circle the day after a session in two groups, two days before the next, that did nothing that it said."""
    *members, asking = [db.session.get_one(Person, one) for one in person_ids]
    circle = a_circle(host(NOW), now=NOW - 60 * DAY, host_id=members[0].id)
    for one in members:
        a_member(circle, one, now=NOW - 60 * DAY)
    a_member(circle, asking, state="asked", now=NOW - 4 * DAY, asked_at=NOW - 4 * DAY)
    for ago in (15 * DAY, 21 * HOUR):
        session = a_session(circle, now=NOW - 60 * DAY, starts_at=NOW - ago, lasts=2 * HOUR)
        take_places(session.id, [one.id for one in members])
        missed = select(Signup.id).where(Signup.event_id == session.id, Signup.person_id == members[-1].id)
        mark = {"state": "no_show", "marked_at": NOW - ago, "marked_by": "the bench"}
        db.session.add(Attendance(signup_id=db.session.scalars(missed).one(), **mark))
    seat(session.id, [one.id for one in members])
    a_session(circle, now=NOW - 60 * DAY, starts_at=NOW + 47 * HOUR)
    for one in members[1:7]:
        db.session.add(
            Action(
                circle_id=circle.id, words="Ask the library", owner_id=one.id, due_on=(NOW + 2 * DAY).date(),
                state="owned", created_at=NOW - 60 * DAY, owned_at=NOW - 60 * DAY,
            )
        )  # fmt: skip


def seat(event_id: int, person_ids: list[int]) -> None:
    round_ = Round(event_id=event_id, number=1, state="published", created_at=NOW)
    db.session.add(round_)
    db.session.flush()
    for number in (1, 2):
        group = Group(round_id=round_.id, number=number, label=f"Table {number}")
        db.session.add(group)
        db.session.flush()
        for position, one in enumerate(person_ids[number - 1 :: 2]):
            db.session.add(Seat(round_id=round_.id, group_id=group.id, person_id=one, position=position))
