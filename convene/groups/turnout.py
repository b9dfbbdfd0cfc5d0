"""Who came or left since the groups were dealt, so that whoever stands at the door knows when to deal again."""

from dataclasses import dataclass
from datetime import datetime

from convene.events.models import Event
from convene.groups import queries
from convene.signups import queries as signups


@dataclass(frozen=True, slots=True)
class Turnout:
    """Names, in order: who is here without a seat in every open round, and who has one and is not here."""

    come: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.come or self.gone)


def turnout(event: Event, now: datetime) -> Turnout:
    """Nothing while nobody is marked or nothing is dealt.

    Before the event begins, those with a place who are not marked are still expected, and nobody misses them.
    """
    present = signups.present(event.id)
    rounds = queries.opened(queries.rounds(event.id)) if present else []
    if not rounds:
        return Turnout()
    people = [{seat.person_id: seat.person for group in one.groups for seat in group.seats} for one in rounds]
    seated_always = set.intersection(*map(set, people))
    seated = {person_id: person for one in people for person_id, person in one.items()}
    expected = {signup.person_id for signup in present}
    if now < event.starts_at:
        placed = signups.in_state(event.id, "confirmed")
        expected |= {signup.person_id for signup in placed if signup.attendance is None}
    return Turnout(
        come=tuple(one.person.name for one in present if one.person_id not in seated_always),
        gone=tuple(
            sorted((person.name for id_, person in seated.items() if id_ not in expected), key=str.casefold)
        ),
    )
