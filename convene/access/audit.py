"""What was done, by whom and to what: ids and verbs, never names or contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select

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


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries to find; what is empty asks for nothing. `hidden`: beginnings of verbs that are left out."""

    verb: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None
    hidden: tuple[str, ...] = ()


def found(organisation_id: int, asked: Asked, before: int, limit: int) -> Sequence[AuditEntry]:
    """The newest first; `before` an id, to go on after a page."""
    rows = shown(select(AuditEntry), organisation_id, asked.hidden)
    if asked.verb:
        rows = rows.where(AuditEntry.verb == asked.verb)
    if asked.actor:
        rows = rows.where(AuditEntry.actor == asked.actor)
    if asked.since:
        rows = rows.where(AuditEntry.at >= asked.since)
    if asked.until:
        rows = rows.where(AuditEntry.at < asked.until)
    if before:
        rows = rows.where(AuditEntry.id < before)
    return db.session.scalars(rows.order_by(AuditEntry.id.desc()).limit(limit)).all()


def kinds(organisation_id: int, hidden: tuple[str, ...]) -> tuple[Sequence[str], Sequence[str]]:
    """Every verb and every actor that stands here."""
    verbs = shown(select(AuditEntry.verb).distinct(), organisation_id, hidden)
    actors = shown(select(AuditEntry.actor).distinct(), organisation_id, hidden)
    return db.session.scalars(verbs).all(), db.session.scalars(actors).all()


def shown(rows: Select[Any], organisation_id: int, hidden: tuple[str, ...]) -> Select[Any]:
    kept = [~AuditEntry.verb.startswith(one, autoescape=True) for one in hidden]
    return rows.where(AuditEntry.organisation_id == organisation_id, *kept)


def forget(now: datetime) -> None:
    db.session.execute(delete(AuditEntry).where(AuditEntry.at < now - KEPT))
