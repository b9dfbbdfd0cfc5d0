"""At the door: who is let in gets a place past the line, and can still be written down after the end."""

from datetime import datetime

from convene.events import actions as events
from convene.events.models import Event
from convene.events.place import is_both
from convene.events.queries import locked
from convene.extensions import db
from convene.signups import actions, line, queries
from convene.signups.models import HOLDING, Signup

MAY_COME = (*HOLDING, "waitlisted")  # who stands on the list at the door


def is_open(event: Event, now: datetime) -> bool:
    """Whether people may be added here: until the end, and after it until the list is said to be whole."""
    return event.state == "published" and (event.ends_at > now or event.attendance_complete_at is None)


def add(event_id: int, name: str, address: str | None, now: datetime) -> Signup:
    """Add somebody who is at the door: a place if one is free, else a place in line. Raises NotOpen.

    After the end this posts nothing: there is nothing left to be invited to.
    """
    event = locked(event_id)
    if not is_open(event, now):
        raise actions.NotOpen
    return actions.bring_in(event, name, address, now)


def let_in(signup: Signup, now: datetime) -> bool:
    """A place for somebody who is here, past the line; returns whether the event had to grow by one for it.

    The event row must be locked. Who has a place keeps it as it is. The capacity grows where every place is
    held, so that no more people hold places than there are.
    """
    event = signup.event
    from_online = is_both(event) and signup.attends_online
    if event.state != "published" or (signup.state == "confirmed" and not from_online):
        return False
    if from_online:  # they stand here
        signup.attends_online = False
    db.session.flush()
    places, held = queries.places(event).of(False), signup.state in HOLDING
    grows = not places.left if not held else from_online and places.over > 0
    if grows:
        events.edit(event, {"capacity": places.taken + (not held)}, now)
    if signup.state != "confirmed":
        line.seat(signup, now)
    return grows
