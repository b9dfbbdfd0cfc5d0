"""One sign-up from the page to the invite, in a database that is gone afterwards, before the program is forked.

Python writes a count into each object that it uses, so each process copies the pages of memory that it works with.
What is done for the first time (a template read, a statement put together) uses most of them and leaves the most
behind; done here once, all share it. Nothing of it reaches the house's own rows, mail or files.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, cast

from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from werkzeug.test import Client

from convene import clock
from convene.events import actions as events
from convene.extensions import begin_write, db, dialect
from convene.mail import sending
from convene.mail.models import OutgoingMail
from convene.mail.transport import Memory
from convene.people.actions import found_organisation
from convene.worker import TIMETABLE

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
LINK = re.compile(r"/place/[^\s>]+")
REACHES_OUT = ("read_inbox", "send_mail")


class NoStage(Exception):
    """There is nowhere to rehearse without touching what is the house's own; the text says why."""


def rehearse(app: Flask) -> None:
    """Whatever fails here is logged, and costs memory alone."""
    try:
        with app.app_context(), elsewhere():
            slug = plan_event()
            sign_up(Client(app), slug, app.config["BASE_URL"])
            work(app)
    except (NoStage, DBAPIError) as fault:
        why = str(fault.orig if isinstance(fault, DBAPIError) else fault).partition("\n")[0]
        app.logger.warning("no rehearsal before the start, which costs some memory: %s", why)
    except Exception:
        app.logger.exception("the rehearsal before the start")


@contextmanager
def elsewhere() -> Iterator[None]:
    """Whatever is asked of the database meanwhile is asked of an empty one that is gone afterwards.

    Only the pool is another, for the statements that are put together are kept by the engine.
    """
    engine = db.engine
    own = engine.pool
    engine.pool = StaticPool(cast(Any, partial(stage, engine)))
    try:
        where, nowhere = STAGE[dialect()]
        if db.session.scalar(text(where)) != nowhere:
            raise NoStage("this is the house's own database")
        db.session.rollback()
        db.metadata.create_all(engine, checkfirst=False)
        yield
    finally:
        db.session.remove()
        engine.pool.dispose()
        engine.pool = own


# What tells where new tables go, and what it says on a stage.
STAGE = {
    "sqlite": ("SELECT file FROM pragma_database_list", ""),
    "postgresql": ("SHOW search_path", "pg_temp"),
}


def stage(engine: Engine) -> Any:
    """A connection whose tables are its own and end with it: in memory, or PostgreSQL's temporary ones.

    Raises NoStage where a pool stands before PostgreSQL: it may hand the connection, tables and all, to others.
    """
    if dialect() == "sqlite":
        return sqlite3.connect(":memory:")
    words, settings = engine.dialect.create_connect_args(engine.url)
    options = f"{settings.get('options', '')} -c search_path=pg_temp".strip()
    line: Any = engine.dialect.connect(*words, **{**settings, "options": options, "autocommit": True})
    (server,) = line.execute("SELECT pg_backend_pid()").fetchone()
    if server != line.info.backend_pid:  # what a pool tells of itself when the connection opens
        line.close()
        raise NoStage("a pool stands before PostgreSQL")
    return line


def plan_event() -> str:
    now = clock.now()
    begin_write()
    host = found_organisation("A host", "UTC", now)
    host.privacy_contact = "host@example.org"
    facts = {
        "title": "A rehearsal",
        "summary": "Nobody sees it.",
        "description": "Not *one*.",
        "host_name": "A host",
        "starts_at": now + timedelta(days=9),
        "ends_at": now + timedelta(days=9, hours=2),
        "zone": "Europe/London",
        "venue": "A hall",
        "capacity": 9,
    }
    event = events.draft(host, facts, now)
    events.publish(event, now)
    slug = event.slug
    db.session.commit()
    return slug


def sign_up(visitor: Client, slug: str, here: str) -> None:
    """The form, the letter, the button in it, the place, and the letter with the invite."""
    visitor.get("/", base_url=here)
    page = f"/events/{slug}"
    form = {"name": "A visitor", "email": "visitor@example.org", "zone": "", "website": ""}
    press(visitor, page, f"{page}/sign-up", form, here)
    visitor.get(f"{page}/check-your-email", base_url=here)
    place = LINK.findall(db.session.scalars(select(OutgoingMail.text)).one())[0]
    db.session.rollback()
    press(visitor, place, f"{place}/confirm", {}, here)
    visitor.get(place, base_url=here)


def press(visitor: Client, page: str, button: str, form: dict[str, str], here: str) -> None:
    token = TOKEN.findall(visitor.get(page, base_url=here).text)[0]
    answer = visitor.post(
        button, data={"csrf_token": token, **form}, base_url=here, headers={"Referer": here}
    )
    if answer.status_code != 303:
        raise RuntimeError(f"{button.rpartition('/')[2]} answered {answer.status}")


def work(app: Flask) -> None:
    """Each of the worker's jobs once, and the two letters as far as a list in memory."""
    before = len(Memory.sent)
    sending.send_due(Memory(), "rehearsal", clock.now)
    del Memory.sent[before:]
    for name, _, job in TIMETABLE:
        if name not in REACHES_OUT:
            job(app, clock.now)
            db.session.rollback()
