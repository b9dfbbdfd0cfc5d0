"""Letters for tests of the outbox, and the rows they become."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from convene.extensions import begin_write, db
from convene.mail import outbox, sending
from convene.mail.letter import Letter
from convene.mail.models import OutgoingMail
from convene.mail.transport import Transport

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PLACE: dict[str, Any] = {"kind": "place_confirmed", "invite": b"BEGIN:VCALENDAR", "invite_method": "REQUEST"}

numbers = itertools.count(1)


def a_letter(**facts: Any) -> Letter:
    """A small letter to an address of its own."""
    plain = {
        "kind": "reminder",
        "to_name": "Pat",
        "to_address": f"pat-{next(numbers)}@example.org",
        "from_name": "Open Table",
        "subject": "Tomorrow: an inspiring idea",
        "text": "See you tomorrow.\n",
        "html": "<p>See you tomorrow.</p>",
    }
    return Letter(**{**plain, **facts})


def post(key: str = "", now: datetime = NOW, thread: str | None = None, **facts: Any) -> OutgoingMail:
    """A letter posted and flushed in the current transaction; facts are the letter's."""
    number = outbox.post(
        a_letter(**facts), key or f"test:{next(numbers)}", now, thread=thread, organisation_id=1
    )
    assert number is not None
    return db.session.get_one(OutgoingMail, number)


def committed(*rows: OutgoingMail) -> list[int]:
    ids = [row.id for row in rows]
    db.session.commit()
    return ids


def row(mail_id: int) -> OutgoingMail:
    """The row as it is in the database now."""
    db.session.rollback()
    return db.session.scalars(select(OutgoingMail).where(OutgoingMail.id == mail_id)).one()


def send_due(transport: Transport, now: datetime = NOW) -> int:
    """One call of the worker's at this moment; the next transaction is open for writing afterwards."""
    db.session.rollback()
    tried = sending.send_due(transport, "a worker", lambda: now)
    db.session.rollback()
    begin_write()
    return tried
