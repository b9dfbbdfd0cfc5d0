"""Sending: claim what is due under a lease, send it, mark it, try again later.

At least once: a worker that dies between the server's yes and the mark leaves one letter that is sent again, with
the same Message-ID and the same bytes. Each sent letter is marked by itself, so a death repeats one at most.
"""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

from flask import current_app
from sqlalchemy import Table, bindparam, exists, or_, select, update
from sqlalchemy.orm import aliased

from convene.calendar.quiet import end_of_quiet, is_quiet
from convene.extensions import affected, begin_write, db, start_write
from convene.mail import pace
from convene.mail.envelope import return_path
from convene.mail.message import build
from convene.mail.models import UNSENT, OutgoingMail
from convene.mail.rules import is_gone
from convene.mail.suppression import bars, not_sent, reasons_for, suppress
from convene.mail.switch import paused, throw
from convene.mail.transport import Refused, Stopped, Transport, TryLater

BATCH = 20
WAITS = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 480)]
GIVE_UP = timedelta(days=3)
QUEUE_STOP = timedelta(minutes=1)

# Written out once, on the table itself: it runs for every letter, and no row in hand has to follow it.
TABLE = cast(Table, OutgoingMail.__table__)
MINE = update(TABLE).where(TABLE.c.id == bindparam("mail_id"), TABLE.c.lease_owner == bindparam("owner"))


TAKE = update(OutgoingMail).where(OutgoingMail.id.in_(bindparam("ids", expanding=True)))
TAKE = TAKE.values(
    state="sending",
    lease_until=bindparam("until"),
    lease_owner=bindparam("owner"),
    tries=OutgoingMail.tries + 1,
).returning(OutgoingMail)
TAKE = TAKE.execution_options(synchronize_session=False, populate_existing=True)


ANY_CLAIMABLE = select(exists().where(pace.CLAIMABLE))
EARLIER = aliased(OutgoingMail)
FIRST_OF_THREAD = ~exists().where(
    EARLIER.thread == OutgoingMail.thread, EARLIER.id < OutgoingMail.id, EARLIER.state.in_(UNSENT)
)
# SKIP LOCKED lets workers on PostgreSQL pass each other; SQLite has one writer at a time and needs no more.
DUE = select(OutgoingMail.id, OutgoingMail.to_address).where(
    pace.CLAIMABLE, or_(OutgoingMail.thread.is_(None), FIRST_OF_THREAD)
)
DUE = DUE.order_by(OutgoingMail.due_at, OutgoingMail.id).limit(bindparam("most"))
DUE = DUE.with_for_update(skip_locked=True)


def claim(owner: str, now: datetime, limit: int = BATCH) -> list[OutgoingMail]:
    """Take up to `limit` due letters under a lease; two workers never hold one row. Commits: the claim is the edge."""
    # The queue is looked at many times a second while letters flow: an empty one costs nobody the write lock.
    db.session.rollback()
    if not db.session.scalar(ANY_CLAIMABLE, {"now": now}):
        db.session.rollback()
        return []
    start_write()
    ids: list[int] | None = []
    # What is over its measure is put off, a whole domain at a time, so that a second look meets other letters.
    while ids == [] and (due := db.session.execute(DUE, {"now": now, "most": limit}).all()):
        ids = pace.allowed([(mail_id, address) for mail_id, address in due], now)
    rows: list[OutgoingMail] = []
    if ids:
        lease = timedelta(seconds=current_app.config["OUTBOX_LEASE_SECONDS"])
        facts = {"owner": owner, "until": now + lease, "ids": ids}
        rows = sorted(db.session.scalars(TAKE, facts), key=lambda row: row.id)
    for row in rows:
        db.session.expunge(row)  # the row in hand is what is sent, whatever others write meanwhile
    db.session.commit()
    return rows


def mark(mail: OutgoingMail, owner: str, **values: object) -> bool:
    """Write the outcome, if the lease is still ours: after it ran out the row belongs to another worker, and False."""
    begin_write()
    freed = {"lease_until": None, "lease_owner": None}
    ours = affected(MINE, {"mail_id": mail.id, "owner": owner, **freed, **values}) == 1
    db.session.commit()
    return ours


def send(
    mail: OutgoingMail, transport: Transport, owner: str, now: datetime, rests: dict[str, datetime]
) -> bool:
    """Try one claimed letter and mark what came of it; False where nothing more should be tried now.

    `rests`: the domains that have asked for a rest since this batch was claimed, and until when.
    """
    domain = pace.domain_of(mail.to_address)
    if domain in rests:
        mark(mail, owner, **untried(mail, rests[domain]), last_answer="held: this domain asked for a rest")
        return True
    if mail.expires_at and mail.expires_at <= now:
        mark(mail, owner, state="dropped", last_answer="not sent: it would have come too late to help")
        return True
    if mail.quiet_zone and is_quiet(now, mail.quiet_zone):
        morning = end_of_quiet(now, mail.quiet_zone)
        mark(mail, owner, **untried(mail, morning), last_answer="held: it is night where they are")
        return True
    sender = current_app.config["MAIL_FROM"]
    try:
        content = build(mail, sender)
        if sign := current_app.extensions.get("convene.sign"):
            content = sign(content)
        answer = transport.send(return_path(mail.id), mail.to_address, mail.message_id, content)
    except Refused as refusal:
        mark(mail, owner, state="failed", last_answer=str(refusal))
        if is_gone(str(refusal)):
            begin_write()
            suppress(mail.to_address, "bounced", now)
            db.session.commit()
        return True
    except Stopped as stop:
        mark(mail, owner, **untried(mail, now + QUEUE_STOP), last_answer=str(stop))
        stop_for_now(str(stop), now)
        return False
    except TryLater as fault:
        if pace.hurried(str(fault)) and now - mail.posted_at < GIVE_UP:
            begin_write()
            rests[domain] = pace.rest(domain, now)
            db.session.commit()
            mark(mail, owner, **untried(mail, rests[domain]), last_answer=str(fault))
        else:
            mark(mail, owner, **later(mail, now, str(fault)))
        return True
    except (
        Exception
    ) as fault:  # one bad row never blocks the others; its class tells the operator where to look
        current_app.logger.exception("letter %s could not be built or sent", mail.id)
        mark(mail, owner, **later(mail, now, f"not sent: {type(fault).__name__}"))
        return True
    blanked = {"text": "", "html": "", "purged_at": now} if mail.letter == "sign_in" else {}
    if mark(mail, owner, state="sent", sent_at=now, last_answer=answer, **blanked):
        mail.state, mail.sent_at = "sent", now
    return True


def untried(mail: OutgoingMail, due_at: datetime) -> dict[str, object]:
    """Back to wait, as if it had not been tried: for sure nothing of it has left."""
    return {"state": "retry", "tries": mail.tries - 1, "due_at": due_at}


def later(mail: OutgoingMail, now: datetime, answer: str) -> dict[str, object]:
    """When to try again: growing waits with some jitter, given up after three days or past its use."""
    wait = WAITS[min(mail.tries, len(WAITS)) - 1] * random.uniform(1, 1.2)  # noqa: S311 - jitter, not a secret
    if now + wait > (mail.expires_at or mail.posted_at + GIVE_UP) or now + wait > mail.posted_at + GIVE_UP:
        return {"state": "failed", "last_answer": answer}
    return {"state": "retry", "due_at": now + wait, "last_answer": answer}


def release(rows: Sequence[OutgoingMail], owner: str) -> None:
    """Give claimed but untried letters back at once."""
    if not rows:
        return
    begin_write()
    back = update(OutgoingMail).where(
        OutgoingMail.id.in_([row.id for row in rows]), OutgoingMail.lease_owner == owner
    )
    back = back.values(state="retry", tries=OutgoingMail.tries - 1, lease_until=None, lease_owner=None)
    db.session.execute(back)
    db.session.commit()


def send_due(
    transport: Transport,
    owner: str,
    now: Callable[[], datetime],
    most: int = 1000,
    stopping: Callable[[], bool] = lambda: False,
    remember: Callable[[OutgoingMail], None] = lambda mail: None,
    look_again: Callable[[Sequence[OutgoingMail], datetime], set[int]] = lambda rows, now: set(),
) -> int:
    """Send what is due, up to about `most` letters and for half a lease; returns how many were tried.

    So a slow server lets no lease run out in hand, and keeps the other jobs waiting no longer than that. When
    `stopping` says so, the letter in hand is the last, and the others are given back. `remember` is told of the last
    letter of each batch that was sent. `look_again` is asked of each batch before it is sent: it takes back what is no
    longer so, and gives the ids of those.
    """
    tried, stopped = 0, False
    until = now() + timedelta(seconds=current_app.config["OUTBOX_LEASE_SECONDS"]) / 2

    def over() -> bool:
        return stopping() or now() >= until

    while tried < most and not over() and not paused(now()) and (rows := claim(owner, now())):
        barred = reasons_for(mail.to_address for mail in rows)
        db.session.rollback()
        rests: dict[str, datetime] = {}
        held = rows
        try:
            gone = look_again(rows, now())
            db.session.rollback()
            for number, mail in enumerate(rows):
                if number and over():
                    break
                held = rows[number + 1 :]
                tried += 1
                if mail.id in gone:
                    continue
                if bars(barred.get(mail.to_address), mail.letter):
                    mark(mail, owner, state="dropped", last_answer=not_sent(barred[mail.to_address]))
                elif not send(mail, transport, owner, now(), rests):
                    stopped = True
                    break
        finally:  # whatever went wrong with one, the others do not wait for the lease to run out
            db.session.rollback()
            release(held, owner)
        if sent := [mail for mail in rows if mail.state == "sent"]:
            remember(sent[-1])
        if held or stopped:
            break
    return tried


def stop_for_now(reason: str, now: datetime) -> None:
    """Throw the switch for a minute, for every worker: a server that will not have us is not asked in vain."""
    begin_write()
    throw(reason, now, resumes_at=now + QUEUE_STOP)
    db.session.commit()
