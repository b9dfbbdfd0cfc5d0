"""Finding events: for everybody, or inside one organisation."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.events.models import Event
from convene.extensions import db

LATEST_PAST = timedelta(days=90)


def upcoming(now: datetime, *, limit: int = 100, circle_id: int | None = None) -> Sequence[Event]:
    """Published events that have not ended, the soonest first, with their hosts."""
    rows = select(Event).where(Event.state == "published", Event.ends_at > now)
    if circle_id is not None:
        rows = rows.where(Event.circle_id == circle_id)
    rows = rows.options(joinedload(Event.organisation)).order_by(Event.starts_at, Event.id).limit(limit)
    return db.session.scalars(rows).all()


def past(now: datetime, *, limit: int = 6, circle_id: int | None = None) -> Sequence[Event]:
    """Published events of the last three months that have ended, the newest first."""
    rows = select(Event).where(
        Event.state == "published", Event.ends_at <= now, Event.ends_at > now - LATEST_PAST
    )
    if circle_id is not None:
        rows = rows.where(Event.circle_id == circle_id)
    rows = (
        rows.options(joinedload(Event.organisation)).order_by(Event.starts_at.desc(), Event.id).limit(limit)
    )
    return db.session.scalars(rows).all()


def in_calendar(now: datetime) -> Sequence[Event]:
    """What the line-up's calendar shows: published and called off, from 90 days back to 18 months ahead."""
    window = (Event.ends_at > now - LATEST_PAST, Event.starts_at < now + timedelta(days=548))
    rows = select(Event).where(Event.state.in_(("published", "called_off")), *window)
    return db.session.scalars(
        rows.options(joinedload(Event.organisation)).order_by(Event.starts_at, Event.id)
    ).all()


def public(slug: str) -> Event | None:
    """An event that anyone may see: published, or called off after it was."""
    rows = select(Event).where(Event.slug == slug, Event.state.in_(("published", "called_off")))
    return db.session.scalar(rows.options(joinedload(Event.organisation)))


def for_org(organisation_id: int) -> Sequence[Event]:
    rows = select(Event).where(Event.organisation_id == organisation_id)
    return db.session.scalars(rows.order_by(Event.starts_at.desc(), Event.id.desc())).all()


def one_for_org(organisation_id: int, event_id: int) -> Event | None:
    return db.session.scalar(
        select(Event).where(Event.id == event_id, Event.organisation_id == organisation_id)
    )


def locked(event_id: int) -> Event:
    """The event under its row lock, read anew: the lock under which places are decided and letters numbered."""
    rows = select(Event).where(Event.id == event_id).with_for_update(of=Event)
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()
