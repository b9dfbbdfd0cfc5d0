"""Shared questions the field works on, and the circles of people who gather repeatedly around them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from convene.extensions import db
from convene.people.models import Organisation, Person


class Challenge(db.Model):
    """A shared question, with both sides of it."""

    __table_args__ = (CheckConstraint("state IN ('open','resting','closed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(140))
    question: Mapped[str] = mapped_column(Text)  # in its owners' words
    owners: Mapped[str] = mapped_column(String(200), default="")  # whose question it is
    one_side: Mapped[str] = mapped_column(Text, default="")
    other_side: Mapped[str] = mapped_column(Text, default="")
    known: Mapped[str] = mapped_column(Text, default="")  # Markdown: what is known so far
    state: Mapped[str] = mapped_column(String(10), default="open")
    revision: Mapped[int] = mapped_column(default=1)  # a form begun before somebody else's save shows its age
    created_at: Mapped[datetime]


class Circle(db.Model):
    """People gathering repeatedly around a challenge; its events are called sessions.

    One calendar entry holds all its sessions: `uid`, `sequence` and `revised_at` are those of the whole.
    """

    __table_args__ = (
        CheckConstraint("state IN ('forming','open','resting','ended')", name="state"),
        CheckConstraint("joining IN ('open','asking')", name="joining"),
        CheckConstraint("past_shown IN ('all','story','nothing')", name="past_shown"),
        CheckConstraint("format IN ('in_person','online')", name="format"),
        CheckConstraint("places >= 1", name="places"),
        CheckConstraint("minutes >= 1", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    challenge_id: Mapped[int] = mapped_column(ForeignKey("challenge.id", ondelete="CASCADE"), index=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(140))
    about: Mapped[str] = mapped_column(Text, default="")  # Markdown: what it is for
    for_whom: Mapped[str] = mapped_column(Text, default="")
    how_it_runs: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="open")
    # Of Person: who answers those who ask, and is written to; nobody, and it is the owners of the organisation.
    host_id: Mapped[int | None] = mapped_column(index=True)

    places: Mapped[int] = mapped_column(default=12)
    joining: Mapped[str] = mapped_column(String(8), default="open")
    past_shown: Mapped[str] = mapped_column(String(8), default="all")  # to those who join later
    next_in_line: Mapped[int] = mapped_column(default=1)  # the queue number to give next, given once
    talks: Mapped[bool] = mapped_column(default=False)  # threads, once the host turns them on
    hosts_in_turn: Mapped[bool] = mapped_column(default=False)

    # What a new session begins with; times are wall times of the zone.
    zone: Mapped[str] = mapped_column(String(60), default="Europe/London")
    minutes: Mapped[int] = mapped_column(default=90)
    format: Mapped[str] = mapped_column(String(12), default="in_person")
    venue: Mapped[str] = mapped_column(String(300), default="")
    online_url: Mapped[str] = mapped_column(String(500), default="")
    access_info: Mapped[str] = mapped_column(Text, default="")
    pattern: Mapped[str] = mapped_column(Text, default="")  # JSON: the rhythm as the host chose it
    skipped: Mapped[str] = mapped_column(Text, default="")  # dates without a session, ISO 8601, one a line

    uid: Mapped[str | None] = mapped_column(String(80))  # none before the first session
    sequence: Mapped[int] = mapped_column(default=0)
    revised_at: Mapped[datetime | None]  # DTSTAMP of that revision
    revision: Mapped[int] = mapped_column(default=1)  # a form begun before somebody else's save shows its age
    created_at: Mapped[datetime]
    rested_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    challenge: Mapped[Challenge] = relationship()
    organisation: Mapped[Organisation] = relationship()
    host: Mapped[Person | None] = relationship(
        primaryjoin=lambda: foreign(Circle.host_id) == Person.id, viewonly=True
    )


class Agreement(db.Model):
    """One wording of what members agree to; the highest version counts, and the older ones stay as accepted."""

    __table_args__ = (UniqueConstraint("circle_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"))
    version: Mapped[int]
    words: Mapped[str] = mapped_column(Text)  # Markdown
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(40))


class Learning(db.Model):
    """What a circle leaves behind when it ends."""

    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), primary_key=True)
    hoped: Mapped[str] = mapped_column(Text, default="")
    happened: Mapped[str] = mapped_column(Text, default="")
    again: Mapped[str] = mapped_column(Text, default="")  # what we would do again
    public: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(40))
