"""Mail that came back is taken in once: noted before it is read, then acted on in one transaction of its caller's.

The note is what a reader leaves that dies over a message: the message is tried once more, then left for a human.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from convene.extensions import db, upsert
from convene.inbox import bounces, one_word, posted, replied
from convene.inbox.models import Inbound
from convene.inbox.read import Incoming
from convene.links import keyed_hash

LEFT = ("other",)  # kinds that stay unread in the mailbox, for the human who reads it


BEGUN = ("begun", "begun again")
ABANDONED = timedelta(minutes=2)  # a reader is ended after one; whoever began so long ago is dead


def begin(identity: str, now: datetime) -> str:
    """Note that this message is about to be read: `begun`, or why it is not.

    `known`: it is done with. `in other hands`: somebody began it a moment ago. `broken`: two readers died over it.
    Commit before the reading, as whatever ends a reader must find the note.
    """
    if note(identity, now):
        return "begun"
    row = noted(identity)
    if row.outcome not in BEGUN:
        return "known"
    if row.received_at > now - ABANDONED:
        return "in other hands"
    if row.outcome == BEGUN[-1]:
        row.outcome = "broken"
        return "broken"
    row.outcome, row.received_at = BEGUN[-1], now
    return "begun"


def note(identity: str, now: datetime) -> bool:
    """Make the row of this message; False if there is one."""
    row = upsert(Inbound).values(
        message_hash=hash_of(identity),
        received_at=now,
        kind="other",
        outcome=BEGUN[0],
        detail="",
        words="",
    )
    row = row.on_conflict_do_nothing(index_elements=["message_hash"]).returning(Inbound.id)
    return db.session.execute(row).scalar_one_or_none() is not None


def noted(identity: str) -> Inbound:
    """The row of this message, locked: two readers that meet here wait for each other."""
    row = select(Inbound).where(Inbound.message_hash == hash_of(identity)).with_for_update()
    return db.session.scalars(row.execution_options(populate_existing=True)).one()


def take(incoming: Incoming, now: datetime) -> Inbound | None:
    """Write down what a message was and do what it asks; none for one that was taken in before."""
    note(incoming.identity, now)
    row = noted(incoming.identity)
    if row.outcome not in BEGUN:
        return None
    row.kind, row.outcome, row.received_at = incoming.kind, "", now
    if incoming.too_large:
        row.outcome, row.detail = "too_large", "Over 5 MB: its head alone was read."
    else:
        HANDLERS[incoming.kind](incoming, row, now)
    return row


def write_down(incoming: Incoming, now: datetime) -> None:
    """A message that could not be handled is known from now on, and holds nothing up; a human may read it."""
    note(incoming.identity, now)
    row = noted(incoming.identity)
    if row.outcome in BEGUN:
        row.kind, row.outcome = "other", "broken"


def nothing(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Mail from a program is never answered, and mail from a person is for a person."""
    row.outcome = "ignored" if incoming.kind == "automatic" else "left"


HANDLERS: dict[str, Callable[[Incoming, Inbound, datetime], None]] = {
    "reply": replied.handle,
    "post": posted.handle,
    "word": one_word.handle,
    "bounce": bounces.handle_bounce,
    "complaint": bounces.handle_complaint,
    "automatic": nothing,
    "other": nothing,
}


def known(identities: Sequence[str]) -> dict[str, bool]:
    """Of these messages, those that are done with, and whether each is one that stays unread."""
    hashes = {hash_of(one): one for one in identities}
    rows = select(Inbound.message_hash, Inbound.kind).where(Inbound.message_hash.in_(hashes))
    rows = rows.where(Inbound.outcome.not_in(BEGUN))
    return {hashes[found]: kind in LEFT for found, kind in db.session.execute(rows)}


def hash_of(identity: str) -> str:
    return keyed_hash("inbound", identity)
