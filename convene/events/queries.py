"""Finding events: for everybody, or inside one organisation.

What every visitor's page asks is written out once, with places for what differs: putting such a question together
anew takes SQLAlchemy as long as the database takes to answer it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, load_only

from convene.events.models import Event
from convene.extensions import db

LATEST_PAST = timedelta(days=90)

WITH_HOST = select(Event).options(joinedload(Event.organisation))
PUBLIC = WITH_HOST.where(Event.slug == bindparam("slug"), Event.state.in_(("published", "called_off")))
# What a list of events shows; the rest of a row, its texts above all, is read where somebody asks for it.
LISTED = select(Event).options(
    load_only(
        Event.slug,
        Event.state,
        Event.title,
        Event.starts_at,
        Event.ends_at,
        Event.zone,
        Event.format,
        Event.venue,
        Event.uid,
        Event.capacity,
    )
)
UPCOMING = LISTED.where(Event.state == "published", Event.ends_at > bindparam("now"))
UPCOMING = UPCOMING.order_by(Event.starts_at, Event.id).limit(bindparam("most"))
PAST = LISTED.where(Event.state == "published", Event.ends_at <= bindparam("now"))
PAST = PAST.where(Event.ends_at > bindparam("since"))
PAST = PAST.order_by(Event.starts_at.desc(), Event.id).limit(bindparam("most"))
LOCKED = WITH_HOST.where(Event.id == bindparam("event_id")).with_for_update(of=Event)
LOCKED = LOCKED.execution_options(populate_existing=True)
IN_CIRCLE = Event.circle_id == bindparam("circle_id")
UPCOMING_IN_CIRCLE = UPCOMING.where(IN_CIRCLE)
PAST_IN_CIRCLE = PAST.where(IN_CIRCLE)


def upcoming(now: datetime, *, limit: int = 100, circle_id: int | None = None) -> Sequence[Event]:
    """Published events that have not ended, the soonest first, as a list shows them."""
    rows = UPCOMING if circle_id is None else UPCOMING_IN_CIRCLE
    return db.session.scalars(rows, {"now": now, "most": limit, "circle_id": circle_id}).all()


def past(now: datetime, *, limit: int = 6, circle_id: int | None = None) -> Sequence[Event]:
    """Published events of the last three months that have ended, the newest first, as a list shows them."""
    rows = PAST if circle_id is None else PAST_IN_CIRCLE
    since = now - LATEST_PAST
    return db.session.scalars(rows, {"now": now, "since": since, "most": limit, "circle_id": circle_id}).all()


def in_calendar(now: datetime) -> Sequence[Event]:
    """What the line-up's calendar shows: published and called off, from 90 days back to 18 months ahead."""
    window = (Event.ends_at > now - LATEST_PAST, Event.starts_at < now + timedelta(days=548))
    rows = select(Event).where(Event.state.in_(("published", "called_off")), *window)
    return db.session.scalars(
        rows.options(joinedload(Event.organisation)).order_by(Event.starts_at, Event.id)
    ).all()


def public(slug: str) -> Event | None:
    """An event that anyone may see: published, or called off after it was."""
    return db.session.scalar(PUBLIC, {"slug": slug})


def for_org(organisation_id: int) -> Sequence[Event]:
    rows = select(Event).where(Event.organisation_id == organisation_id)
    return db.session.scalars(rows.order_by(Event.starts_at.desc(), Event.id.desc())).all()


def one_for_org(organisation_id: int, event_id: int) -> Event | None:
    return db.session.scalar(
        select(Event).where(Event.id == event_id, Event.organisation_id == organisation_id)
    )


def locked(event_id: int) -> Event:
    """The event under its row lock, read anew: the lock under which places are decided and letters numbered."""
    return db.session.scalars(LOCKED, {"event_id": event_id}).one()
