"""Who sat with whom: rounds, their groups, the seats in them, and the reasons a group is imperfect."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.extensions import db
from convene.people.models import Person


class Round(db.Model):
    """One mixing of the people present at an event."""

    __table_args__ = (
        # A draft may stand beside the published round that it will replace: people keep what they were told till then.
        UniqueConstraint("event_id", "number", "state"),
        CheckConstraint("state IN ('draft','published','held')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="draft")
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    groups: Mapped[list["Group"]] = relationship(
        back_populates="round", order_by="Group.number", cascade="all, delete-orphan", passive_deletes=True
    )


class Group(db.Model):
    """2 to 6 people put together in a round; the label says table, breakout or pair."""

    __tablename__ = "seating_group"  # "group" is a reserved word in SQL
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    room_url: Mapped[str] = mapped_column(String(500), default="")

    round: Mapped[Round] = relationship(back_populates="groups")
    seats: Mapped[list["Seat"]] = relationship(
        back_populates="group", order_by="Seat.position", cascade="all, delete-orphan", passive_deletes=True
    )
    caveats: Mapped[list["Caveat"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Seat(db.Model):
    """One person's place in one group; the round is repeated so that nobody can sit twice in it."""

    __table_args__ = (UniqueConstraint("round_id", "person_id"), Index(None, "group_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    group_id: Mapped[int] = mapped_column(ForeignKey("seating_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]  # 0 starts the conversation

    group: Mapped[Group] = relationship(back_populates="seats")
    person: Mapped[Person] = relationship()


class Caveat(db.Model):
    """A recorded reason why a group is imperfect."""

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("seating_group.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
