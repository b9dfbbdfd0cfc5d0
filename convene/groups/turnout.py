"""Who came or left since the groups were dealt, so that whoever stands at the door knows when to deal again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from convene.events.models import Event
from convene.groups import queries
from convene.groups.models import Round
from convene.groups.reading import Reading, still_arriving
from convene.signups.models import HOLDING


@dataclass(frozen=True, slots=True)
class Turnout:
    """Names, in order: who is here without a seat in every open round, and who has one and is not here."""

    come: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.come or self.gone)


def turnout(event: Event, now: datetime, known: Reading | None = None) -> Turnout:
    """Nothing while nobody is marked or nothing is dealt.

    While people still arrive, those with a place who are not marked are expected, and nobody misses them.
    `known` is what a page has read already.
    """
    known = known or Reading(event)
    coming = known.coming
    present = [one for one in coming if one.attendance is not None]
    rounds = queries.opened(known.rounds) if present else []
    if not rounds:
        return Turnout()
    people = [{seat.person_id: seat.person for group in one.groups for seat in group.seats} for one in rounds]
    seated_always = set.intersection(*map(set, people))
    seated = {person_id: person for one in people for person_id, person in one.items()}
    still = still_arriving(event, now)
    expected = {signup.person_id for signup in (coming if still else present)}
    return Turnout(
        come=tuple(one.person.name for one in present if one.person_id not in seated_always),
        gone=tuple(
            sorted((person.name for id_, person in seated.items() if id_ not in expected), key=str.casefold)
        ),
    )


def losing(event: Event, known: Reading | None = None) -> tuple[str, ...]:
    """The names of those who were told a group, have a place and no mark, and sit in none of the drafts.

    Where there are no drafts: in none that would be dealt now.
    """
    known = known or Reading(event)
    told = [one for one in known.rounds if one.state == "published" and not one.has_begun]
    if not told:
        return ()
    drafts = people_of([one for one in known.rounds if one.state == "draft"])
    seated = drafts or {signup.person_id for signup in known.coming}
    lost = people_of(told) - seated
    unmarked = [one for one in known.at_door if one.state in HOLDING and one.attendance is None]
    names = [one.person.name for one in unmarked if one.person_id in lost]
    return tuple(sorted(names, key=str.casefold))


def people_of(rounds: Iterable[Round]) -> set[int]:
    return {seat.person_id for round_ in rounds for group in round_.groups for seat in group.seats}
