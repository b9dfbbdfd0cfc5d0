"""What a host writes to many at once: to the people of one event, or to all who agreed to hear of new ones."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Organisation


class Message(db.Model):
    """One message of a host; it can be recalled until `send_at`, and leaves as one letter to each person.

    With an event it goes to those whose part in it is one of `states`; without, it is an announcement, to those
    whose newest consent to announcements is a yes.
    """

    __table_args__ = (
        Index(None, "organisation_id", "id"),
        Index(None, "state", "send_at"),
        CheckConstraint("state IN ('draft','waiting','sending','sent','recalled')", name="state"),
        {"sqlite_autoincrement": True},  # its number stands in keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    states: Mapped[str] = mapped_column(String(80), default="")  # spaces between; see messages.audience
    state: Mapped[str] = mapped_column(String(10), default="draft")
    subject: Mapped[str] = mapped_column(String(200))
    words: Mapped[str] = mapped_column(Text)  # Markdown
    send_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(default=0)  # the last person written to, while it is being sent
    posted: Mapped[int] = mapped_column(default=0)  # how many letters were posted
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    sent_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    event: Mapped[Event | None] = relationship()
