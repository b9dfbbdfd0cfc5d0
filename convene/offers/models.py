"""What people can give and what they seek, and the words by which one dialect finds another."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from convene.extensions import db
from convene.people.models import Person


class Offer(db.Model):
    """One thing that somebody can give (`offer`) or seeks (`ask`), in their words, for as long as they keep it up."""

    __table_args__ = (
        UniqueConstraint("person_id", "kind", "folded"),
        CheckConstraint("kind IN ('offer','ask')", name="kind"),
        CheckConstraint("shown IN ('group','hosts','nobody')", name="shown"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(5))
    words: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(240))
    shown: Mapped[str] = mapped_column(
        String(10), default="group"
    )  # to their group and hosts, hosts, or nobody
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    person: Mapped[Person] = relationship()


class Term(db.Model):
    """A host's word for something that its people offer and seek under many names."""

    __table_args__ = (UniqueConstraint("organisation_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(240))

    aliases: Mapped[list["Alias"]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="Alias.folded"
    )


class Alias(db.Model):
    """Another name for a term."""

    __table_args__ = (UniqueConstraint("term_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(240))
