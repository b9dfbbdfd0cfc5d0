"""Sweeps at a moment of choice, and what they post."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.nudges.models import Nudge
from tests.factories import an_event

NOON = datetime(2026, 5, 12, 11, 0, tzinfo=UTC)  # in London


EVE = NOON - timedelta(hours=23)


DAY_AFTER = NOON + timedelta(hours=22)  # 18 hours after the end and more, at 10 in the morning


LONG_BEFORE = NOON - timedelta(days=10)


def an_event_at_noon(**facts: Any) -> Event:
    return an_event(starts_at=NOON, now=LONG_BEFORE, **facts)


def nudges() -> list[tuple[str, str, str]]:
    db.session.flush()
    rows = db.session.scalars(select(Nudge).order_by(Nudge.id).execution_options(populate_existing=True))
    return [(row.rule, row.state, row.reason) for row in rows]


def letters() -> list[OutgoingMail]:
    db.session.flush()
    rows = select(OutgoingMail).order_by(OutgoingMail.id).execution_options(populate_existing=True)
    return list(db.session.scalars(rows))


def again() -> None:
    """Another sweep, in a transaction of its own."""
    db.session.commit()
    start_write()
