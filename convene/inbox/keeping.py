"""What came back is forgotten in time; apart from what reads mail, as the worker does this and loads none of that."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from convene.extensions import db
from convene.inbox.models import Inbound

KEPT = timedelta(days=44)  # as long as the envelopes of the letters it speaks of


def forget(now: datetime) -> None:
    """Delete what came so long ago that no letter it could speak of is known any more."""
    db.session.execute(delete(Inbound).where(Inbound.received_at < now - KEPT))
