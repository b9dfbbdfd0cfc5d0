"""Finding messages: one host's own, and those that are due."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.messages.audience import PURPOSE
from convene.messages.models import Message
from convene.people.models import Consent

RECENT = timedelta(days=60)  # after its end an event is hardly written about
WHOLE = joinedload(Message.event), joinedload(Message.organisation)
NEWEST_WORD = select(Consent.given).where(
    Consent.person_id == bindparam("person_id"), Consent.purpose == PURPOSE
)
NEWEST_WORD = NEWEST_WORD.order_by(Consent.id.desc()).limit(1)


def for_org(organisation_id: int, limit: int = 100) -> Sequence[Message]:
    rows = select(Message).where(Message.organisation_id == organisation_id).options(*WHOLE)
    return db.session.scalars(rows.order_by(Message.id.desc()).limit(limit)).all()


def one_for_org(organisation_id: int, message_id: int) -> Message | None:
    rows = select(Message).where(Message.id == message_id, Message.organisation_id == organisation_id)
    return db.session.scalar(rows.options(*WHOLE))


def locked(message_id: int) -> Message | None:
    """The message under the lock of its row, read anew."""
    rows = select(Message).where(Message.id == message_id).with_for_update()
    return db.session.scalar(rows, execution_options={"populate_existing": True})


def own_letters(message: Message) -> tuple[ColumnElement[bool], ...]:
    """In SQL: the letters that this message has become."""
    mine = OutgoingMail.key.startswith(f"message:{message.id}:", autoescape=True)
    at = OutgoingMail.event_id == message.event_id
    return OutgoingMail.organisation_id == message.organisation_id, at, mine


def left(message: Message) -> int:
    """How many letters of this message have left or are on their way, or were refused."""
    gone = (*own_letters(message), OutgoingMail.state.not_in(("queued", "retry", "dropped")))
    return db.session.scalar(select(func.count()).select_from(OutgoingMail).where(*gone)) or 0


def unsent(message: Message) -> int:
    """How many letters of this message still wait to leave."""
    waits = (*own_letters(message), OutgoingMail.state.in_(("queued", "retry")))
    return db.session.scalar(select(func.count()).select_from(OutgoingMail).where(*waits)) or 0


def due(now: datetime) -> Sequence[Message]:
    """Those whose moment has come, or that were being sent when something died."""
    waiting = and_(Message.state == "waiting", Message.send_at <= now)
    rows = select(Message).where(or_(waiting, Message.state == "sending"))
    return db.session.scalars(rows.options(*WHOLE).order_by(Message.send_at, Message.id)).all()


def events_to_write_about(organisation_id: int, now: datetime) -> Sequence[Event]:
    """Published events that are to come, the soonest first, and then those not long over, the latest first."""
    rows = select(Event).where(Event.organisation_id == organisation_id, Event.state == "published")
    rows = rows.where(Event.ends_at > now - RECENT).order_by(Event.starts_at, Event.id)
    found = db.session.scalars(rows).all()
    ahead = [event for event in found if event.ends_at > now]
    return [*ahead, *(event for event in reversed(found) if event.ends_at <= now)]


def hears_of_events(person_id: int) -> bool:
    """Whether this person's newest word on announcements is a yes."""
    return bool(db.session.scalar(NEWEST_WORD, {"person_id": person_id}))
