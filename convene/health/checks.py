"""Whether this installation can do its work: what /readyz asks, and what `convene doctor` says to mend."""

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from convene.extensions import db, upsert
from convene.health.models import Heartbeat
from convene.mail import log

ALIVE = timedelta(minutes=5)
MAIL_LATE = timedelta(minutes=10)


def beat(job: str, now: datetime, error: str | None = None) -> None:
    row = upsert(Heartbeat).values(job=job, beat_at=now, error=error)
    db.session.execute(
        row.on_conflict_do_update(index_elements=["job"], set_={"beat_at": now, "error": error})
    )


@lru_cache(maxsize=1)
def newest_migration(root: str) -> str:
    """The number that the newest migration's file begins with, which is its revision (a house test holds it so)."""
    return max(path.name.partition("_")[0] for path in Path(root, "migrations", "versions").glob("[0-9]*.py"))


def ready(now: datetime) -> dict[str, bool]:
    """Each part that must work for letters and pages to work, and whether it does."""
    found = {"database": False, "migrations": False, "worker": False}
    try:
        db.session.execute(text("SELECT 1"))
        found["database"] = True
        current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
        found["migrations"] = current == newest_migration(current_app.root_path)
        last = db.session.scalar(select(Heartbeat.beat_at).where(Heartbeat.job == "worker"))
        # A sign of life from the future was left by a rehearsal (convene tick --now), and says nothing of now.
        found["worker"] = last is not None and abs(now - last) < ALIVE
    except SQLAlchemyError as fault:
        current_app.logger.error("readiness: %s", type(fault).__name__)
    finally:
        db.session.rollback()
    return found


def mail_is_late(now: datetime) -> timedelta | None:
    """How late the oldest unsent letter is, if that is more than ten minutes."""
    waiting = log.oldest_unsent(now)
    return waiting if waiting and waiting > MAIL_LATE else None
