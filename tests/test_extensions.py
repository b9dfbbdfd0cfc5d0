"""The rules of every transaction: writing is announced first, the lock is waited for, a lost server is found again."""

import sqlite3
import threading
import time
from typing import cast

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from convene import extensions
from convene.events.models import Event
from convene.extensions import NotAWrite, begin_write, db
from tests.factories import an_event


def test_a_change_that_was_not_announced_is_refused(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalars(select(Event)).all() == []
        with pytest.raises(NotAWrite):
            an_event()
        db.session.rollback()
        assert db.session.scalars(select(Event)).all() == []
        db.session.rollback()
        begin_write()
        an_event()
        with pytest.raises(NotAWrite):
            begin_write()


def test_what_was_announced_and_then_undone_is_not_there(app: Flask) -> None:
    with app.app_context():
        begin_write()
        an_event()
        db.session.flush()
        assert db.session.scalar(select(func.count(Event.id))) == 1
        db.session.rollback()
        assert db.session.scalar(select(func.count(Event.id))) == 0


def test_after_a_write_the_same_connection_reads_without_a_transaction(postgres_app: Flask) -> None:
    with postgres_app.app_context():
        db.engine.dispose()  # the pool may hold several of earlier tests, and would give out another
        begin_write()
        raw = cast(psycopg.Connection, db.session.connection().connection.dbapi_connection)
        began = raw.autocommit
        db.session.commit()
        db.session.execute(text("SELECT 1"))
        assert id(db.session.connection().connection.dbapi_connection) == id(raw)
        assert [began, raw.autocommit] == [False, True]
        assert raw.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_server_that_went_away_while_nobody_asked_is_found_again(
    postgres_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with postgres_app.app_context():
        monkeypatch.setattr(extensions, "IDLE_SECONDS", -1)  # every rest counts as a long one
        number = db.session.scalar(text("SELECT pg_backend_pid()"))
        db.session.remove()
        with psycopg.connect(db.engine.url.set(drivername="postgresql").render_as_string(False)) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [number])
            while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [number]).fetchone():
                other.rollback()
        assert db.session.scalar(text("SELECT pg_backend_pid()")) != number


def locked_elsewhere(app: Flask) -> sqlite3.Connection:
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    return other


def test_a_writer_waits_for_its_turn(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        other = locked_elsewhere(sqlite_app)
        asked = threading.Event()
        freeing = threading.Thread(target=lambda: (asked.wait(), other.execute("COMMIT")))
        freeing.start()
        began = time.monotonic()
        asked.set()
        begin_write()
        an_event()
        db.session.commit()
        freeing.join()
        assert time.monotonic() - began < extensions.BUSY_SECONDS
        other.close()


def test_a_writer_whose_turn_never_comes_is_told_so(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "BUSY_SECONDS", 0)
    with sqlite_app.app_context():
        other = locked_elsewhere(sqlite_app)
        with pytest.raises(OperationalError, match="locked"):
            begin_write()
        db.session.rollback()
        other.execute("COMMIT")
        begin_write()  # and nothing is left of the try
        other.close()
