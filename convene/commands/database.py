"""`convene db`: brings the database to this version of the program, or checks that the migrations are whole."""

import argparse
import sys

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from config import ROOT, Config, TestConfig
from convene.app import create_app
from convene.commands.ready import needed_database
from convene.extensions import db


def with_migrations(app: Flask) -> Flask:
    """Let flask_migrate's functions work in this application's context; only here, as it weighs 11 MB a process."""
    flask_migrate.Migrate(
        app, db, directory=str(ROOT / "migrations"), compare_type=True, render_as_batch=True
    )
    return app


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene db")
    parser.add_argument("verb", choices=["upgrade", "check"])
    asked = parser.parse_args(argv)
    return upgrade() if asked.verb == "upgrade" else check()


def upgrade() -> int:
    with with_migrations(create_app(Config())).app_context(), needed_database():
        flask_migrate.upgrade()
    return 0


def check() -> int:
    """Whether the migrations, run on an empty database of its own, give just the tables that the models describe."""
    with with_migrations(create_app(TestConfig({"CONVENE_DATABASE_URL": "sqlite://"}))).app_context():
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            drift = compare_metadata(context, db.metadata)
    for change in drift:
        print(f"convene db check: the migrations and the models differ: {change}", file=sys.stderr)
    return 1 if drift else 0
