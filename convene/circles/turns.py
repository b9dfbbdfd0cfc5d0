"""Whoever's turn it is to host hears of it a week before; a turn that nobody can take any more goes to the next."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, exists, select
from sqlalchemy.orm import joinedload

from convene.circles import hosting, queries, talk_letters
from convene.circles.models import Circle, CircleSession, Member
from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.mail.models import OutgoingMail

KIND = "circle_turn"
SOON = timedelta(days=7)


def in_turn() -> list[int]:
    """The circles whose members host in turn."""
    rows = select(Circle.id).where(Circle.hosts_in_turn, Circle.state.in_(("forming", "open")))
    return list(db.session.scalars(rows.order_by(Circle.id)))


def settle(circle_id: int, now: datetime) -> None:
    hosting.settle(queries.locked(circle_id), now)


def due(now: datetime) -> list[int]:
    """Sessions of the week to come whose host in turn has not been told."""
    key = KIND + ":" + cast(Event.id, String) + ":" + cast(CircleSession.host_id, String)
    told = exists().where(OutgoingMail.key == key)
    rows = select(Event.id).join(CircleSession, CircleSession.event_id == Event.id)
    rows = rows.where(Event.state == "published", Event.starts_at > now, Event.starts_at <= now + SOON)
    return list(db.session.scalars(rows.where(CircleSession.host_id.is_not(None), ~told).order_by(Event.id)))


def tell(event_id: int, now: datetime) -> int:
    """One letter to whoever hosts it in turn; whoever takes it over gets their own. Keys make a repeat harmless."""
    own = db.session.get_one(CircleSession, event_id)
    mine = (Member.circle_id == own.circle_id, Member.person_id == own.host_id, Member.state == "member")
    whole = (joinedload(Member.person), joinedload(Member.circle))
    member = db.session.scalar(select(Member).where(*mine).options(*whole))
    event = db.session.get_one(Event, event_id)
    if member is None or not member.person.reachable or event.starts_at <= now:
        return 0
    made = outbox.post(
        talk_letters.turn(member, event),
        key=f"{KIND}:{event_id}:{member.person_id}",
        now=now,
        organisation_id=event.organisation_id,
        person_id=member.person_id,
    )
    return 1 if made is not None else 0
