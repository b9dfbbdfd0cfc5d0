"""Mail that came back is taken in once: written down, and acted on, in one transaction of its caller's."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select

from convene.extensions import db, upsert
from convene.inbox import bounces, replied
from convene.inbox.models import Inbound
from convene.inbox.read import Incoming
from convene.links import keyed_hash

LEFT = ("other",)  # kinds that stay unread in the mailbox, for the human who reads it


def take(incoming: Incoming, now: datetime) -> Inbound | None:
    """Write a message down and do what it asks; none for one that was taken in before.

    Two readers that meet here wait for each other at the key, and the second finds nothing to do.
    """
    row = upsert(Inbound).values(
        message_hash=hash_of(incoming.identity),
        received_at=now,
        kind=incoming.kind,
        outcome="",
        detail="",
        words="",
    )
    row = row.on_conflict_do_nothing(index_elements=["message_hash"]).returning(Inbound.id)
    number = db.session.execute(row).scalar_one_or_none()
    if number is None:
        return None
    taken = db.session.get_one(Inbound, number)
    if incoming.too_large:
        taken.outcome, taken.detail = "too_large", "Over 5 MB: its head alone was read."
    else:
        HANDLERS[incoming.kind](incoming, taken, now)
    return taken


def write_down(incoming: Incoming, now: datetime) -> None:
    """A message that could not be handled is known from now on, and holds nothing up; a human may read it."""
    row = upsert(Inbound).values(
        message_hash=hash_of(incoming.identity),
        received_at=now,
        kind="other",
        outcome="broken",
        detail="",
        words="",
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["message_hash"]))


def nothing(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Mail from a program is never answered, and mail from a person is for a person."""
    row.outcome = "ignored" if incoming.kind == "automatic" else "left"


HANDLERS: dict[str, Callable[[Incoming, Inbound, datetime], None]] = {
    "reply": replied.handle,
    "bounce": bounces.handle_bounce,
    "complaint": bounces.handle_complaint,
    "automatic": nothing,
    "other": nothing,
}


def known(identities: Sequence[str]) -> dict[str, bool]:
    """Of these messages, those that were taken in before, and whether each is one that stays unread."""
    hashes = {hash_of(one): one for one in identities}
    rows = select(Inbound.message_hash, Inbound.kind).where(Inbound.message_hash.in_(hashes))
    return {hashes[found]: kind in LEFT for found, kind in db.session.execute(rows)}


def hash_of(identity: str) -> str:
    return keyed_hash("inbound", identity)
