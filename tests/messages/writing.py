"""An event with people, and messages written to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from convene import clock, worker
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.mail.wording import Words
from convene.messages import actions, audience
from convene.messages.models import Message
from convene.nudges.rules import capped
from convene.people.models import Organisation, Person
from tests.factories import a_person

NOW = clock.now()


WORDS = Words("About {event}", "Hello {name},\n\nplease come by the side door.\n\n{organisation}")


NEWS = Words("News of {organisation}", "Hello {name},\n\nsomething new.")


def a_message(event: Event, *states: str, now: datetime = NOW) -> Message:
    return actions.draft(event.organisation_id, event, states or ("confirmed",), WORDS, "person:1", now)


def an_announcement(host: Organisation) -> Message:
    return actions.draft(host.id, None, (), NEWS, "person:1", NOW)


def who_agreed(host: Organisation, **more: object) -> Person:
    person = a_person(host, **more)  # type: ignore[arg-type] # columns of Person
    actions.agree(person, "Write to me", "a test", NOW)
    return person


def go(message: Message, now: datetime = NOW) -> datetime:
    """Set it to go in five minutes; returns a moment at which it is due."""
    actions.set_to_go(message, now + actions.RECALL, capped, "person:1", now)
    db.session.commit()
    return now + actions.RECALL + timedelta(seconds=1)


def send_all(now: datetime) -> None:
    """What the worker does."""
    db.session.commit()
    worker.for_each(actions.batches(now, capped), lambda number: actions.post_batch(number, capped, now))
    start_write()


def names(message: Message, now: datetime = NOW) -> list[str]:
    return [one.name for one in audience.of(message, now, capped).people]


def letters(*kinds: str) -> Sequence[OutgoingMail]:
    rows = select(OutgoingMail).where(OutgoingMail.letter.in_(kinds or ("message", "announcement")))
    return db.session.scalars(rows.order_by(OutgoingMail.person_id)).all()
