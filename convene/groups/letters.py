"""The letter that tells a person whom they will meet."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from convene import links
from convene.events.queries import starts_at
from convene.groups.models import Group, Seat
from convene.groups.rules import shared
from convene.groups.starters import questions
from convene.mail.languages import HOUSE, known
from convene.mail.letter import Letter
from convene.mail.translations import said
from convene.offers.queries import TO_GROUP, wares
from convene.offers.rules import Wares, between
from convene.signups.called import called, told_of
from convene.signups.letters import letter
from convene.signups.models import Signup


def sittings(seats: Sequence[Seat], language: str = HOUSE) -> list[dict[str, Any]]:
    """A person's rounds at one event, with what they and the others can do for each other, as each let be told."""
    if not seats:
        return []
    people = {one.person_id: one.person for seat in seats for one in seat.group.seats}
    host = seats[0].person.organisation_id
    # As it stands when they meet: what will have run out by then is no use to anybody.
    when = starts_at(seats[0].group.round.event_id)
    known_wares = wares(host, list(people), when, TO_GROUP)
    return [sitting(seat, language, known_wares) for seat in seats]


def sitting(seat: Seat, language: str, known_wares: Mapping[int, Wares]) -> dict[str, Any]:
    """One round as this person lives it: where, with whom, what they share, who starts, what to ask."""
    group = seat.group
    known = still_known(group)
    everybody = [told_of(one.person) for one in known]
    first = known[0] if known else seat
    say = partial(said, language=language)
    names = {one.person_id: called(one.person) for one in known}
    return {
        "number": group.round.number,
        "label": group.label,
        "room_url": group.room_url,
        "names": company(seat),
        "shared": [*between(seat.person_id, names, names, known_wares, say), *shared(everybody, say=say)],
        "starts": said("you", language) if first.person_id == seat.person_id else called(first.person),
        "questions": [said(one, language) for one in questions(group.round.event_id, group.round.number)],
    }


def still_known(group: Group) -> list[Seat]:
    """The seats of a group less those of people who were erased since: nobody reads that there was one."""
    return [one for one in group.seats if one.person.state != "erased"]


def company(seat: Seat) -> list[str]:
    """With whom this person sits, as each chose to be called."""
    return [called(one.person) for one in still_known(seat.group) if one.person_id != seat.person_id]


def your_group(signup: Signup, seats: Sequence[Seat]) -> Letter:
    """One letter with all rounds; names as each chose to be called, and never an address."""
    facts = {
        "sittings": sittings(seats, known(signup.person.language)),
        "now_url": links.now(signup.id, signup.generation),
    }
    return letter("your_group", signup, facts=facts, expires_at=signup.event.ends_at)
