"""Who sits with whom: rounds, their groups, the seats in them, what the deal is told, and how to go back."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
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
    started_at: Mapped[datetime | None]  # somebody pressed "Start": the round is on
    ends_at: Mapped[datetime | None]  # when its time is up; later, if somebody gave it more

    groups: Mapped[list["Group"]] = relationship(
        back_populates="round", order_by="Group.number", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def has_begun(self) -> bool:
        """People sit in it, or sat in it: no deal and no hand changes it any more."""
        return self.state == "held" or (self.state == "published" and self.started_at is not None)


class Group(db.Model):
    """2 to 6 people put together in a round; the label says table, breakout or pair."""

    __tablename__ = "seating_group"  # "group" is a reserved word in SQL
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id", ondelete="CASCADE"))
    number: Mapped[int]
    label: Mapped[str] = mapped_column(String(60))
    room_url: Mapped[str] = mapped_column(String(500), default="")
    pinned: Mapped[bool] = mapped_column(default=False)  # the next deal leaves it whole as it is

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
    pinned: Mapped[bool] = mapped_column(default=False)  # the next deal leaves this person in this group

    group: Mapped[Group] = relationship(back_populates="seats")
    person: Mapped[Person] = relationship()


class Caveat(db.Model):
    """A recorded reason why a group is imperfect."""

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("seating_group.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)


class Dealing(db.Model):
    """How the groups of one event are dealt, and what the last deal found; no row means as the columns begin.

    The bound and its reasons stand here twice: with every rule, for those who may know of keep-apart rules, and
    `open_`, worked out as if there were none, for everybody else.
    """

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    minutes: Mapped[int] = mapped_column(default=20)  # a round
    mix_affiliation: Mapped[bool] = mapped_column(default=True)
    mix_field: Mapped[bool] = mapped_column(default=True)
    mix_place: Mapped[bool] = mapped_column(default=True)
    mix_first_timers: Mapped[bool] = mapped_column(default=True)
    facilitated: Mapped[bool] = mapped_column(default=False)
    match_offers: Mapped[bool] = mapped_column(default=False)  # an offer that meets an ask draws two together
    seed: Mapped[int | None]
    least_repeats: Mapped[int | None]
    because: Mapped[list[str]] = mapped_column(JSON, default=list)
    open_least_repeats: Mapped[int | None]
    open_because: Mapped[list[str]] = mapped_column(JSON, default=list)


class Facilitator(db.Model):
    """Somebody who helps a group of this event along."""

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Need(db.Model):
    """What only some groups of an event can give: captions, no steps, a language."""

    __tablename__ = "seating_need"
    __table_args__ = (UniqueConstraint("event_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    groups: Mapped[int]  # so many serve it: the first ones of each round

    people: Mapped[list["NeedOf"]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class NeedOf(db.Model):
    """One person who can only sit where the need is served."""

    __tablename__ = "seating_need_of"

    need_id: Mapped[int] = mapped_column(ForeignKey("seating_need.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Snapshot(db.Model):
    """The rounds still open as they stood before one act at the desk: what undo goes back to.

    rounds  a list of {"number", "state", "groups": [{"number", "label", "room_url", "pinned", "caveats": [text],
            "seats": [[person id, pinned], ... in the order they speak]}]}
    """

    __table_args__ = (Index(None, "event_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(20))  # what was done next
    rounds: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
