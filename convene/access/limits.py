"""How often something may be asked, counted in the database so that it holds over processes and restarts."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, delete, update

from convene.access.models import RateCount
from convene.extensions import db, dialect, upsert
from convene.links import keyed_hash


class TooMany(Exception):
    """The limit is reached; `wait` says how long until the next window opens."""

    def __init__(self, name: str, wait: timedelta):
        super().__init__(name)
        self.name = name
        self.wait = wait

    @property
    def minutes(self) -> str:
        """How long to wait, rounded up: a minute, or 8 minutes."""
        number = -(-self.wait // timedelta(minutes=1))
        return "a minute" if number <= 1 else f"{number} minutes"


def take(now: datetime, **subjects: str) -> None:
    """Count one more for each of these names (parts of a CONVENE_LIMIT_ name) and its subject; raises TooMany.

    Windows are fixed (12:00, 12:10, ...), so that one atomic statement counts them all. The counts join the caller's
    transaction: an asking that is undone is not counted, and what one name refuses uses up nothing of the others. Two
    callers that count under the same names name them in the same order, or they could wait for each other.
    """
    limits = {name: current_app.config["LIMITS"][f"CONVENE_LIMIT_{name}"] for name in subjects}
    rows = []
    for name, (_, seconds) in limits.items():
        start = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
        row = {
            "name": name,
            "subject": keyed_hash("limit", subjects[name]),
            "window_start": start,
            "count": 1,
        }
        rows.append({**row, "window_end": start + timedelta(seconds=seconds)})
    over = {
        name: end - now
        for name, end, count in db.session.execute(counting(dialect()), rows)
        if count > limits[name][0]
    }
    if over:
        give_back([row for row in rows if row["name"] not in over])
        raise TooMany(*max(over.items(), key=lambda one: one[1]))


def give_back(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        mine = (RateCount.name == row["name"], RateCount.subject == row["subject"])
        counted = update(RateCount).where(*mine, RateCount.window_start == row["window_start"])
        db.session.execute(counted.values(count=RateCount.count - 1))


@lru_cache
def counting(dialect: str) -> Any:
    """The statement that counts, put together once for each kind of database; many rows are one statement."""
    table = cast(Table, RateCount.__table__)
    row = upsert(table).on_conflict_do_update(
        index_elements=["name", "subject", "window_start"], set_={"count": table.c.count + 1}
    )
    return row.returning(table.c.name, table.c.window_end, table.c.count)


def forget(now: datetime) -> None:
    """Delete counters a day after their window, as retention asks."""
    db.session.execute(delete(RateCount).where(RateCount.window_end < now - timedelta(hours=24)))
