"""The mail log: what a host has sent and still has to send, sent again or dropped by hand, and forgotten in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from convene.extensions import affected, db
from convene.mail.models import UNSENT, OutgoingMail

BY_HAND = "dropped by an organiser"
# How things stand with a place, and its end: a letter older than one of these may say what is no longer so.
STANDING = ("place_confirmed", "waitlisted", "place_offered", "changed")
ENDS = ("cancelled", "declined", "called_off")


def latest(
    organisation_id: int, *, limit: int, before: int | None = None, state: str | None = None
) -> Sequence[OutgoingMail]:
    """The organisation's letters, newest first; `before` is an id to page on from, `state` keeps to that one."""
    rows = select(OutgoingMail).where(OutgoingMail.organisation_id == organisation_id)
    if state:
        rows = rows.where(OutgoingMail.state == state)
    if before:
        rows = rows.where(OutgoingMail.id < before)
    return db.session.scalars(rows.order_by(OutgoingMail.id.desc()).limit(limit)).all()


def counts(organisation_id: int) -> dict[str, int]:
    """How many letters are in each state."""
    rows = select(OutgoingMail.state, func.count()).where(OutgoingMail.organisation_id == organisation_id)
    return {state: number for state, number in db.session.execute(rows.group_by(OutgoingMail.state))}


def may_go_again() -> ColumnElement[bool]:
    """What failed, waits, or was dropped by hand; never what a person stopped or an event made untrue."""
    by_hand = and_(OutgoingMail.state == "dropped", OutgoingMail.last_answer == BY_HAND)
    return or_(OutgoingMail.state.in_(("failed", "retry")), by_hand)


def send_again(mail_id: int, organisation_id: int, now: datetime) -> bool:
    """Try a failed or dropped letter again, if it is this organisation's, its words are still kept, and still so.

    It stays the letter that may have left before: its bytes, its tries and its last day are those it had.
    """
    rows = (
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.organisation_id == organisation_id)
        .where(may_go_again(), OutgoingMail.purged_at.is_(None), ~overtaken())
        .values(state="retry", due_at=now, last_answer=None)
    )
    return affected(rows) == 1


def overtaken() -> ColumnElement[bool]:
    """A newer letter of its thread says otherwise; of two that a calendar reads, the newer alone counts."""
    newer = aliased(OutgoingMail)
    later = (newer.thread == OutgoingMail.thread, newer.id > OutgoingMail.id)
    both_invite = and_(OutgoingMail.invite_method.is_not(None), newer.invite_method.is_not(None))
    stood = and_(OutgoingMail.letter.in_((*STANDING, "reminder")), newer.letter.in_((*STANDING, *ENDS)))
    ended = and_(OutgoingMail.letter == "message", newer.letter.in_(ENDS))
    return exists().where(*later, or_(both_invite, stood, ended))


def drop(mail_id: int, organisation_id: int) -> bool:
    """Never send a letter that still waits, unless only it takes an entry out of somebody's calendar."""
    rows = (
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.organisation_id == organisation_id)
        .where(OutgoingMail.state.in_(("queued", "retry")), ~takes_back_an_invite())
        .values(state="dropped", last_answer=BY_HAND)
    )
    return affected(rows) == 1


def takes_back_an_invite() -> ColumnElement[bool]:
    """A CANCEL in whose thread a REQUEST may have left: without it the entry would stay in the calendar for good."""
    earlier = aliased(OutgoingMail)
    may_have_left = or_(earlier.tries > 0, earlier.state.in_(("sent", "bounced", "sending")))
    invited = exists().where(
        earlier.thread == OutgoingMail.thread, earlier.invite_method == "REQUEST", may_have_left
    )
    return and_(func.coalesce(OutgoingMail.invite_method, "") == "CANCEL", invited)


def oldest_unsent(now: datetime) -> timedelta | None:
    """How long the oldest letter that should have left has been waiting."""
    oldest = db.session.scalar(
        select(func.min(OutgoingMail.due_at)).where(
            OutgoingMail.state.in_(UNSENT), OutgoingMail.due_at <= now
        )
    )
    return now - oldest if oldest else None


def oldest_of(organisation_id: int, now: datetime) -> timedelta | None:
    """How long ago the oldest of the organisation's letters that have not left was written."""
    mine = OutgoingMail.organisation_id == organisation_id, OutgoingMail.state.in_(UNSENT)
    oldest = db.session.scalar(select(func.min(OutgoingMail.posted_at)).where(*mine))
    return max(now - oldest, timedelta()) if oldest else None


def unsent() -> int:
    """How many letters of the whole installation have still to leave."""
    waiting = select(func.count()).select_from(OutgoingMail).where(OutgoingMail.state.in_(UNSENT))
    return db.session.scalar(waiting) or 0


def purge(now: datetime) -> None:
    """Blank the words of letters 14 days after sending, and forget the envelopes after 30 more."""
    done = OutgoingMail.state.in_(("sent", "failed", "dropped", "bounced"))
    old = update(OutgoingMail).where(done, OutgoingMail.purged_at.is_(None))
    old = old.where(OutgoingMail.posted_at < now - timedelta(days=14))
    db.session.execute(old.values(text="", html="", invite=None, purged_at=now))
    db.session.execute(delete(OutgoingMail).where(done, OutgoingMail.posted_at < now - timedelta(days=44)))
