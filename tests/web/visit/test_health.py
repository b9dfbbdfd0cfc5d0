"""What a proxy asks: is the process there, and can the installation do its work."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from convene import clock
from convene.extensions import db, start_write
from convene.health import checks
from tests.web.browsing import Browsing
from tests.web.rows import all_rows


def test_the_process_answers_without_the_database(visitor: Browsing, statements: list[str]) -> None:
    db.session.commit()
    statements.clear()
    answer = visitor.client.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok\n", "text/plain")
    assert statements == []


def test_ready_is_database_migrations_and_a_worker_heard_of_lately(visitor: Browsing) -> None:
    answer = visitor.client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"database": True, "migrations": True, "worker": False})
    for age, code in ((timedelta(minutes=4), 200), (timedelta(minutes=6), 503)):
        start_write()
        checks.beat("worker", clock.now() - age)
        db.session.commit()
        assert visitor.client.get("/readyz").status_code == code
    before = all_rows()
    assert visitor.client.head("/readyz").status_code == 503
    assert all_rows() == before


def test_a_schema_behind_the_program_is_not_ready(visitor: Browsing) -> None:
    checks.beat("worker", clock.now())
    newest = db.session.scalar(text("select version_num from alembic_version"))
    db.session.execute(text("update alembic_version set version_num = '0000'"))
    try:
        assert visitor.client.get("/readyz").json == {"database": True, "migrations": False, "worker": True}
    finally:
        start_write()
        db.session.execute(text("update alembic_version set version_num = :newest"), {"newest": newest})
        db.session.commit()


def test_a_database_that_is_away_is_told_and_is_no_fault(
    visitor: Browsing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convene.health.checks.text", lambda _: text("select no_such_thing"))
    answer = visitor.client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503,
        {"database": False, "migrations": False, "worker": False},
    )
