"""Two people who read one mailbox: the second gets a place, seats, links and answers of their own.

The second has no address of their own: letters go to the address of the first, and every cap and stop counts for the
address. Who comes here has a link that was sent there, so nothing has to be proved again.
"""

from datetime import datetime

from convene.access import limits
from convene.extensions import db
from convene.people.models import Person
from convene.people.queries import sharing
from convene.people.words import folded_name
from convene.signups.actions import PlaceGone, begun, lock_signup, refuse_unless_taking
from convene.signups.line import come
from convene.signups.models import HOLDING, Signup

MOST = 5  # people in one mailbox: a household, not a coach party


class SameName(Exception):
    """The person whose link this is has that name already."""


class TooManyHere(Exception):
    """So many people share this mailbox already."""


def sign_up_another(signup_id: int, name: str, now: datetime) -> Signup:
    """A place, or a place in line, for somebody else of this name who reads the same mailbox.

    The same name again is the same person, at this event and at the next. Raises actions.NotOpen, actions.PlaceGone,
    SameName, TooManyHere, limits.TooMany.
    """
    first = lock_signup(signup_id)
    refuse_unless_taking(first.event, now)
    if not first.person.reachable:
        raise PlaceGone
    other = other_of_name(first.person, name, now)
    signup = begun(first.event, other, now)
    if signup.state not in (*HOLDING, "waitlisted"):
        limits.take(now, PRESSES_PER_PLACE=str(signup_id))
        signup.attends_online = first.attends_online
        come(signup, now)
    return signup


def other_of_name(person: Person, name: str, now: datetime) -> Person:
    """The person of this name in the mailbox, made if new."""
    if folded_name(name) == person.name_folded:
        raise SameName
    owner_id = person.mailbox_id or person.id
    here = [*sharing(owner_id), db.session.get_one(Person, owner_id)]
    for one in here:
        if one.name_folded == folded_name(name):
            return one
    if len(here) >= MOST:
        raise TooManyHere
    other = Person(
        organisation_id=person.organisation_id,
        name=name,
        address_typed=person.address_typed,
        mailbox_id=owner_id,
        state="active",
        zone=person.zone,
        created_at=now,
    )
    db.session.add(other)
    db.session.flush()
    return other
