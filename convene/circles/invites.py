"""A circle in a calendar: one entry for all its sessions, and for each member the dates that they hold."""

from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import or_, select

from convene import links
from convene.calendar import series as calendar
from convene.calendar.invite import Entry, Guest
from convene.calendar.series import Series, Session
from convene.circles import queries
from convene.circles.models import Circle, CircleSession, Member
from convene.events.models import Event
from convene.extensions import db
from convene.mail.message import sender_address
from convene.signups.models import Signup

UID = "circle-{id}.{uid}"  # where two read one mailbox: each has an entry of their own


def uid_of(member: Member) -> str:
    circle = member.circle
    return circle.uid or "" if member.person.mailbox_id is None else UID.format(id=member.id, uid=circle.uid)


def held_by(member: Member) -> set[int]:
    """The sessions at which this member has a place."""
    rows = select(Signup.event_id).join(CircleSession, CircleSession.event_id == Signup.event_id)
    rows = rows.where(CircleSession.circle_id == member.circle_id, Signup.person_id == member.person_id)
    return set(db.session.scalars(rows.where(Signup.state == "confirmed")))


def whole(circle: Circle, event: Event, stamp: datetime) -> Entry:
    """What all sessions share, with the times of this one."""
    url = links.circle(circle.slug)
    words = [circle.challenge.question, f"Everything about it: {url}"]
    if circle.format == "online" and circle.online_url:
        words.append(f"Join here: {circle.online_url}")
    return Entry(
        uid=circle.uid or "",
        sequence=circle.sequence,
        stamp=stamp,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=circle.zone,
        title=circle.title,
        description="\n\n".join(words),
        location="Online" if circle.format == "online" else circle.venue,
        url=url,
        conference_url=circle.online_url if circle.format == "online" and circle.online_url else None,
        organiser_name=circle.organisation.name,
        organiser_address=sender_address(current_app.config["MAIL_FROM"]),
        created_at=circle.created_at,
    )


def own(circle: Circle, session: CircleSession, off: bool) -> Session:
    """One date as the series has it, with what is its own."""
    event = session.event
    place = "Online" if event.format == "online" else event.venue
    shared = "Online" if circle.format == "online" else circle.venue
    room = event.online_url if event.format == "online" and event.online_url else None
    common = circle.online_url if circle.format == "online" and circle.online_url else None
    return Session(
        original=datetime.fromisoformat(session.original),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        location=None if place == shared else place,
        conference_url=None if room == common else room,
        cancelled=off,
    )


def series_of(circle: Circle, held: set[int] | None = None, stamp: datetime | None = None) -> Series | None:
    """The whole circle as one entry; with `held`, only these sessions take place. None before the first session."""
    sessions = queries.sessions(circle.id)
    if not sessions or not circle.uid:
        return None
    at = min(sessions, key=lambda one: one.original).event
    dates = [
        own(circle, one, one.event.state != "published" or (held is not None and one.event_id not in held))
        for one in sessions
    ]
    return calendar.of_sessions(whole(circle, at, stamp or circle.revised_at or circle.created_at), dates)


def followed(person_id: int) -> dict[int, Series]:
    """By its id, every circle that this person is in, or was and has in their calendar, as their invites have it."""
    mine = select(Member).where(Member.person_id == person_id).order_by(Member.id)
    mine = mine.where(or_(Member.state == "member", Member.invite_sequence.is_not(None)))
    found = {}
    for member in db.session.scalars(mine):
        series = series_of(member.circle, held_by(member) if member.state == "member" else set())
        if series is not None:
            number = member.circle.sequence if member.invite_sequence is None else member.invite_sequence
            found[member.circle_id] = calendar.renumbered(series, uid_of(member), number)
    return found


def next_sequence(member: Member) -> int:
    """SEQUENCE for this member's next invite: never lower than the circle's, always higher than the last sent."""
    last = -1 if member.invite_sequence is None else member.invite_sequence
    member.invite_sequence = max(member.circle.sequence, last + 1)
    return member.invite_sequence


def part(member: Member, now: datetime, *, leaves: bool = False) -> dict[str, Any]:
    """The calendar part of a letter to this member: all dates they hold, or none of it any more."""
    if not member.person.reachable:
        return {}
    db.session.flush()
    series = series_of(member.circle, held_by(member), now)
    if series is None:
        return {}
    ends = leaves or not series.kept()
    if ends and not member.invite_open:
        return {}
    sequence = next_sequence(member)
    member.invite_open = not ends
    numbered = calendar.renumbered(series, uid_of(member), sequence)
    guest = Guest(member.person.name, member.person.address_typed or "")
    body = calendar.cancel(numbered, guest) if ends else calendar.request(numbered, guest)
    return {"invite": body, "invite_method": "CANCEL" if ends else "REQUEST", "revision": sequence}
