"""Every table has its migration: up, down again, no difference to what the program describes, and no row lost."""

from datetime import UTC, datetime
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, inspect, select

from config import TestConfig
from convene.app import create_app
from convene.commands.database import with_migrations
from convene.extensions import WRITING, db
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


THEN = datetime(2026, 5, 12, 17, 30, tzinfo=UTC)

# An evening as the first version of the tables kept it: two groups of a published round, and a draft beside.
FIRST: dict[str, list[dict[str, Any]]] = {
    "organisation": [
        {"id": 1, "slug": "field", "name": "Field", "zone": "Europe/London", "about": "", "created_at": THEN}
    ],
    "person": [
        {"id": number, "organisation_id": 1, "name": f"Guest {number}", "name_folded": f"guest {number}",
         "address": f"guest{number}@example.org",
         "address_typed": f"Guest{number}@example.org", "state": "active", "muted": "thanks",
         "generation": 1, "created_at": THEN}
        for number in (1, 2, 3, 4)
    ],
    "event": [
        {"id": 7, "organisation_id": 1, "slug": "soup", "state": "published", "title": "Ideas over soup", "summary": "",
         "description": "Come and *talk*.", "host_name": "Ada", "starts_at": THEN, "ends_at": THEN.replace(hour=19),
         "zone": "Europe/London", "format": "in_person", "venue": "12 Mill Lane", "online_url": "", "access_info": "",
         "capacity": 30, "group_size": 2, "round_count": 1, "uid": "soup@example.org", "sequence": 3,
         "revised_at": THEN, "created_at": THEN, "next_in_line": 5}
    ],
    "round": [
        {"id": 1, "event_id": 7, "number": 1, "state": "published", "created_at": THEN, "published_at": THEN},
        {"id": 2, "event_id": 7, "number": 1, "state": "draft", "created_at": THEN, "published_at": None},
    ],
    "seating_group": [
        {"id": number, "round_id": 1 if number < 3 else 2, "number": number % 2 + 1, "label": f"Table {number}",
         "room_url": "https://video.example.org/1"}
        for number in (1, 2, 3, 4)
    ],
    "seat": [
        {"id": group * 10 + person, "round_id": round_, "group_id": group, "person_id": person, "position": person % 2}
        for round_, group, pair in ((1, 1, (1, 2)), (1, 2, (3, 4)), (2, 3, (1, 3)), (2, 4, (2, 4)))
        for person in pair
    ],
    "caveat": [{"id": 1, "group_id": 2, "text": "Guest 3 and Guest 4 met in an earlier round."}],
}  # fmt: skip


def table(name: str) -> Table:
    """A table as it stands in the database now, whatever the models say."""
    return Table(name, MetaData(), autoload_with=db.engine)


def rows(name: str) -> list[dict[str, Any]]:
    found = table(name)
    with db.engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(found).order_by(found.c.id)).mappings()]


@pytest.mark.parametrize("kind", KINDS)
def test_an_installation_of_the_first_version_keeps_every_row_and_has_nothing_pinned_or_begun(
    databases: Databases, kind: str
) -> None:
    app = with_migrations(create_app(TestConfig({"CONVENE_DATABASE_URL": databases.bare(kind)})))
    with app.app_context():
        flask_migrate.upgrade(revision="0001")
        with db.engine.connect().execution_options(**WRITING[kind]) as connection, connection.begin():
            for name, given in FIRST.items():
                connection.execute(table(name).insert(), given)
        before = {name: rows(name) for name in FIRST}
        flask_migrate.upgrade()
        after = {name: rows(name) for name in FIRST}
        for name, old in before.items():
            assert len(old) == len(FIRST[name])
            assert [{column: row[column] for column in old[0]} for row in after[name]] == old, name
        for name in ("seat", "seating_group"):
            assert {bool(row["pinned"]) for row in after[name]} == {False}
            assert not any(row["pinned"] is None for row in after[name])
        assert {(row["started_at"], row["ends_at"]) for row in after["round"]} == {(None, None)}
        flask_migrate.downgrade(revision="0001")
        assert {name: rows(name) for name in FIRST} == before, "and it comes down again whole"
        db.engine.dispose()
