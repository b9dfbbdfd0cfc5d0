"""Finding events: for everybody, or inside one organisation.

What every visitor's page asks is written out once, with places for what differs: putting such a question together
anew takes SQLAlchemy as long as the database takes to answer it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, bindparam, cast, exists, func, or_, select
from sqlalchemy.orm import joinedload, load_only, with_expression
from sqlalchemy.orm.attributes import set_committed_value

from convene.events.models import Event, Speaker
from convene.extensions import db
from convene.people.models import Organisation

LATEST_PAST = timedelta(days=90)
CALENDAR_AHEAD = timedelta(days=548)  # 18 months

WITH_HOST = select(Event).options(joinedload(Event.organisation))
# Two comparisons and no IN, whose list is written into the statement anew at each asking: the most asked page of all.
PUBLIC = WITH_HOST.where(Event.slug == bindparam("slug"))
PUBLIC = PUBLIC.where(or_(Event.state == "published", Event.state == "called_off"))
PUBLIC = PUBLIC.options(with_expression(Event.has_speakers, exists().where(Speaker.event_id == Event.id)))
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
        Event.hides_place,
        Event.listed,
        Event.uid,
        Event.capacity,
        Event.online_places,
        Event.by_approval,
        Event.signup_opens_at,
        Event.signup_closes_at,
        Event.circle_id,
    )
)
UPCOMING = LISTED.where(Event.listed, Event.state == "published", Event.ends_at > bindparam("now"))
UPCOMING = UPCOMING.order_by(Event.starts_at, Event.id).limit(bindparam("most"))
# Of what is over less is told.
OVER = select(Event).options(
    load_only(Event.slug, Event.title, Event.starts_at, Event.ends_at, Event.zone, Event.listed)
)
PAST = OVER.where(Event.listed, Event.state == "published", Event.ends_at <= bindparam("now"))
PAST = PAST.where(Event.ends_at > bindparam("since"))
PAST = PAST.order_by(Event.starts_at.desc(), Event.id).limit(bindparam("most"))
LOCKED = WITH_HOST.where(Event.id == bindparam("event_id")).with_for_update(of=Event)
LOCKED = LOCKED.execution_options(populate_existing=True)
PUBLIC_LOCKED = PUBLIC.with_for_update(of=Event).execution_options(populate_existing=True)
IN_CIRCLE = Event.circle_id == bindparam("circle_id")
# A circle's own page and calendar show its sessions whether or not the line-up does.
UPCOMING_IN_CIRCLE = LISTED.where(IN_CIRCLE, Event.state == "published", Event.ends_at > bindparam("now"))
UPCOMING_IN_CIRCLE = UPCOMING_IN_CIRCLE.order_by(Event.starts_at, Event.id).limit(bindparam("most"))
PAST_IN_CIRCLE = OVER.where(IN_CIRCLE, Event.state == "published", Event.ends_at <= bindparam("now"))
PAST_IN_CIRCLE = PAST_IN_CIRCLE.where(Event.ends_at > bindparam("since"))
PAST_IN_CIRCLE = PAST_IN_CIRCLE.order_by(Event.starts_at.desc(), Event.id).limit(bindparam("most"))

# Whose events a calendar shows: all, a circle's or a host's.
WHOSE: dict[str, tuple[Any, ...]] = {
    "all": (Event.listed,),
    "circle": (Event.circle_id == bindparam("whose_id"),),
    "host": (Event.listed, Event.organisation_id == bindparam("whose_id")),
}
IN_WINDOW = (
    Event.state.in_(("published", "called_off")),
    Event.ends_at > bindparam("since"),
    Event.starts_at < bindparam("until"),
)
IN_CALENDAR = (
    select(Event)
    .where(*IN_WINDOW)
    .options(
        load_only(
            Event.organisation_id,
            Event.slug,
            Event.state,
            Event.title,
            Event.summary,
            Event.starts_at,
            Event.ends_at,
            Event.zone,
            Event.format,
            Event.venue,
            Event.hides_place,
            Event.uid,
            Event.sequence,
            Event.revised_at,
            Event.created_at,
        )
    )
)
NAMED = select(Organisation).where(Organisation.id.in_(bindparam("ids", expanding=True)))
NAMED = NAMED.options(load_only(Organisation.name))
IN_CALENDARS = {kind: IN_CALENDAR.where(*whose).order_by(Event.starts_at) for kind, whose in WHOSE.items()}


def marks(whose: tuple[Any, ...]) -> Select[str, datetime | None]:
    """Which events a calendar shows, in which revision and by whom, as one text, with the latest revision."""
    one = cast(Event.id, String) + ":" + cast(Event.revised_at, String) + ":" + Organisation.name
    # Both databases keep the order of the rows beneath, SQLite at no cost in that of its index.
    rows = select(one.label("one"), Event.revised_at).join(Event.organisation).where(*IN_WINDOW, *whose)
    each = rows.order_by(Event.state, Event.starts_at, Event.id).subquery()
    return select(func.aggregate_strings(each.c.one, ","), func.max(each.c.revised_at))


MARKS = {kind: marks(whose) for kind, whose in WHOSE.items()}


def upcoming(now: datetime, *, limit: int = 100, circle_id: int | None = None) -> Sequence[Event]:
    """Published events that have not ended, the soonest first, as a list shows them."""
    rows = UPCOMING if circle_id is None else UPCOMING_IN_CIRCLE
    return db.session.scalars(rows, {"now": now, "most": limit, "circle_id": circle_id}).all()


def past(now: datetime, *, limit: int = 6, circle_id: int | None = None) -> Sequence[Event]:
    """Published events of the last three months that have ended, the newest first, as a list shows them."""
    rows = PAST if circle_id is None else PAST_IN_CIRCLE
    since = now - LATEST_PAST
    return db.session.scalars(rows, {"now": now, "since": since, "most": limit, "circle_id": circle_id}).all()


def window(now: datetime) -> dict[str, datetime]:
    """What calendars show: from 90 days back to 18 months ahead, counted from midnight (UTC).

    So only midnight moves an event in or out, and what is told of a day holds for the whole of it.
    """
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"midnight": midnight, "since": midnight - LATEST_PAST, "until": midnight + CALENDAR_AHEAD}


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells one state of a calendar from the next: another text, other bytes; no older than `changed_at`."""

    text: str
    changed_at: datetime


def calendar_mark(now: datetime, kind: str = "all", whose_id: int | None = None) -> Mark:
    """In one statement, without reading the events: every change that a calendar shows raises `revised_at`.

    The hosts' names are in the text themselves. An event that left with the day changes nothing here but the text, so
    the time is never before midnight.
    """
    days = window(now)
    text, revised_at = db.session.execute(MARKS[kind], {**days, "whose_id": whose_id}).one()
    return Mark(text or "", max(revised_at or days["midnight"], days["midnight"]))


def in_calendar(now: datetime, kind: str = "all", whose_id: int | None = None) -> Sequence[Event]:
    """What a calendar shows of all, of a circle or of a host: published and called off, within the window."""
    found = db.session.scalars(IN_CALENDARS[kind], {**window(now), "whose_id": whose_id}).all()
    ids = {event.organisation_id for event in found}
    hosts = {host.id: host for host in db.session.scalars(NAMED, {"ids": list(ids)})}
    for event in found:  # a third quicker than joined to each row, for there are few hosts
        set_committed_value(event, "organisation", hosts[event.organisation_id])
    return found


def about(challenge_id: int, circle_ids: Sequence[int], now: datetime) -> Sequence[Event]:
    """Open events to come that are about this challenge, and what its circles open to guests."""
    theirs = or_(Event.challenge_id == challenge_id, Event.circle_id.in_(circle_ids))
    return db.session.scalars(UPCOMING.where(theirs), {"now": now, "most": 20}).all()


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


def locked_public(slug: str) -> Event | None:
    """The same of an event that anyone may see, by its address."""
    return db.session.scalar(PUBLIC_LOCKED, {"slug": slug})


def titles(organisation_id: int, ids: Sequence[int]) -> Sequence[tuple[int, str, datetime]]:
    """The titles of those of these events that are this organisation's, and when each begins."""
    rows = select(Event.id, Event.title, Event.starts_at)
    rows = rows.where(Event.organisation_id == organisation_id, Event.id.in_(ids))
    return [(id_, title, starts_at) for id_, title, starts_at in db.session.execute(rows)]


def starts_at(event_id: int) -> datetime:
    return db.session.scalars(select(Event.starts_at).where(Event.id == event_id)).one()
