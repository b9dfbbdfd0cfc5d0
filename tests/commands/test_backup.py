"""A backup taken under load is whole, comes back with sending paused, and nothing is overwritten unasked."""

import os
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from convene import clock
from convene.commands.postgres import without_password
from convene.extensions import begin_write, db
from convene.health import checks
from convene.mail import switch
from convene.mail.models import OutgoingMail
from convene.signups import actions as signups
from convene.signups.models import Signup
from tests.factories import an_event, an_organisation
from tests.parts.commands import ended
from tests.parts.postgres import binaries


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with PostgreSQL's own tools, from beside the server that the tests bring."""
    return f"{binaries(tmp_path_factory.mktemp('tools'))}:{os.environ['PATH']}"


def convene(app: Flask, tools: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command as an operator types it, on this test's database."""
    environ = {
        **os.environ,
        "CONVENE_DATABASE_URL": app.config["DATABASE_URL"],
        "CONVENE_SECRET_KEY": "s" * 64,
    }
    environ["PATH"] = tools
    return ended(words, environ)


def counts(app: Flask) -> tuple[int, int]:
    """How many have a place, and how many letters tell of one."""
    with app.app_context():
        places = db.session.scalar(select(func.count(Signup.id))) or 0
        letters = db.session.scalar(
            select(func.count(OutgoingMail.id)).where(OutgoingMail.letter == "place_confirmed")
        )
        db.session.rollback()
        return places, letters or 0


def one_more(app: Flask, event_id: int, number: int) -> None:
    with app.app_context():
        begin_write()
        signups.add(event_id, f"Person {number}", f"p{number}@example.org", clock.now())
        db.session.commit()


def test_a_backup_under_load_is_whole_and_comes_back_with_sending_paused(
    app: Flask, tmp_path: Path, tools: str
) -> None:
    with app.app_context():
        begin_write()
        event_id = an_event(an_organisation(), capacity=5000).id
        db.session.commit()
    one_more(app, event_id, 0)
    stop, numbers = threading.Event(), iter(range(1, 5000))

    def crowd() -> None:
        while not stop.is_set():
            one_more(app, event_id, next(numbers))

    load = threading.Thread(target=crowd)
    load.start()
    file = tmp_path / "convene.backup"
    try:
        done = convene(app, tools, "backup", str(file))
    finally:
        stop.set()
        load.join()
    assert done.returncode == 0, done.stderr
    assert file.stat().st_mode & 0o777 == 0o600, "nobody else may read it"
    again = convene(app, tools, "backup", str(file))
    assert again.returncode == 1 and "is there already" in again.stderr

    now = counts(app)
    refused = convene(app, tools, "restore", str(file))
    assert refused.returncode == 1 and "--replace" in refused.stderr
    assert counts(app) == now
    with app.app_context():
        db.engine.dispose()
    back = convene(app, tools, "restore", str(file), "--replace")
    assert back.returncode == 0, back.stderr
    assert "convene mail --resume" in back.stdout
    places, letters = counts(app)
    assert 1 <= places == letters < now[0], "each place with its letter, as it was in the middle of it all"
    with app.app_context():
        stopped = switch.paused(clock.now())
        assert stopped is not None and "backup" in stopped.reason
        db.session.rollback()
        begin_write()
        checks.beat("worker", clock.now())
        db.session.commit()
        db.engine.dispose()
    running = convene(app, tools, "restore", str(file), "--replace")
    assert running.returncode == 1 and "stop the worker" in running.stderr


def test_what_is_no_backup_is_refused_and_changes_nothing(app: Flask, tmp_path: Path, tools: str) -> None:
    before = counts(app)
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE t (x)")
        database.commit()
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"no database" * 1000)
    for file in (other, rubbish, tmp_path / "nothing"):
        done = convene(app, tools, "restore", str(file), "--replace")
        assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
        assert counts(app) == before
    assert convene(app, tools, "backup", str(tmp_path / "no" / "folder")).returncode == 1


def test_the_password_is_in_a_file_of_ours_alone_and_not_in_the_command(tmp_path: Path) -> None:
    file = tmp_path / "passfile"
    url = without_password(
        "postgresql+psycopg://us%40er:hun%3Ater%5C2@db.example.org:5433/convene?sslmode=require", file
    )
    assert "ter" not in url and url.startswith(
        "postgresql://us%40er@db.example.org:5433/convene?sslmode=require&passfile="
    )
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text() == "*:*:*:us@er:hun\\:ter\\\\2\n"
