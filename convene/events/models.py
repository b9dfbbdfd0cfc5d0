"""A dated gathering: an open "inspiring ideas" event, or one session of a circle."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship

from convene.extensions import db
from convene.people.models import Organisation


class Event(db.Model):
    """Times are moments in UTC; `zone` is where the event is, and its wall time is what people are told."""

    __table_args__ = (
        Index(None, "state", "starts_at"),
        Index(None, "organisation_id", "starts_at"),
        CheckConstraint("state IN ('draft','published','called_off')", name="state"),
        CheckConstraint("format IN ('in_person','online')", name="format"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("capacity >= 1", name="capacity"),
        {"sqlite_autoincrement": True},  # its number stands in links and keys, and is never given twice
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    circle_id: Mapped[int | None] = mapped_column(ForeignKey("circle.id", ondelete="SET NULL"), index=True)
    challenge_id: Mapped[int | None] = mapped_column(index=True)  # of Challenge: what an open event is about
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")

    title: Mapped[str] = mapped_column(String(140))
    summary: Mapped[str] = mapped_column(String(280), default="")
    description: Mapped[str] = mapped_column(Text, default="")  # Markdown
    host_name: Mapped[str] = mapped_column(String(120), default="")  # the named human who welcomes
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(60))
    format: Mapped[str] = mapped_column(String(12), default="in_person")
    venue: Mapped[str] = mapped_column(String(300), default="")
    online_url: Mapped[str] = mapped_column(String(500), default="")  # only ever shown to people with a place
    access_info: Mapped[str] = mapped_column(Text, default="")
    capacity: Mapped[int] = mapped_column(default=30)

    listed: Mapped[bool] = mapped_column(default=True)  # on the line-up and in its feeds
    signup_opens_at: Mapped[datetime | None]
    signup_closes_at: Mapped[datetime | None]
    by_approval: Mapped[bool] = mapped_column(default=False)  # the host answers each who asks to come
    guests_each: Mapped[int] = mapped_column(default=0)  # how many a person may bring, by name
    online_places: Mapped[int | None]  # of an event in person: it is online as well, with so many places
    hides_place: Mapped[bool] = mapped_column(default=False)  # venue and link only to people with a place
    discreet: Mapped[bool] = mapped_column(default=False)  # mail subjects and calendars say "Your booking"
    self_check_in: Mapped[bool] = mapped_column(default=False)  # people may say themselves that they are here
    access_list: Mapped[str] = mapped_column(String(200), default="")  # keys of events.access, spaces between
    series_id: Mapped[int | None] = mapped_column(index=True)  # of Series

    group_size: Mapped[int] = mapped_column(default=4)
    round_count: Mapped[int] = mapped_column(default=3)
    attendance_complete_at: Mapped[datetime | None]

    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)  # iCalendar SEQUENCE of the event itself
    revised_at: Mapped[datetime]  # DTSTAMP of that revision
    created_at: Mapped[datetime]
    called_off_words: Mapped[str] = mapped_column(Text, default="")  # the host's own, for those who are told
    told_before: Mapped[str] = mapped_column(
        Text, default=""
    )  # JSON: what people last heard, while a change waits
    tell_at: Mapped[datetime | None] = mapped_column(index=True)  # when they hear of the change
    next_in_line: Mapped[int] = mapped_column(default=1)  # the queue number to give next, given once

    organisation: Mapped[Organisation] = relationship()
    # Whether there are any, where that was asked for with the event itself; else none.
    has_speakers: Mapped[bool | None] = query_expression()  # events.queries.PUBLIC
    has_wordings: Mapped[bool | None] = query_expression()  # of its host's letters: signups.queries.LOCKED


class Series(db.Model):
    """Events made from one recurrence pattern."""

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), index=True
    )
    pattern: Mapped[str] = mapped_column(Text)  # JSON: as the host chose it
    created_at: Mapped[datetime]


class Speaker(db.Model):
    """Somebody named on an event's page: who hosts, who speaks."""

    __table_args__ = (CheckConstraint("part IN ('host','speaker')", name="part"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    part: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    about: Mapped[str] = mapped_column(String(400), default="")
