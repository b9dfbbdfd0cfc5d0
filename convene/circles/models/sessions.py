"""A circle's sessions: their place in the series, who hosts, what is planned for them and what was noted."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.circles.models.circle import Circle
from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person


class CircleSession(db.Model):
    """What an event has besides because it is a session; `original` names it in the calendar series for ever."""

    __table_args__ = (UniqueConstraint("circle_id", "original"),)

    event_id: Mapped[int] = mapped_column(
        ForeignKey("event.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    circle_id: Mapped[int] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"))
    original: Mapped[str] = mapped_column(String(16))  # wall time in the circle's zone, "2026-05-12T18:30"
    moved: Mapped[bool] = mapped_column(default=False)  # has times of its own: a change to all passes it by
    host_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )  # whose turn it is
    agenda_revision: Mapped[int] = mapped_column(default=1)
    decided: Mapped[str] = mapped_column(Text, default="")  # for those who could not be there
    closed_at: Mapped[datetime | None]  # the host said that its note and its actions are whole

    event: Mapped[Event] = relationship()
    circle: Mapped[Circle] = relationship()
    host: Mapped[Person | None] = relationship()


class AgendaPart(db.Model):
    """One timed part of a session; a part with groups has so many rounds of so many minutes."""

    __table_args__ = (
        Index(None, "event_id", "position"),
        CheckConstraint(
            "kind IN ('check_in','networking','one_two_four_all','actions','open_circle','check_out','other')",
            name="kind",
        ),
        CheckConstraint("minutes >= 1", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(140))
    prompt: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[int]
    group_size: Mapped[int | None]  # none: everybody together
    rounds: Mapped[int] = mapped_column(default=0)
    first_round: Mapped[int | None]  # the number of its first Round at this event, once dealt
    step: Mapped[int] = mapped_column(default=0)  # which stretch of it is on (agenda.steps), from 1
    started_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]  # when the time of that stretch is up; later, if somebody gave it more
    ended_at: Mapped[datetime | None]


class Note(db.Model):
    """What was written down at one session: the newest words, and their number."""

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), unique=True)
    words: Mapped[str] = mapped_column(Text, default="")  # Markdown
    version: Mapped[int] = mapped_column(default=0)
    edited_at: Mapped[datetime]
    edited_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class NoteVersion(db.Model):
    """One saving of a note; two that began from the same version are both kept."""

    __table_args__ = (UniqueConstraint("note_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"))
    version: Mapped[int]
    based_on: Mapped[int]  # the version that its writer had before them
    words: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)

    author: Mapped[Person | None] = relationship()
