"""Helpers at the door: a link for one event that takes attendance without an account, until six hours after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from convene.events.models import Event
from convene.extensions import affected, db
from convene.signups.models import HelperLink

AFTER = timedelta(hours=6)
SILENT = timedelta(seconds=60)  # a phone at the door says something every ten
RECENT = timedelta(hours=3)
MOST = 20  # links of one event that are open at once


class TooMany(Exception):
    """Twenty links of this event are open already: one must be ended first."""


def ends(event: Event) -> datetime:
    return event.ends_at + AFTER


def is_open(link: HelperLink, event: Event, now: datetime) -> bool:
    return link.revoked_at is None and event.state == "published" and now < ends(event)


def links_of(event_id: int) -> Sequence[HelperLink]:
    """The links that were given out and not ended, the oldest first."""
    rows = select(HelperLink).where(HelperLink.event_id == event_id, HelperLink.revoked_at.is_(None))
    return db.session.scalars(rows.order_by(HelperLink.id)).all()


def give(event: Event, label: str, actor: str, now: datetime) -> HelperLink:
    """A new link. Raises TooMany."""
    if len(links_of(event.id)) >= MOST:
        raise TooMany
    link = HelperLink(event_id=event.id, label=label, created_at=now, created_by=actor)
    db.session.add(link)
    db.session.flush()
    return link


def revoke(event_id: int, link_id: int, now: datetime) -> bool:
    rows = update(HelperLink).where(
        HelperLink.id == link_id, HelperLink.event_id == event_id, HelperLink.revoked_at.is_(None)
    )
    return affected(rows.values(revoked_at=now)) == 1


def heard(link_id: int, unsent: int, now: datetime) -> None:
    """A phone has said something, and how many presses it still holds."""
    rows = update(HelperLink).where(HelperLink.id == link_id)
    db.session.execute(rows.values(seen_at=now, unsent=max(0, min(unsent, 10_000))))


def unheard(event: Event, now: datetime) -> list[HelperLink]:
    """The phones that may hold presses which have not arrived: they said so, or have fallen silent during the event."""
    return [
        link
        for link in links_of(event.id)
        if link.seen_at and now - link.seen_at < RECENT and (link.unsent or now - link.seen_at > SILENT)
    ]
