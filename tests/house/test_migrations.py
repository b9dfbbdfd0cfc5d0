"""Every table has its migration: up, down again, and no difference to what the program describes."""

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from config import TestConfig
from convene.app import create_app
from convene.commands.database import with_migrations
from convene.extensions import db
from tests.parts.databases import KINDS, Databases


@pytest.mark.parametrize("kind", KINDS)
def test_the_migrations_go_up_come_down_and_leave_no_difference(databases: Databases, kind: str) -> None:
    app = with_migrations(create_app(TestConfig({"CONVENE_DATABASE_URL": databases.bare(kind)})))
    with app.app_context():
        for _ in range(2):
            flask_migrate.upgrade()
            with db.engine.connect() as connection:
                context = MigrationContext.configure(connection, opts={"compare_type": True})
                assert compare_metadata(context, db.metadata) == []
            assert {*inspect(db.engine).get_table_names()} == {*db.metadata.tables, "alembic_version"}
            flask_migrate.downgrade(revision="base")
            assert inspect(db.engine).get_table_names() == ["alembic_version"]
        db.engine.dispose()
