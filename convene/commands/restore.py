"""`convene restore FILE`: bring a backup back, with all sending paused until somebody has looked.

A backup does not know which letters left after it was made: with sending on, it would send them again.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.exc import SQLAlchemyError

from config import Config
from convene import clock
from convene.app import create_app
from convene.commands.backup import look_over
from convene.commands.postgres import run_tool
from convene.extensions import begin_write, db
from convene.health.models import Heartbeat
from convene.mail import switch
from convene.privacy import erased

REASON = "restored from a backup: letters that left after it was made would go again"
QUIET = timedelta(seconds=30)  # a worker that beat within this time is taken to be running


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="convene restore")
    parser.add_argument("file", help="a file that convene backup made")
    parser.add_argument("--replace", action="store_true", help="overwrite the database that is there")
    asked = parser.parse_args(argv)
    config, source = Config(), Path(asked.file)
    os.umask(0o077)  # it holds names and addresses: other accounts of this machine do not read it
    app = create_app(config)
    if problem := what_stands_against(app, source, asked.replace):
        print(f"convene restore: {problem}", file=sys.stderr)
        return 1
    try:
        if config.DATABASE_URL.startswith("sqlite"):
            restore_sqlite(source, Path(config.DATABASE_URL.removeprefix("sqlite:///")))
        else:
            words = ("--clean", "--if-exists", "--no-owner", "--single-transaction", str(source))
            run_tool("pg_restore", config.DATABASE_URL, *words)
    except (OSError, sqlite3.Error) as fault:
        print(f"convene restore: {fault}; the database is as it was.", file=sys.stderr)
        return 1
    return finish(app)


def what_stands_against(app: Flask, source: Path, replace: bool) -> str:
    """Why this must not be done now, in a sentence; empty if nothing stands against it."""
    if not source.is_file():
        return f"there is no file {source}."
    with app.app_context():
        try:
            if not inspect(db.engine).has_table("heartbeat"):
                return ""
            beat = db.session.scalar(select(Heartbeat.beat_at).where(Heartbeat.job == "worker"))
        except SQLAlchemyError as fault:
            return f"the database does not answer ({type(fault).__name__}); check CONVENE_DATABASE_URL."
        finally:
            db.session.rollback()
            db.engine.dispose()
    if beat and clock.now() - beat < QUIET:
        return "a worker is running: stop the worker and the site first, wait half a minute, then try again."
    if not replace:
        return "there is a database already: with --replace it is overwritten (make a backup of it first)."
    return ""


def restore_sqlite(source: Path, target: Path) -> None:
    """Through SQLite itself, so that nothing of the old log is left to be mixed in. Raises sqlite3.Error, OSError."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        looked_over = Path(folder) / "copy.sqlite"
        looked_over.write_bytes(source.read_bytes())
        with closing(sqlite3.connect(looked_over)) as copy:
            look_over(copy)
            with closing(sqlite3.connect(target, timeout=15)) as live:
                copy.backup(live)


def erase_again(app: Flask) -> int:
    """Erase whom the backup does not know to be erased; returns how many there were."""
    people = erased.of_list(app.config["ERASED"])
    for person_id in people:
        erased.apply_again(person_id, clock.now())
        db.session.commit()
    return len(people)


def finish(app: Flask) -> int:
    """Pause sending before anything else, then bring it to this version: an upgrade that fails leaves mail stopped."""
    with app.app_context():
        begin_write()
        switch.throw(REASON, clock.now())
        db.session.commit()
        db.engine.dispose()
    done = subprocess.run([sys.executable, "-m", "convene.cli", "db", "upgrade"], check=False)
    if done.returncode:
        print("convene restore: restored, with sending paused, but not at this version.", file=sys.stderr)
        return done.returncode
    with app.app_context():
        again = erase_again(app)
        db.engine.dispose()
    if again:
        print(f"{again} erased since the backup was made: they are erased from it too.")
    print(
        "Restored, and sending is paused. Look at the outbox: drop what has left already. Then: convene mail --resume"
    )
    return 0
