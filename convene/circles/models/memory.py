"""What a circle keeps: its questions, what it came to see and who sees it differently, who does what, and links."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.extensions import db
from convene.people.models import Person


class CircleQuestion(db.Model):
    """One of the questions that a circle works on."""

    __table_args__ = (
        Index(None, "circle_id", "position"),
        CheckConstraint("state IN ('open','settled')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"))
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL"), index=True
    )  # at which session it was raised
    position: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(String(300))
    about: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    author: Mapped[Person | None] = relationship()


class Insight(db.Model):
    """Something that a circle came to see, and on which each may take a stance."""

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int | None] = mapped_column(
        ForeignKey("circle_question.id", ondelete="SET NULL"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    words: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    told: Mapped[dict[str, int] | None] = mapped_column(
        JSON
    )  # voices by stance, as they are told until the next time
    told_at: Mapped[datetime | None]

    author: Mapped[Person | None] = relationship()
    stances: Mapped[list["Stance"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Stance(db.Model):
    """How one person sees an insight; of somebody erased the count stays, without a name and words."""

    __table_args__ = (
        UniqueConstraint("insight_id", "person_id"),
        CheckConstraint("stance IN ('agree','disagree','unsure','differently')", name="stance"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    insight_id: Mapped[int] = mapped_column(ForeignKey("insight.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    stance: Mapped[str] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(Text, default="")
    said_at: Mapped[datetime]  # when it became this stance

    person: Mapped[Person | None] = relationship()


class Action(db.Model):
    """What somebody said they would do; carried to every next agenda until it is done, or dropped with a reason."""

    __table_args__ = (
        Index(None, "circle_id", "state"),
        Index(None, "state", "due_on"),
        CheckConstraint("state IN ('proposed','owned','doing','done','dropped')", name="state"),
        {"sqlite_autoincrement": True},  # its number stands in keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"))
    question_id: Mapped[int | None] = mapped_column(
        ForeignKey("circle_question.id", ondelete="SET NULL"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(
        ForeignKey("event.id", ondelete="SET NULL"), index=True
    )  # at which session it was said
    words: Mapped[str] = mapped_column(String(300))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(10), default="proposed")
    reason: Mapped[str] = mapped_column(Text, default="")  # why it was dropped, or what came of it
    revision: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]
    owned_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # done or dropped

    owner: Mapped[Person | None] = relationship(foreign_keys=[owner_id])
    author: Mapped[Person | None] = relationship(foreign_keys=[author_id])


class Resource(db.Model):
    """A link that a circle keeps."""

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[int | None] = mapped_column(
        ForeignKey("circle_question.id", ondelete="SET NULL"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(1000))
    words: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime]

    author: Mapped[Person | None] = relationship()
