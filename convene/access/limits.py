"""How often something may be asked, counted in the database so that it holds over processes and restarts."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from flask import current_app
from sqlalchemy import delete

from convene.access.models import RateCount
from convene.extensions import db, dialect, upsert
from convene.links import keyed_hash


class TooMany(Exception):
    """The limit is reached; `wait` says how long until the next window opens."""

    def __init__(self, name: str, wait: timedelta):
        super().__init__(name)
        self.name = name
        self.wait = wait


def take(name: str, subject: str, now: datetime) -> None:
    """Count one more of `name` (a part of a CONVENE_LIMIT_ name) for this subject; raises TooMany.

    Windows are fixed (12:00, 12:10, ...), so that one atomic statement counts. The count joins the caller's
    transaction: an asking that is refused or undone is not counted.
    """
    most, seconds = current_app.config["LIMITS"][f"CONVENE_LIMIT_{name}"]
    start = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
    end = start + timedelta(seconds=seconds)
    row = {"name": name, "subject": keyed_hash("limit", subject), "window_start": start, "window_end": end}
    if db.session.execute(counting(dialect()), {**row, "count": 1}).scalar_one() > most:
        raise TooMany(name, end - now)


@lru_cache
def counting(dialect: str) -> Any:
    """The statement that counts, put together once for each kind of database: a sign-up counts four times."""
    row = upsert(RateCount.__table__).on_conflict_do_update(
        index_elements=["name", "subject", "window_start"], set_={"count": RateCount.__table__.c.count + 1}
    )
    return row.returning(RateCount.__table__.c.count)


def forget(now: datetime) -> None:
    """Delete counters a day after their window, as retention asks."""
    db.session.execute(delete(RateCount).where(RateCount.window_end < now - timedelta(hours=24)))
