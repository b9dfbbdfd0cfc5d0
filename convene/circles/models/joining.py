"""Who is in a circle and how they came in, when they can come, and the sessions they cannot make."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.circles.models.circle import Circle
from convene.extensions import db
from convene.people.models import Person

HOLDING = ("member",)  # only these hold a place in the circle


class Member(db.Model):
    """A person's standing place in a circle, one row whatever becomes of it; `generation` kills older links.

    Their calendar holds one entry for all sessions: `invite_sequence` and `invite_open` are of that one.
    """

    __table_args__ = (
        UniqueConstraint("circle_id", "person_id"),
        Index(None, "circle_id", "state", "queue_number"),
        CheckConstraint("state IN ('started','asked','member','waiting','left','declined')", name="state"),
        CheckConstraint("delivery IN ('every','daily','weekly','none')", name="delivery"),
        {"sqlite_autoincrement": True},  # its number stands in links and keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="started")
    words: Mapped[str] = mapped_column(Text, default="")  # what they wrote to the host when they asked
    queue_number: Mapped[int | None]
    started_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(String(40), default="")
    agreed_version: Mapped[int | None]  # of Agreement
    agreed_at: Mapped[datetime | None]

    delivery: Mapped[str] = mapped_column(String(8), default="daily")  # of what is written in threads
    told_post_id: Mapped[int] = mapped_column(default=0)  # the last Post that a letter brought
    digest_at: Mapped[datetime | None]  # when the last digest was written

    generation: Mapped[int] = mapped_column(default=1)
    letter_count: Mapped[int] = mapped_column(default=0)  # numbers the keys of its letters
    invite_sequence: Mapped[int | None]  # SEQUENCE last sent to this person; none if no REQUEST ever left
    invite_open: Mapped[bool] = mapped_column(default=False)  # a REQUEST not yet followed by a CANCEL

    circle: Mapped[Circle] = relationship()
    person: Mapped[Person] = relationship()


class Skip(db.Model):
    """A member who said beforehand that they cannot make one session."""

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    skipped_at: Mapped[datetime]


class TimePoll(db.Model):
    """When could people come? Asked of a circle's members until the host picks one of the times."""

    id: Mapped[int] = mapped_column(primary_key=True)
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), index=True)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    picked_id: Mapped[int | None]  # of PollOption

    options: Mapped[list["PollOption"]] = relationship(
        back_populates="poll",
        order_by="PollOption.starts_at",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class PollOption(db.Model):
    """One time that is offered; how long it lasts is the circle's."""

    __table_args__ = (UniqueConstraint("poll_id", "starts_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("time_poll.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]

    poll: Mapped[TimePoll] = relationship(back_populates="options")


class PollMark(db.Model):
    """What one person says of one time; no row is no answer yet."""

    __table_args__ = (CheckConstraint("mark IN ('yes','if_need_be','no')", name="mark"),)

    option_id: Mapped[int] = mapped_column(ForeignKey("poll_option.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    mark: Mapped[str] = mapped_column(String(10))
    marked_at: Mapped[datetime]
