"""A person's claim to attend an event, who is still to be told of it, and, kept apart, what happened on the day."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person

HOLDING = ("confirmed", "offered")  # only these hold a place


class Signup(db.Model):
    """One row per event and person, whatever happens to it; `generation` in a mailed link kills older links."""

    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index(None, "event_id", "state", "queue_number"),
        Index(None, "state", "offered_until"),
        CheckConstraint(
            "state IN ('started','confirmed','waitlisted','offered','lapsed','cancelled')", name="state"
        ),
        {"sqlite_autoincrement": True},  # its number stands in links and keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="started")
    queue_number: Mapped[int | None]  # place in line, given once per joining of the line
    offered_until: Mapped[datetime | None]
    started_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(default=1)
    letter_count: Mapped[int] = mapped_column(default=0)  # numbers the keys of its letters
    invite_sequence: Mapped[int | None]  # SEQUENCE last sent to this person; none if no REQUEST ever left
    invite_open: Mapped[bool] = mapped_column(default=False)  # a REQUEST not yet followed by a CANCEL

    reply: Mapped[str | None] = mapped_column(
        String(10)
    )  # accepted, declined, tentative: pressed in a calendar
    reply_stamp: Mapped[datetime | None]  # DTSTAMP of that reply: an older one that comes late is not applied
    reply_words: Mapped[str] = mapped_column(Text, default="")  # what they wrote beside it, for the host

    first_time: Mapped[bool | None]
    access_needs: Mapped[str] = mapped_column(Text, default="")

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
    attendance: Mapped["Attendance | None"] = relationship(
        back_populates="signup", cascade="all, delete-orphan"
    )


class Untold(db.Model):
    """Somebody who is still to be written to because the host changed the event, or called it off.

    Written with the change and taken out with the letter: whatever dies in between, each hears of it once.
    """

    signup_id: Mapped[int] = mapped_column(
        ForeignKey("signup.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(
        Text
    )  # columns of Event that changed, spaces between; empty if called off


class Attendance(db.Model):
    """What happened, as somebody marked it; no row means unknown, which is never the same as not coming."""

    __table_args__ = (CheckConstraint("state IN ('attended','part','no_show','excused')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    signup_id: Mapped[int] = mapped_column(ForeignKey("signup.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    marked_at: Mapped[datetime]
    marked_by: Mapped[str] = mapped_column(String(40))

    signup: Mapped[Signup] = relationship(back_populates="attendance")
