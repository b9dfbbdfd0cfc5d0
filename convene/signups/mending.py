"""An address that was typed wrongly, put right by the host: what went to the old one opens nothing any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people import mailboxes
from convene.people.addresses import checked, folded
from convene.people.models import Person, Role
from convene.people.queries import by_address
from convene.signups import queries
from convene.signups.models import HOLDING, Signup
from convene.signups.posting import post_new_link

OPEN = (*HOLDING, "waitlisted", "started")


class AtDesk(Exception):
    """Who has a part at the desk signs in with this address: it is not changed here."""


class Taken(Exception):
    """Somebody else here has this address: perhaps the two are one person."""

    def __init__(self, other: Person):
        super().__init__(other.id)
        self.other = other


def mend(person: Person, typed: str, actor: str, now: datetime) -> int:
    """Give a person this address, and write to it with a new link to each place to come; returns how many letters.

    Raises BadAddress, AtDesk, Taken.
    """
    whole, key = checked(typed), folded(checked(typed))
    if db.session.scalar(select(Role.id).where(Role.person_id == person.id).limit(1)):
        raise AtDesk
    other = by_address(person.organisation_id, key)
    if other is not None and other.id != person.id:
        raise Taken(other)
    ids = open_signups(person.id, now)
    for signup_id in ids:  # locked before the person's row is touched, in the order of events
        queries.locked(signup_id)
    waiting = update(OutgoingMail).where(
        OutgoingMail.person_id == person.id, OutgoingMail.state.in_(("queued", "retry"))
    )
    db.session.execute(waiting.values(state="dropped", last_answer="not sent: the address was put right"))
    mailboxes.move(person, key, whole)
    person.generation += 1
    person.calendar_generation += 1
    for signup_id in ids:
        signup = queries.one(signup_id)
        if signup is not None:
            signup.generation += 1
            post_new_link(signup, now)
    db.session.flush()
    audit.record(person.organisation_id, actor, "person.address_mended", f"person:{person.id}", now)
    return len(ids)


def open_signups(person_id: int, now: datetime) -> Sequence[int]:
    """Their signups to events to come that may still be of use, in the order of events."""
    rows = select(Signup.id).join(Event, Signup.event_id == Event.id)
    rows = rows.where(Signup.person_id == person_id, Signup.state.in_(OPEN))
    rows = rows.where(Event.state == "published", Event.ends_at > now)
    return db.session.scalars(rows.order_by(Signup.event_id)).all()
