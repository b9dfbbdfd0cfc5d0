"""What a host may read of the mail that came back about their events."""

from collections.abc import Sequence

from sqlalchemy import and_, not_, select

from convene.extensions import db
from convene.inbox.models import Inbound

# What needs nobody's eye: it did what it asked, and said no more.
QUIET = and_(
    Inbound.outcome.in_(("applied", "delayed", "delivered")), Inbound.words == "", Inbound.kind != "complaint"
)


def latest(organisation_id: int, *, limit: int, before: int | None = None) -> Sequence[Inbound]:
    """What is worth a look, the newest first; `before` is an id to page on from."""
    rows = select(Inbound).where(Inbound.organisation_id == organisation_id, not_(QUIET))
    if before:
        rows = rows.where(Inbound.id < before)
    return db.session.scalars(rows.order_by(Inbound.id.desc()).limit(limit)).all()
