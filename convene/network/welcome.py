"""A host's word to somebody who found nobody yet: come again. Once for each event, to those who agreed to news."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.messages.audience import PURPOSE, hold
from convene.network import letters
from convene.people.models import Consent, Person


def key_of(event: Event, person: Person) -> str:
    return f"welcome:{event.id}:{person.id}"


def who_hears(people: Sequence[Person]) -> set[int]:
    """Whose newest word on news of events is a yes, and who can be written to."""
    ids = [one.id for one in people if one.reachable]
    newest = select(func.max(Consent.id)).where(Consent.person_id.in_(ids), Consent.purpose == PURPOSE)
    rows = select(Consent.person_id).where(Consent.id.in_(newest.group_by(Consent.person_id)), Consent.given)
    return set(db.session.scalars(rows))


def invite(event: Event, person: Person, now: datetime) -> None:
    """Post it; pressed twice, it goes once."""
    hold([person.id])
    outbox.post(
        letters.welcome(event, person),
        key=key_of(event, person),
        now=now,
        organisation_id=event.organisation_id,
        event_id=event.id,
        person_id=person.id,
    )
