"""What /readyz is told: each part works or it does not, and nothing of yesterday or tomorrow counts for now."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from convene import worker
from convene.extensions import begin_write, db
from convene.health import checks
from convene.health.models import Heartbeat
from tests.parts.application import made
from tests.parts.databases import Databases

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def test_a_worker_is_alive_for_five_minutes_after_its_last_sign_of_life(app: Flask) -> None:
    with app.app_context():
        assert checks.ready(NOW) == {"database": True, "migrations": True, "worker": False}
        begin_write()
        checks.beat("worker", NOW - timedelta(hours=1), "RuntimeError")
        checks.beat("worker", NOW)
        db.session.commit()
        assert db.session.get_one(Heartbeat, "worker").error is None
        assert checks.ready(NOW + timedelta(minutes=5) - timedelta(seconds=1))["worker"]
        assert not checks.ready(NOW + timedelta(minutes=5))["worker"]


def test_a_rehearsed_future_does_not_make_a_dead_worker_look_alive(app: Flask) -> None:
    assert worker.run_job(app, "tidy", worker.tidy, lambda: NOW + DAY)
    with app.app_context():
        assert checks.ready(NOW)["worker"] is False


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_without_its_tables_answers_and_is_not_ready(databases: Databases, kind: str) -> None:
    with made(databases.bare(kind)) as app, app.app_context():
        assert checks.ready(NOW) == {"database": True, "migrations": False, "worker": False}


def test_looking_leaves_no_transaction_open(app: Flask) -> None:
    with app.app_context():
        checks.ready(NOW)
        begin_write()
        db.session.rollback()
