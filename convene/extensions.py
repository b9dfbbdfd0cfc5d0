"""The database session and its transaction rules, migrations and form protection, shared by every feature."""

import math
import sqlite3
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import CursorResult, DateTime, Engine, Executable, MetaData, event, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import Pool
from sqlalchemy.types import TypeDecorator

BUSY_SECONDS = 15
IDLE_SECONDS = 1

# How a connection is told that it is to write.
WRITING: dict[str, dict[str, Any]] = {
    "sqlite": {"convene_writes": True},
    "postgresql": {"convene_writes": True, "isolation_level": "READ COMMITTED"},
}

# Named constraints can be dropped by a migration on both databases.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC and always given back aware; SQLite forgets the zone that PostgreSQL keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


db = SQLAlchemy(model_class=Base)
cast(Any, db.Model).registry.update_type_annotation_map({datetime: UTCDateTime()})
csrf = CSRFProtect()


class NotAWrite(RuntimeError):
    """A change was tried in a transaction that was not opened for writing."""


def begin_write() -> None:
    """Open the transaction that will change something, as its very first statement.

    On SQLite this takes the write lock before anything is read (BEGIN IMMEDIATE): a lock asked for after a
    read lets two sessions decide on the same picture. On PostgreSQL a reading session has no transaction at all
    (each statement stands for itself, as it would under READ COMMITTED) and only this begins one. Raises
    NotAWrite where a transaction is already open.
    """
    if db.session().in_transaction():
        raise NotAWrite("begin_write must come first; end the reading transaction before it")
    db.session.connection(execution_options=WRITING[dialect()])


def start_write() -> None:
    """End the reading that a page or job has done so far, then `begin_write`; what was loaded is read anew."""
    db.session.rollback()
    begin_write()


@event.listens_for(Engine, "connect")
def set_pragmas(connection: Any, record: Any) -> None:
    if type(connection).__module__.startswith("sqlite3"):
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS}000")
        cursor.close()


@event.listens_for(Pool, "checkin")
def note_use(connection: Any, record: Any) -> None:
    record.info["used_at"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def ask_if_alive(connection: Any, record: Any, proxy: Any) -> None:
    """Ask a connection that lay idle for some seconds whether its server is still there; the pool then makes anew.

    SQLAlchemy's own pre-ping asks at every use, which is one more round trip for every page and letter.
    """
    if time.monotonic() - record.info.get("used_at", math.inf) < IDLE_SECONDS:
        return
    if not type(connection).__module__.startswith("psycopg"):
        return
    try:
        connection.execute("SELECT 1")
    except import_module("psycopg").Error as gone:
        raise DisconnectionError from gone


@event.listens_for(Engine, "begin")
def begin(connection: Any) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.get_execution_options().get("convene_writes"):
        take_turn(connection)
    else:
        connection.connection.dbapi_connection.execute("BEGIN")  # locks nothing, so it cannot be refused


def take_turn(connection: Any) -> None:
    """Take SQLite's write lock, asking for it every millisecond; OperationalError after 15 seconds.

    SQLite itself waits longer and longer between two tries, up to a tenth of a second, where a writer of ours is
    done in a few milliseconds: with eight people signing up at once the lock lay free for half of the time.
    """
    raw = connection.connection.dbapi_connection
    until = time.monotonic() + BUSY_SECONDS
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                raw.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:  # the low byte is the kind of fault
                    break
                time.sleep(0.001)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # fails again, in the words that SQLAlchemy gives to it
    finally:
        raw.execute(f"PRAGMA busy_timeout={BUSY_SECONDS}000")


@event.listens_for(Engine, "before_cursor_execute")
def refuse_late_writes(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
    """Refuse a write where reading was announced: on SQLite it can fail or oversell, on PostgreSQL it stands alone."""
    if statement[:6].upper() not in ("INSERT", "UPDATE", "DELETE"):
        return
    if not connection.get_execution_options().get("convene_writes"):
        raise NotAWrite(f"begin_write was not called before: {statement[:60]}")


def affected(statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run an UPDATE or DELETE; returns how many rows it touched."""
    return cast("CursorResult[Any]", db.session.execute(statement, values)).rowcount


def upsert(table: Any) -> Any:
    """An INSERT that understands ON CONFLICT, for whichever of the two databases is behind the session."""
    # By name: 8 MB, driver and all, that a house on SQLite does without.
    insert = (
        sqlite_insert if dialect() == "sqlite" else import_module("sqlalchemy.dialects.postgresql").insert
    )
    return insert(table)


def returned(model: Any, row: Any) -> Any:
    """The same INSERT on a table, giving back what the row has become; half of what the ORM's own costs."""
    asked = select(model).from_statement(row.returning(*model.__table__.c))
    return asked.execution_options(populate_existing=True)


def dialect() -> str:
    """Which of the two databases is behind the session: sqlite or postgresql."""
    return str(db.engine.dialect.name)
