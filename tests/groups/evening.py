"""An evening of sixteen to deal, and how to read who sits where."""

from collections.abc import Sequence

from sqlalchemy import select

from convene import clock
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups import actions, facts, queries
from convene.groups.deal.engine import deal
from convene.groups.models import Round
from convene.people.models import Person
from convene.signups.models import Signup

SECONDS = 0.001


def people(event: Event) -> list[Person]:
    rows = select(Person).join(Signup).where(Signup.event_id == event.id).order_by(Person.id)
    return list(db.session.scalars(rows))


def arrange(event: Event, seed: int = 1) -> list[Round]:
    """Deal and keep, as the page does."""
    asked = facts.problem(event, seed)
    return actions.keep(event, asked, deal(asked, SECONDS), clock.now())


def tables(rounds: Sequence[Round]) -> list[list[list[int]]]:
    return [[[seat.person_id for seat in group.seats] for group in round_.groups] for round_ in rounds]


def seated(event: Event) -> list[list[list[int]]]:
    db.session.expire_all()
    return tables(queries.board(event.id))


def a_place(event: Event) -> int:
    return db.session.scalars(select(Signup.id).where(Signup.event_id == event.id).limit(1)).one()


def start_again() -> None:
    """What the page does between the deal and keeping it: another transaction."""
    db.session.commit()
    start_write()
