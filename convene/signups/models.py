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

    needs_answer: Mapped[bool] = mapped_column(default=False)  # in line until the host says yes
    attends_online: Mapped[bool] = mapped_column(default=False)  # of an event that is both
    brought_by_id: Mapped[int | None] = mapped_column(index=True)  # of Signup: whose guest they are
    sits_apart: Mapped[bool] = mapped_column(default=False)  # a guest who would rather meet others
    invitation_id: Mapped[int | None]  # of Invitation
    by_circle: Mapped[bool] = mapped_column(
        default=False
    )  # a member's: their circle writes, and invites once for all
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


class Invitation(db.Model):
    """A host's personal word to one person: come, and if need be one over the limit."""

    __table_args__ = (UniqueConstraint("event_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(254))
    over_limit: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Question(db.Model):
    """One of a host's own questions, for one event or for all; once answered it is not changed but replaced."""

    __table_args__ = (CheckConstraint("kind IN ('text','one','several','yes_no')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(200))
    options: Mapped[str] = mapped_column(Text, default="")  # one a line
    purpose: Mapped[str] = mapped_column(String(200))  # said to whoever is asked
    seen_by: Mapped[str] = mapped_column(String(12), default="organisers")  # organisers, hosts
    kept_days: Mapped[int] = mapped_column(default=90)  # after the event
    feeds: Mapped[str] = mapped_column(
        String(5), default=""
    )  # offer or ask: what the answers are kept as besides
    retired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Response(db.Model):
    """What one person answered to one of a host's questions."""

    __table_args__ = (UniqueConstraint("question_id", "signup_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"))
    signup_id: Mapped[int] = mapped_column(ForeignKey("signup.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)  # of several, one a line
    answered_at: Mapped[datetime]


class HelperLink(db.Model):
    """Takes attendance at one event without an account, until six hours after it or until it is revoked."""

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(60))  # who it was given to
    seen_at: Mapped[datetime | None]  # when its phone was last heard of
    unsent: Mapped[int] = mapped_column(default=0)  # presses that it still held then
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))
    revoked_at: Mapped[datetime | None]


class Press(db.Model):
    """One press at the door, by the key that the phone gave it: sent again, it is the same press."""

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    verb: Mapped[str] = mapped_column(String(10))
    signup_id: Mapped[int | None] = mapped_column(ForeignKey("signup.id", ondelete="CASCADE"))
    pressed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(40))
