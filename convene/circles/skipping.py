"""One press says "not this time": the member keeps their place in the circle, and the host sees it before the day."""

from datetime import datetime

from sqlalchemy import delete

from convene.circles import places, queries, telling
from convene.circles.joining import Gone, lock
from convene.circles.models import CircleSession, Member, Skip
from convene.events.queries import locked as locked_event
from convene.extensions import affected, db, upsert


def session_to_come(member: Member, event_id: int, now: datetime) -> CircleSession:
    """A session of their circle that takes place and has not begun. Raises Gone."""
    session = db.session.get(CircleSession, event_id)
    if session is None or session.circle_id != member.circle_id or member.state != "member":
        raise Gone
    event = locked_event(event_id)
    if event.state != "published" or event.starts_at <= now:
        raise Gone
    return session


def skip(member_id: int, event_id: int, now: datetime) -> Member:
    """They cannot make this session; pressing again changes nothing. Raises Gone."""
    member = lock(member_id)
    session = session_to_come(member, event_id, now)
    row = upsert(Skip).values(event_id=event_id, person_id=member.person_id, skipped_at=now)
    if affected(row.on_conflict_do_nothing()):
        places.take_back(session.event, member.person_id, now)
        db.session.flush()
        telling.tell_one(member, telling.SKIPPED, session.event, now)
    return member


def come(member_id: int, event_id: int, now: datetime) -> Member:
    """They can make it after all: their place in the circle is a place there. Raises Gone."""
    member = lock(member_id)
    session = session_to_come(member, event_id, now)
    theirs = delete(Skip).where(Skip.event_id == event_id, Skip.person_id == member.person_id)
    if affected(theirs):
        places.give(session.event, member.person, now)
        db.session.flush()
        telling.tell_one(member, telling.BACK, session.event, now)
    return member


def by_person(event_id: int, person_id: int) -> int | None:
    """The member, if any, whose place at this session comes from their circle."""
    session = db.session.get(CircleSession, event_id)
    member = queries.of_person(session.circle_id, person_id) if session else None
    return member.id if member is not None and member.state == "member" else None
