"""The switch that stops all sending: for a minute where a server will not have us, or by hand until it is let go."""

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select

from convene.extensions import db
from convene.mail.models import MailSwitch

# By hand comes first: that one does not go back by itself, and its reason is what people should read.
THROWN = select(MailSwitch).where(
    or_(
        MailSwitch.resumes_at.is_(None),
        and_(MailSwitch.resumes_at > bindparam("now"), MailSwitch.paused_at <= bindparam("now")),
    )
)
THROWN = THROWN.order_by(MailSwitch.resumes_at.is_not(None), MailSwitch.id).limit(1)


def paused(now: datetime) -> MailSwitch | None:
    """The switch, if it is thrown; one thrown for a while later than now was a rehearsal's, or a clock's."""
    switch = db.session.scalar(THROWN, {"now": now})
    db.session.rollback()
    return switch


def throw(reason: str, now: datetime, resumes_at: datetime | None = None) -> None:
    """Stop all sending, for a while or until `resume`; letters are posted and kept meanwhile.

    In the caller's transaction. What was thrown by hand stays beside what goes back by itself.
    """
    of_its_kind = (
        MailSwitch.resumes_at.is_(None) if resumes_at is None else MailSwitch.resumes_at.is_not(None)
    )
    db.session.execute(delete(MailSwitch).where(of_its_kind))
    db.session.add(MailSwitch(paused_at=now, reason=reason[:300], resumes_at=resumes_at))


def resume() -> None:
    """Let everything go again, in the caller's transaction."""
    db.session.execute(delete(MailSwitch))
