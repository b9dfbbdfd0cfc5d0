"""Who hosts, who is known to a host, what they agreed to, and who must or must not sit together."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, validates
from sqlalchemy.schema import SchemaItem

from convene.extensions import db
from convene.people.words import FOLDED, folded_name


class Organisation(db.Model):
    """The body that hosts here; it owns its events, circles, people and organisers, walled off from others."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(Text, default="")
    reply_to: Mapped[str | None] = mapped_column(String(254))
    zone: Mapped[str] = mapped_column(String(60))
    controller: Mapped[str] = mapped_column(String(120), default="")  # who answers for people's data, by name
    privacy_contact: Mapped[str] = mapped_column(String(254), default="")  # an address or a telephone number
    privacy_url: Mapped[str] = mapped_column(String(400), default="")
    accent: Mapped[str] = mapped_column(String(7), default="")  # #rrggbb, or the house's own colour
    asks_feeling: Mapped[bool] = mapped_column(
        default=False
    )  # how connected people feel: only where asked for
    created_at: Mapped[datetime]


def name_as_folded(context: Any) -> str:
    """The folded name of a row that is written by a statement of its own, as of many at once."""
    return folded_name(context.get_current_parameters()["name"])


class Person(db.Model):
    """A human known to one organisation, by name and folded address, or by name alone; there is no account."""

    __table_args__ = (
        UniqueConstraint("organisation_id", "address"),
        Index(None, "organisation_id", "name_folded"),
        CheckConstraint("state IN ('provisional','active','paused','left','erased')", name="state"),
        {"sqlite_autoincrement": True},  # its number stands in links and keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    name_folded: Mapped[str] = mapped_column(String(FOLDED), default=name_as_folded)
    address: Mapped[str | None] = mapped_column(String(254), index=True)  # folded: what it is matched by
    address_typed: Mapped[str | None] = mapped_column(String(254))  # as typed: what letters go to
    state: Mapped[str] = mapped_column(String(12), default="provisional")
    zone: Mapped[str | None] = mapped_column(String(60))
    affiliation: Mapped[str | None] = mapped_column(String(120))
    field: Mapped[str | None] = mapped_column(String(120))
    place: Mapped[str | None] = mapped_column(String(120))
    called: Mapped[str] = mapped_column(
        String(60), default=""
    )  # what they want to be called, if not their name
    hides: Mapped[str] = mapped_column(
        String(80), default=""
    )  # of affiliation, field, place: not for the group
    by_number: Mapped[bool] = mapped_column(default=False)  # on walls and sheets a number stands for the name
    # Somebody who reads another's mailbox: their letters go to that person's address, and `address` is empty.
    mailbox_id: Mapped[int | None] = mapped_column(index=True)  # of Person
    muted: Mapped[str] = mapped_column(String(200), default="")  # kinds of nudge stopped, separated by spaces
    paused_until: Mapped[datetime | None]  # no nudge before then, because they asked for quiet
    language: Mapped[str | None] = mapped_column(
        String(12)
    )  # of letters and mailed pages; none: the house's own
    generation: Mapped[int] = mapped_column(default=1)  # raised to kill every unsubscribe link sent before
    calendar_generation: Mapped[int] = mapped_column(
        default=1
    )  # raised to kill their private calendar's address
    created_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()

    @hybrid_property
    def reachable(self) -> str:
        """The folded address that their letters go to and are counted by, also a shared one; empty without mail."""
        return (self.address_typed or "").strip().casefold()

    @reachable.inplace.expression
    @classmethod
    def _reachable(cls) -> ColumnElement[str]:
        return func.lower(func.coalesce(cls.address_typed, ""))

    @validates("name")
    def fold_name(self, _: str, name: str) -> str:
        """Wherever a name is set, what it is looked for by is set with it."""
        self.name_folded = folded_name(name)
        return name


class Role(db.Model):
    """A person's part in a host organisation; a host's part is for one event only."""

    __table_args__ = (
        UniqueConstraint("person_id", "kind", "event_id"),
        CheckConstraint("kind IN ('owner','organiser','host','safeguarding')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class Consent(db.Model):
    """One yes or its withdrawal, with the wording shown and when; append-only, the newest of a purpose counts."""

    __table_args__ = (Index(None, "person_id", "purpose", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[str] = mapped_column(String(40))
    given: Mapped[bool]
    wording: Mapped[str] = mapped_column(Text)
    how: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]


class OfTwo:
    """A rule about two people of one host, the one with the lower number first, so that there is one row for a pair."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        order = CheckConstraint("first_id < second_id", name="order")
        return (UniqueConstraint("first_id", "second_id"), order)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    first_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(40))


class Separation(OfTwo, db.Model):
    """Two people who must never share a group. The note is encrypted with a key kept outside the database."""

    note: Mapped[bytes | None] = mapped_column(LargeBinary)


class Lock(OfTwo, db.Model):
    """Two people who sit together, always (a carer, an interpreter)."""


class Worry(db.Model):
    """What somebody wrote to the safeguarding lead in confidence: encrypted, and each reading is logged."""

    __table_args__ = (
        Index(None, "organisation_id", "state"),
        CheckConstraint("state IN ('open','linked','set_aside')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id", ondelete="SET NULL"))
    words: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(10), default="open")
    created_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by: Mapped[str] = mapped_column(String(40), default="")


class Tag(db.Model):
    """A host's own word for some of its people."""

    __table_args__ = (UniqueConstraint("organisation_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    folded: Mapped[str] = mapped_column(String(40))


class Tagged(db.Model):
    """One person under one tag."""

    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Merge(db.Model):
    """Two rows that were one person, made one; for 30 days `undo` holds what it takes to part them again."""

    __table_args__ = (Index(None, "organisation_id", "merged_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    gone_name: Mapped[str] = mapped_column(String(120))
    undo: Mapped[str] = mapped_column(Text)  # JSON
    merged_at: Mapped[datetime]
    merged_by: Mapped[str] = mapped_column(String(40))
    undone_at: Mapped[datetime | None]


class Involvement(db.Model):
    """One thing that somebody would like to do with a host: a task for the host, with a day by which it answers."""

    __table_args__ = (Index(None, "organisation_id", "done_at", "promised_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # attend, host, speak, offer, ask, weave, watch
    words: Mapped[str] = mapped_column(Text, default="")
    confirmed_at: Mapped[datetime | None]  # when the link in the mail was pressed
    promised_by: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
