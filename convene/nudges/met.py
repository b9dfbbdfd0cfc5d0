"""Whom people met at an event, and of whom they may be asked whether they would like to hear from them again."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from convene.extensions import db
from convene.groups.models import Round, Seat
from convene.groups.queries import companions
from convene.people.models import Person
from convene.people.queries import in_organisation


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody they shared a group with, and in which rounds."""

    person: Person
    rounds: list[int]

    @property
    def can_be_reached(self) -> bool:
        """Whether a letter could ever bring the two together: nobody learns here whether mail is stopped."""
        return bool(self.person.reachable)


def met(event_id: int, person: Person) -> Sequence[Met]:
    """Everybody this person shared a published group with and who is still known, in the order they met."""
    rounds = companions(event_id, person.id)
    known = in_organisation(person.organisation_id, list(rounds))
    found = [Met(other, rounds[other.id]) for other in known if other.state != "erased"]
    return sorted(found, key=lambda one: (one.rounds, one.person.name))


def who_met_somebody(event_id: int) -> set[int]:
    """The ids of all at this event who met somebody that can be reached, in one query."""
    own, theirs = aliased(Seat), aliased(Seat)
    rows = select(own.person_id).distinct().join(Round, own.round_id == Round.id)
    rows = rows.join(theirs, (theirs.group_id == own.group_id) & (theirs.person_id != own.person_id))
    rows = rows.join(Person, Person.id == theirs.person_id)
    rows = rows.where(Round.event_id == event_id, Round.state.in_(("published", "held")))
    rows = rows.where(Person.reachable != "", Person.state != "erased")
    return set(db.session.scalars(rows))
