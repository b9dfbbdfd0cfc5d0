"""Who agreed to stay in touch with whom, each side by itself, and what came of it, counted."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person


class Tie(db.Model):
    """One person's side of an agreement to stay in touch; the other person has a row of their own.

    Nothing that one side does (ending it, saying what came of it) is written on the other's row, so it cannot show
    there. `title` and `rounds` are the evidence, kept though the event be deleted.
    """

    __table_args__ = (
        UniqueConstraint("person_id", "other_id"),
        Index(None, "organisation_id", "made_at"),
        CheckConstraint("person_id <> other_id", name="two"),
        CheckConstraint("use IN ('private','hosts','story')", name="use"),
        {"sqlite_autoincrement": True},  # its number stands in links, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(140))  # of the event where they met
    rounds: Mapped[str] = mapped_column(String(40), default="")  # numbers, spaces between
    channel: Mapped[str] = mapped_column(
        String(10)
    )  # what this person lets the other have: email, phone, relay
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # this person ended it, for themself
    came: Mapped[str] = mapped_column(String(12), default="")  # what this person says came of it
    words: Mapped[str] = mapped_column(Text, default="")
    use: Mapped[str] = mapped_column(String(10), default="private")  # of the words
    answered_at: Mapped[datetime | None]

    event: Mapped[Event | None] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    other: Mapped[Person] = relationship(foreign_keys=[other_id])


class Tally(db.Model):
    """What came of one period's events, as it stood at one moment: counted once, so that no two looks differ."""

    __table_args__ = (UniqueConstraint("organisation_id", "period", "as_of"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    period: Mapped[str] = mapped_column(String(10))  # 2026-Q2
    as_of: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
