"""The application as tests use it: made for one database, migrated, and visited from outside."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from functools import cache
from typing import Any

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from flask_sqlalchemy.session import Session
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import scoped_session
from sqlalchemy.pool import QueuePool
from werkzeug.test import TestResponse

from config import TestConfig
from convene.app import create_app
from convene.commands.database import with_migrations
from convene.extensions import begin_write, db


def migrate_to_newest(url: str) -> None:
    """Give the database at this address every table, by the migrations themselves."""
    with made(url) as app, with_migrations(app).app_context():
        upgrade()


@cache
def compiled() -> FileSystemBytecodeCache:
    """Templates as Python compiled them, shared by every application that this run's tests make."""
    return FileSystemBytecodeCache(tempfile.mkdtemp(prefix="convene-templates-"))


@contextmanager
def made(url: str) -> Iterator[Flask]:
    """A new application on the database at this address."""
    app = create_app(TestConfig({"CONVENE_DATABASE_URL": url}))
    app.test_client_class = Client
    app.jinja_env.bytecode_cache = compiled()
    yield app
    with app.app_context():
        db.engine.dispose()


@cache
def kept(url: str) -> Flask:
    """The application on this worker's usual database, which its tests share one after the other.

    To make one costs more than most tests: every address is compiled anew, and every statement of SQL after it.
    """
    with made(url) as app:
        return app


@contextmanager
def lent(url: str) -> Iterator[Flask]:
    """The kept application for one test, its settings put back afterwards; a test that adds pages makes its own."""
    app = kept(url)
    settings = copied(app.config)
    yield app
    app.config.clear()
    app.config.update(settings)
    with app.app_context():
        # The file of SQLite goes; a server's connection stays, with all that it knows of the tables by now.
        pool = db.engine.pool
        if db.engine.name == "sqlite" or not isinstance(pool, QueuePool) or pool.checkedout():
            db.engine.dispose()


def copied(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in settings.items()}


class Client(FlaskClient):
    """A visitor, who shares only the database with the test: a page that forgets to commit is found out.

    What the test has prepared is committed before each request, so that the visitor sees it.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        return Context().run(super().open, *args, **kwargs)


@contextmanager
def writing(app: Flask) -> Iterator[scoped_session[Session]]:
    """`db.session` in the application's context, opened for writing."""
    with app.app_context():
        begin_write()
        yield db.session
