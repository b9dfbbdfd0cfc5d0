"""A copy of Convene as a host runs it: real processes on SQLite, with the demonstration programme in it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from flask import Flask
from sqlalchemy import select

from convene import clock, seed
from convene.access import sign_ins
from convene.extensions import begin_write, db
from convene.people.actions import give_role, meet
from convene.people.models import Organisation
from convene.signups import actions as signups
from tests.parts import application
from tests.parts.processes import Process, Processes

T = TypeVar("T")

HOST = "Patchcord"  # of the demonstration programme
SETTINGS = {
    "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
    "CONVENE_NOTES_KEY": "a-notes-key-for-tests-that-protects-nobody",
    "CONVENE_MAIL_FROM": "Convene <convene@example.org>",
    "CONVENE_TICK_SECONDS": "1",
}


def plant() -> None:
    """The demonstration programme, in this application's database: planted once a worker, and copied from then on."""
    own = Path(str(db.engine.url.database))
    planted = own.with_name("planted.sqlite")
    if planted.exists():
        copy(planted, own)
        return
    seed.plant(clock.now())
    db.session.commit()
    copy(own, planted)


def copy(one: Path, other: Path) -> None:
    with closing(sqlite3.connect(one)) as source, closing(sqlite3.connect(other)) as target:
        source.backup(target)


class Installation:
    """A web server on a planted database; what happens elsewhere meanwhile is done through `app`."""

    def __init__(self, app: Flask, processes: Processes, name: str = "127.0.0.1", **settings: str) -> None:
        self.app = app
        with app.app_context():
            plant()
        self.web: Process = processes.web(1, name, **settings)
        self.url = self.web.url.replace("127.0.0.1", name)

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self.app.app_context():
            begin_write()
            yield
            db.session.commit()

    def read(self, look: Callable[[], T]) -> T:
        with self.app.app_context():
            return look()

    def organiser(self, address: str, name: str) -> None:
        """Make somebody an organiser of the host."""
        with self.writing():
            host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
            give_role(meet(host, address, name, clock.now()), "owner", clock.now())

    def signed_in(self, address: str) -> str:
        """The cookie of somebody who has signed in at the host's desk."""
        with self.writing():
            host = db.session.scalars(select(Organisation).where(Organisation.name == HOST)).one()
            return sign_ins.open_sign_in(address, host.id, "Firefox on Linux", clock.now())

    def come(self, event_id: int, *names: str) -> None:
        """These people take a place while somebody else does something else."""
        with self.writing():
            for name in names:
                address = f"{name.casefold().replace(' ', '.')}.{event_id}@example.com"
                signups.add(event_id, name, address, clock.now())


@contextmanager
def opened(processes: Processes, name: str = "127.0.0.1", **settings: str) -> Iterator[Installation]:
    """Planted and started, to be visited under this name; `settings` are more environment for the web server."""
    with application.made(processes.environ["CONVENE_DATABASE_URL"]) as app:
        yield Installation(app, processes, name, **settings)
