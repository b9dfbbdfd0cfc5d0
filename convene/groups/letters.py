"""The letter that tells a person whom they will meet."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from convene import links
from convene.groups.models import Seat
from convene.groups.rules import shared
from convene.groups.starters import questions
from convene.mail.languages import HOUSE, known
from convene.mail.letter import Letter
from convene.mail.translations import said
from convene.signups.called import called, told_of
from convene.signups.letters import letter
from convene.signups.models import Signup


def sitting(seat: Seat, language: str = HOUSE) -> dict[str, Any]:
    """One round as this person lives it: where, with whom, what they share, who starts, what to ask."""
    group = seat.group
    others = [other.person for other in group.seats if other.person_id != seat.person_id]
    everybody = [told_of(one.person) for one in group.seats]
    first = group.seats[0]
    return {
        "number": group.round.number,
        "label": group.label,
        "room_url": group.room_url,
        "names": [called(person) for person in others],
        "shared": shared(everybody, say=partial(said, language=language)),
        "starts": said("you", language) if first.person_id == seat.person_id else called(first.person),
        "questions": [said(one, language) for one in questions(group.round.event_id, group.round.number)],
    }


def your_group(signup: Signup, seats: Sequence[Seat]) -> Letter:
    """One letter with all rounds; names as each chose to be called, and never an address."""
    facts = {
        "sittings": [sitting(seat, known(signup.person.language)) for seat in seats],
        "now_url": links.now(signup.id, signup.generation),
    }
    return letter("your_group", signup, facts=facts, expires_at=signup.event.ends_at)
