"""Messages taken in as the command takes them, in the test's own transaction."""

from datetime import datetime

from convene.extensions import db
from convene.inbox import actions
from convene.inbox.models import Inbound
from convene.inbox.read import read
from tests.inbox.messages import NOW


def take(raw: bytes, now: datetime = NOW) -> Inbound | None:
    row = actions.take(read(raw), now)
    db.session.flush()
    return row


def outcome(raw: bytes, now: datetime = NOW) -> str:
    """What became of a message that is new."""
    row = take(raw, now)
    assert row is not None, "this message was taken in before"
    return row.outcome
