"""Adding somebody the host knows already, chosen by the organiser: by name alone nobody could be told apart."""

from datetime import datetime

from convene.events.queries import locked
from convene.people.models import Person
from convene.signups import actions, door
from convene.signups.models import Signup


def add(event_id: int, person: Person, now: datetime) -> Signup:
    """As `actions.add`, for this person. Raises actions.NotOpen."""
    event = locked(event_id)
    actions.refuse_unless_open(event, now)
    return actions.bring_in_person(event, person, now)


def add_at_door(event_id: int, person: Person, now: datetime) -> Signup:
    """As `door.add`, for this person. Raises actions.NotOpen."""
    event = locked(event_id)
    if not door.is_open(event, now):
        raise actions.NotOpen
    return actions.bring_in_person(event, person, now)
