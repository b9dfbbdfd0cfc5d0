"""What people of the demonstration's past evening answered to the thank-you, and whom they would like to hear from."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Group
from convene.nudges import answering as nudges
from convene.nudges.models import Nudge
from convene.people.models import Person

Said = Mapping[str, str]  # an answer of programme.toml: helped, words


def answer_all(event: Event, tables: Sequence[Group], said: Iterator[Said]) -> tuple[Person, Person, Person]:
    """Two pairs say yes to each other, some say yes alone, some tick nobody, and many have not answered yet.

    Returns one who will answer late, one who said yes to them, and one to whom somebody said yes in vain so far.
    """
    seats = [[seat.person for seat in table.seats] for table in tables]
    moments = (event.ends_at + timedelta(hours=20, minutes=13 * number) for number in range(100))
    for table in seats[:2]:
        yes(table[0], table[1:2], next(said), next(moments))
        yes(table[1], table[:1], next(said), next(moments))
    yes(seats[2][0], seats[2][1:3], next(said), next(moments))
    yes(seats[2][2], [], next(said), next(moments))
    yes(seats[3][1], seats[3][:1], next(said), next(moments))
    yes(seats[4][0], [], next(said), next(moments))
    yes(seats[5][1], seats[5][:1], next(said), next(moments))
    return seats[5][0], seats[5][1], seats[3][0]


def yes(person: Person, to: Sequence[Person], said: Said, at: datetime) -> None:
    """One person's answers to the thank-you: how it was, and whom they would like to hear from."""
    nudge = db.session.scalars(
        select(Nudge).where(Nudge.person_id == person.id, Nudge.rule == "thank_you")
    ).one()
    wished = [other.id for other in to]
    contact = person.address_typed or ""
    given = nudges.Given(helped=said["helped"], words=said["words"], touch=wished, contact=contact)
    nudges.answer(nudge, given, at)
