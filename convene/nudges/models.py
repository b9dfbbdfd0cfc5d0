"""Messages that ask for one small act, and what people pressed in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person


class Nudge(db.Model):
    """One rule's message to one person about one event; the key makes a repeat harmless."""

    __table_args__ = (
        Index(None, "person_id", "decided_at"),
        CheckConstraint("state IN ('scheduled','held','sent','acted','expired','stopped')", name="state"),
        {"sqlite_autoincrement": True},  # its number stands in links and keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)  # rule:event:person:step
    rule: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))  # why it was sent, held, dropped or stopped, in words
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime]
    generation: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()


class Answer(db.Model):
    """What a person pressed: how it was (`helped`), or whether they would like to stay in touch (`touch`).

    A row about another person is blind: nobody else reads it unless the other says yes too.
    """

    __table_args__ = (Index(None, "event_id", "question"), Index(None, "about_id", "question"))

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)  # question:event:person[:about]
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    about_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    question: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(Text, default="")
    channel: Mapped[str] = mapped_column(String(10), default="")  # email or phone
    contact: Mapped[str] = mapped_column(String(254), default="")
    answered_at: Mapped[datetime]
    released_at: Mapped[datetime | None]  # when a mutual yes was told to both
