"""Letters as rows: the queue that the worker sends from, and the mail log that organisers read."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from convene.extensions import db

UNSENT = ("queued", "retry", "sending")
STATES = ("queued", "sending", "sent", "retry", "failed", "bounced", "dropped")


class OutgoingMail(db.Model):
    """One letter to one address, frozen when it was posted.

    organisation_id, event_id and person_id say what it is about without foreign keys: mail knows nothing of
    what uses it, and the log outlives an erased person.
    """

    __table_args__ = (
        Index("ix_outgoing_mail_due", "state", "due_at"),
        Index("ix_outgoing_mail_thread", "thread", "state", "id"),
        Index("ix_outgoing_mail_log", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    message_id: Mapped[str] = mapped_column(String(320), unique=True)
    letter: Mapped[str] = mapped_column(String(40))
    organisation_id: Mapped[int | None]
    event_id: Mapped[int | None] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    thread: Mapped[str | None] = mapped_column(String(60))  # letters of one thread leave in the order posted
    revision: Mapped[int | None]  # the SEQUENCE of its invite

    to_name: Mapped[str] = mapped_column(String(200))
    to_address: Mapped[str] = mapped_column(String(254), index=True)
    from_name: Mapped[str] = mapped_column(String(200))
    reply_to: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    invite: Mapped[bytes | None] = mapped_column(LargeBinary)
    invite_method: Mapped[str | None] = mapped_column(String(10))
    unsubscribe_url: Mapped[str | None] = mapped_column(String(400))
    list_id: Mapped[str | None] = mapped_column(String(500))
    quiet_zone: Mapped[str | None] = mapped_column(
        String(60)
    )  # a nudge does not arrive at night in this zone

    state: Mapped[str] = mapped_column(String(10))
    posted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]  # after this it helps nobody
    lease_until: Mapped[datetime | None]
    lease_owner: Mapped[str | None] = mapped_column(String(60))
    tries: Mapped[int] = mapped_column(default=0)
    last_answer: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]


class Suppression(db.Model):
    """An address that must not be mailed, kept as a keyed hash only."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(String(20))  # never, bounced, complained
    created_at: Mapped[datetime]


class Pace(db.Model):
    """How much mail a domain has been given in this minute, over all workers, and whether it asked for a rest."""

    domain: Mapped[str] = mapped_column(String(254), primary_key=True)  # "" stands for all domains together
    window_start: Mapped[datetime]
    given: Mapped[int]
    rests_until: Mapped[datetime | None]


class Wording(db.Model):
    """A host's own words for one letter in one language; without a row the letter has its usual words."""

    __table_args__ = (UniqueConstraint("organisation_id", "letter", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int]
    letter: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12))
    subject: Mapped[str] = mapped_column(String(300))
    words: Mapped[str] = mapped_column(Text)  # Markdown with {placeholders}
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))


class MailSwitch(db.Model):
    """Whether sending is stopped for the whole installation, and why: one row, or none."""

    id: Mapped[int] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(300))
    resumes_at: Mapped[datetime | None]
