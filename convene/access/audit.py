"""What was done, by whom and to what: ids and verbs, never names or contents."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from convene.access.models import AuditEntry
from convene.extensions import db

KEPT = timedelta(days=730)


def record(organisation_id: int | None, actor: str, verb: str, subject: str, now: datetime) -> None:
    db.session.add(
        AuditEntry(at=now, organisation_id=organisation_id, actor=actor, verb=verb, subject=subject)
    )


def latest(organisation_id: int, limit: int = 100) -> Sequence[AuditEntry]:
    rows = select(AuditEntry).where(AuditEntry.organisation_id == organisation_id)
    return db.session.scalars(rows.order_by(AuditEntry.id.desc()).limit(limit)).all()


def forget(now: datetime) -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.at < now - KEPT))
