"""A backup does not know who was erased after it was made: `convene restore` erases them from it again."""

import os
from pathlib import Path

import pytest
from flask import Flask

from config import Config
from convene import clock
from convene.extensions import begin_write, db
from convene.people.models import Person
from convene.privacy import erased, erasure
from tests.factories import a_person
from tests.parts.commands import ended
from tests.parts.postgres import binaries


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with PostgreSQL's own tools, from beside the server that the tests bring."""
    return f"{binaries(tmp_path_factory.mktemp('tools'))}:{os.environ['PATH']}"


def test_whoever_was_erased_since_the_backup_is_erased_from_it(
    app: Flask, tmp_path: Path, tools: str
) -> None:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")},
        "CONVENE_DATABASE_URL": app.config["DATABASE_URL"],
        "CONVENE_SECRET_KEY": "s" * 64,
        "STATE_DIRECTORY": str(tmp_path),
        "PATH": tools,
    }

    def convene(*words: str) -> str:
        done = ended(words, environ)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with app.app_context():
        begin_write()
        gone, stays = a_person(name="Zebedee"), a_person(name="Ann")
        gone_id, since, stays_id = gone.id, gone.created_at, stays.id
        db.session.commit()
        db.engine.dispose()
    convene("backup", str(tmp_path / "backup"))
    with app.app_context():
        begin_write()
        assert erasure.erase(gone_id, "test", clock.now())
        erased.note(Config(environ).ERASED, gone_id, since, clock.now())
        db.session.commit()
        db.engine.dispose()
    said = convene("restore", str(tmp_path / "backup"), "--replace")
    assert "1 erased since the backup was made" in said
    with app.app_context():
        states = {one: db.session.get_one(Person, one).state for one in (gone_id, stays_id)}
        assert states == {gone_id: "erased", stays_id: "active"}
        assert db.session.get_one(Person, gone_id).name == "Erased person"
