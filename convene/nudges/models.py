"""Messages that ask for one small act, and what people pressed in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person


class Nudge(db.Model):
    """One rule's message to one person about one thing; the key makes a repeat harmless.

    `rule` is the kind of the rule (nudges.rules.registry), which knows in which table `subject_id` is. What is between
    two people has no event or circle here, since hosts read those.
    """

    __table_args__ = (
        Index(None, "person_id", "decided_at"),
        Index(None, "event_id", "rule", "person_id"),
        Index(None, "rule", "person_id", "subject_id"),
        Index(None, "state", "look_at"),
        CheckConstraint("state IN ('scheduled','held','sent','acted','expired','stopped')", name="state"),
        {"sqlite_autoincrement": True},  # its number stands in links and keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)  # rule:subject:person:step
    rule: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(default=0)  # 0: the person themself
    step: Mapped[str] = mapped_column(String(20), default="1")
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    circle_id: Mapped[int | None] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200))  # why it was sent, held, dropped or stopped, in words
    held_because: Mapped[str] = mapped_column(String(200), default="")  # the last reason, if it ever was held
    due_at: Mapped[datetime]
    look_at: Mapped[datetime | None]  # of one held: when it is looked at again
    decided_at: Mapped[datetime]
    letter_key: Mapped[str | None] = mapped_column(
        String(160), index=True
    )  # of the OutgoingMail it went into
    generation: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship()  # none where event_id is none: who asks for it knows the rule
    person: Mapped[Person] = relationship()


class NudgeSetting(db.Model):
    """How a host wants one rule: everywhere, at one event or in one circle. What is none is as it is elsewhere."""

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)  # kind:organisation:event or 0:circle or 0
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    circle_id: Mapped[int | None] = mapped_column(ForeignKey("circle.id", ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(20))
    on: Mapped[bool | None]
    away_minutes: Mapped[int | None]
    again: Mapped[bool | None]  # whether there is a second letter
    words: Mapped[str] = mapped_column(Text, default="")  # the host's own, at the top of the letter
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(40))


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
