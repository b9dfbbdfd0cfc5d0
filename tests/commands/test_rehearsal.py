"""The rehearsal before the start touches nothing of the house's own."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from convene.commands import rehearsal
from convene.extensions import db, dialect
from convene.mail.transport import Memory


def rows() -> int:
    """How many there are in all tables."""
    number = sum(
        db.session.scalar(select(func.count()).select_from(table)) or 0 for table in db.metadata.sorted_tables
    )
    db.session.rollback()
    return number


def test_a_rehearsal_goes_through_and_leaves_nothing_behind(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        pool, before, sent = db.engine.pool, rows(), list(Memory.sent)
    rehearsal.rehearse(app)
    with app.app_context():
        assert db.engine.pool is pool
        assert rows() == before
    assert Memory.sent == sent
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_where_it_would_meet_the_house_s_own_database_it_stops_before_the_first_word(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A control: with the pool left as it is, as a change in a library might leave it, nothing is written."""
    monkeypatch.setattr(rehearsal, "StaticPool", lambda creator: db.engine.pool)
    with app.app_context():
        before = rows()
    rehearsal.rehearse(app)
    with app.app_context():
        assert rows() == before
    assert "this is the house's own database" in caplog.text


@pytest.mark.one_database
def test_what_fails_in_it_is_logged_and_holds_up_no_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rehearsal, "plan_event", lambda: "no-such-event")
    rehearsal.rehearse(app)
    assert "the rehearsal before the start" in caplog.text


def test_a_role_that_may_make_no_tables_is_told_in_one_line(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*words: object, **more: object) -> None:
        db.session.execute(text("SELECT no_such_thing"))

    monkeypatch.setattr(db.metadata, "create_all", refused)
    rehearsal.rehearse(app)
    (record,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert "no rehearsal before the start" in record.getMessage() and "\n" not in record.getMessage()
    assert record.exc_info is None


class Pooled:
    """A connection as a pool shows it: another server process does the work than the one that it named."""

    info = SimpleNamespace(backend_pid=-1)

    def __init__(self, line: Any) -> None:
        self.line = line

    def __getattr__(self, name: str) -> Any:
        return getattr(self.line, name)


def test_where_a_pool_stands_before_the_database_nothing_is_made_on_its_connection(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It would be handed to others, tables and all."""
    with app.app_context():
        if dialect() == "sqlite":
            return
        before, engine = rows(), db.engine
        own, made = engine.dialect.connect, []

        def connect(*words: Any, **more: Any) -> Any:
            line = own(*words, **more)
            if "pg_temp" not in more.get("options", ""):
                return line
            made.append(line)
            return Pooled(line)

        monkeypatch.setattr(engine.dialect, "connect", connect)
    rehearsal.rehearse(app)
    assert "a pool stands before PostgreSQL" in caplog.text
    assert [line.closed for line in made] == [True]
    with app.app_context():
        assert rows() == before
