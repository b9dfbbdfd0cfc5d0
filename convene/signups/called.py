"""What stands for a person where a room reads it: what they want to be called, or the number they asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from convene.extensions import db
from convene.people.models import Person
from convene.signups.models import Signup

NOBODY_IN_PARTICULAR = "Somebody"  # seated by number, and without a signup that could give one


def called(person: Person) -> str:
    return person.called or person.name


def told_of(person: Person) -> dict[str, str | None]:
    """What somebody lets their group be told of themselves, where others of the group say the same."""
    hidden = person.hides.split()
    return {name: None if name in hidden else getattr(person, name) for name in ("field", "place")}


def by_number(signup_id: int) -> str:
    return f"Number {signup_id}"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one event's people as its walls, sheets, signs and badges show them.

    `numbers`: the number of each person who asked for one, by their id. It is the number of their signup: it is
    given once and never again, so a wall, a sheet printed earlier and one printed later name the same person.
    """

    numbers: Mapping[int, int]

    def of(self, person: Person) -> str:
        if not person.by_number:
            return called(person)
        number = self.numbers.get(person.id)
        return by_number(number) if number else NOBODY_IN_PARTICULAR

    def all_of(self, people: Sequence[Person]) -> list[str]:
        return [self.of(person) for person in people]


def names(event_id: int) -> Names:
    """One query, and no row of anybody who did not ask for a number."""
    rows = select(Signup.person_id, Signup.id).join(Person, Signup.person_id == Person.id)
    rows = rows.where(Signup.event_id == event_id, Person.by_number.is_(True))
    return Names({person_id: number for person_id, number in db.session.execute(rows)})
