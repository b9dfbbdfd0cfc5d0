"""Shared questions the field works on, and the circles of people who gather repeatedly around them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.extensions import db
from convene.people.models import Organisation


class Challenge(db.Model):
    """A shared question, with both sides of it."""

    __table_args__ = (CheckConstraint("state IN ('open','resting','closed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(140))
    question: Mapped[str] = mapped_column(Text)
    one_side: Mapped[str] = mapped_column(Text, default="")
    other_side: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]


class Circle(db.Model):
    """People gathering repeatedly around a challenge; its events are called sessions."""

    __table_args__ = (CheckConstraint("state IN ('forming','open','resting','ended')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(140))
    about: Mapped[str] = mapped_column(Text, default="")  # Markdown
    state: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]

    challenge: Mapped[Challenge] = relationship()
    organisation: Mapped[Organisation] = relationship()
