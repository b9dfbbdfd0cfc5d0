"""Mail that came back: what it was and what was done with it, never its whole text."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from convene.extensions import db

KINDS = ("reply", "bounce", "complaint", "automatic", "post", "word", "other")


class Inbound(db.Model):
    """One message read from the inbox; the hash of its Message-ID makes a second reading harmless."""

    __table_args__ = (
        Index(None, "organisation_id", "id"),
        Index(None, "address_hash", "kind", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_hash: Mapped[str] = mapped_column(String(64), unique=True)
    received_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))  # one of KINDS
    outcome: Mapped[str] = mapped_column(String(20))  # applied, stale, unmatched, hard, soft, delayed, ...
    detail: Mapped[str] = mapped_column(String(300), default="")  # in words, for the host
    address_hash: Mapped[str | None] = mapped_column(String(64))  # whose mail bounced, to count soft ones
    words: Mapped[str] = mapped_column(Text, default="")  # what the person wrote beside their reply
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    mail_id: Mapped[int | None]  # the row of outgoing_mail it speaks of, kept though that row is forgotten
