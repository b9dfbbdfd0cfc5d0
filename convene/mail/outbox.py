"""The outbox: a letter is posted once per key, as a row of the transaction it tells of, and dropped when needless."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, CursorResult, String, Table, and_, bindparam, case, func, or_, update
from sqlalchemy import cast as cast_sql

from convene.extensions import affected, db, dialect, upsert
from convene.mail.letter import Letter
from convene.mail.message import sender_address
from convene.mail.models import OutgoingMail
from convene.mail.suppression import ASKED_FOR, bar_on_row, facts_for_bar, not_sent

TABLE = cast(Table, OutgoingMail.__table__)
Row = dict[str, Any]

# What a new row is given from here; the database fills in the rest.
WRITTEN = (
    *("key", "message_id", "letter", "organisation_id", "event_id", "person_id", "thread", "revision"),
    *("to_name", "to_address", "from_name", "reply_to", "subject", "text", "html", "invite", "invite_method"),
    *("unsubscribe_url", "list_id", "quiet_zone", "posted_at", "due_at", "expires_at", "tries"),
)

# What has the same link to stop it: a host's message after an event, as the letter that asks how it was.
STOPPED_WITH = {"thank_you": "message"}

# What may have left is left to go its way where a calendar follows it: a CANCEL is for whoever has the REQUEST.
UNTOUCHED = update(TABLE).where(
    TABLE.c.state.in_(("queued", "retry")), or_(TABLE.c.tries == 0, TABLE.c.invite.is_(None))
)
UNTOUCHED = UNTOUCHED.where(
    TABLE.c.thread == bindparam("of"), TABLE.c.letter.in_(bindparam("kinds", expanding=True))
)


def post(
    letter: Letter,
    key: str,
    now: datetime,
    *,
    organisation_id: int | None = None,
    event_id: int | None = None,
    person_id: int | None = None,
    thread: str | None = None,
    replaces: Sequence[str] = (),
) -> int | None:
    """Write a letter as a row of the caller's transaction; a second post of the same key changes nothing.

    `thread`: letters of one thread leave in the order posted. `replaces`: kinds of letter of that thread that
    this one makes needless, dropped if nothing of them has left yet. Returns the row's id, or none for a repeat.
    """
    if thread and replaces:
        drop_unsent(thread, replaces, "a newer letter says it all")
    row = row_of(
        letter,
        key,
        now,
        organisation_id=organisation_id,
        event_id=event_id,
        person_id=person_id,
        thread=thread,
    )
    found: int | None = db.session.execute(told_row(dialect()), row).scalar_one_or_none()
    return found


def post_many(rows: Sequence[Row]) -> int:
    """Write many letters at once, each as `row_of` puts it together. Returns how many were no repeats.

    Counted by the driver and not told by the database: to read a statement with the values of a hundred letters in it
    costs psycopg more than to send a hundred.
    """
    if not rows:
        return 0
    done = db.session.execute(new_row(dialect()), rows, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", done).rowcount


def row_of(
    letter: Letter,
    key: str,
    now: datetime,
    *,
    organisation_id: int | None = None,
    event_id: int | None = None,
    person_id: int | None = None,
    thread: str | None = None,
) -> Row:
    """What a letter is as a row, for `post_many`; all as `post` takes it."""
    domain = sender_address(current_app.config["MAIL_FROM"]).rpartition("@")[2]
    return {
        "key": key,
        "message_id": f"<{now:%Y%m%d%H%M%S}.{uuid.uuid4().hex}@{domain}>",
        "letter": letter.kind,
        "organisation_id": organisation_id,
        "event_id": event_id,
        "person_id": person_id,
        "thread": thread,
        "revision": letter.revision,
        "to_name": letter.to_name[:200],
        "to_address": letter.to_address,
        "from_name": letter.from_name[:200],
        "reply_to": letter.reply_to,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "invite": letter.invite,
        "invite_method": letter.invite_method,
        "unsubscribe_url": letter.unsubscribe_url,
        "list_id": letter.list_id,
        "quiet_zone": letter.quiet_zone,
        "posted_at": now,
        "due_at": now,
        "expires_at": letter.expires_at,
        "tries": 0,
        **facts_for_bar(letter.to_address, letter.kind),
    }


@lru_cache
def new_row(dialect: str) -> Any:
    """The statement that posts, put together once for each kind of database; it looks for a bar by itself."""
    bar = bar_on_row()
    values = {"state": case((bar.is_(None), "queued"), else_="dropped"), "last_answer": not_sent(bar)}
    row = upsert(TABLE).values({**{name: bindparam(name) for name in WRITTEN}, **values})
    return row.on_conflict_do_nothing(index_elements=["key"])


@lru_cache
def told_row(dialect: str) -> Any:
    """The same, which tells the number of the row; nothing for a repeat."""
    return new_row(dialect).returning(TABLE.c.id)


def drop_unsent(thread: str, kinds: Sequence[str], reason: str) -> int:
    """Drop letters of these kinds that still wait; one whose invite may have left already is never dropped."""
    return affected(
        UNTOUCHED, {"of": thread, "kinds": list(kinds), "state": "dropped", "last_answer": reason}
    )


def drop_waiting(reason: str, *which: ColumnElement[bool]) -> int:
    """Drop what still waits here and is wanted no more; what a worker has in hand goes its way."""
    rows = update(OutgoingMail).where(OutgoingMail.state.in_(("queued", "retry")), *which)
    return affected(rows.values(state="dropped", last_answer=reason))


def set_aside(reason: str, *which: ColumnElement[bool]) -> list[tuple[str, datetime]]:
    """Drop what still waits here and free its key, so that it may be posted anew; of each its kind and when posted."""
    rows = update(OutgoingMail).where(OutgoingMail.state.in_(("queued", "retry")), *which)
    free = OutgoingMail.key + ":back:" + cast_sql(OutgoingMail.id, String)
    rows = rows.values(state="dropped", last_answer=reason, key=free)
    taken = rows.returning(OutgoingMail.letter, OutgoingMail.posted_at)
    return [
        (kind, posted_at)
        for kind, posted_at in db.session.execute(taken, execution_options={"synchronize_session": False})
    ]


def take_back(person_id: int, kinds: Sequence[str], reason: str) -> list[tuple[str, datetime]]:
    """Drop this person's waiting letters of these kinds.

    Those that nobody has begun to send may be posted anew, as their keys are free again: returns the kind of each
    and when it was posted.
    """
    mine = (OutgoingMail.person_id == person_id, OutgoingMail.letter.in_(kinds))
    taken = set_aside(reason, *mine, OutgoingMail.tries == 0)
    drop_waiting(reason, *mine)
    return taken


def drop_kind(person_id: int, kind: str) -> int:
    """Drop this person's waiting letters of one kind, and what is stopped with it."""
    with_it = and_(OutgoingMail.letter == STOPPED_WITH.get(kind), OutgoingMail.unsubscribe_url.is_not(None))
    mine = (OutgoingMail.person_id == person_id, or_(OutgoingMail.letter == kind, with_it))
    return drop_waiting("not sent: they stopped this kind of message", *mine)


def drop_all_to(address: str) -> int:
    """Drop every waiting letter to this folded address, whichever host posted it."""
    return drop_waiting(
        not_sent("never"),
        func.lower(OutgoingMail.to_address) == address,
        OutgoingMail.letter.not_in(ASKED_FOR),
    )
