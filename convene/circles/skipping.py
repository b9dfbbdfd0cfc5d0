"""One press says "not this time": the member keeps their place in the circle, and the host sees it before the day."""

from collections.abc import Sequence
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
    skip_these(member, [event_id], now)
    return member


def skip_these(member: Member, event_ids: Sequence[int], now: datetime) -> list[CircleSession]:
    """The same for several, told in one letter; returns those that are new. The circle must be locked. Raises Gone."""
    found = []
    for event_id in sorted(event_ids):  # the order in which events are locked
        session = session_to_come(member, event_id, now)
        row = upsert(Skip).values(event_id=event_id, person_id=member.person_id, skipped_at=now)
        if affected(row.on_conflict_do_nothing()):
            places.take_back(session.event, member.person_id, now)
            found.append(session)
    return told(member, telling.SKIPPED, found, now)


def come(member_id: int, event_id: int, now: datetime) -> Member:
    """They can make it after all: their place in the circle is a place there. Raises Gone."""
    member = lock(member_id)
    come_to_these(member, [event_id], now)
    return member


def come_to_these(member: Member, event_ids: Sequence[int], now: datetime) -> list[CircleSession]:
    """The same for several, as `skip_these`."""
    found = []
    for event_id in sorted(event_ids):
        session = session_to_come(member, event_id, now)
        theirs = delete(Skip).where(Skip.event_id == event_id, Skip.person_id == member.person_id)
        if affected(theirs):
            places.give(session.event, member.person, now)
            found.append(session)
    return told(member, telling.BACK, found, now)


def told(member: Member, words: str, found: list[CircleSession], now: datetime) -> list[CircleSession]:
    db.session.flush()
    events = sorted((one.event for one in found), key=lambda event: event.starts_at)
    if events:
        telling.tell_one(member, words, events, now)
    return found


def by_person(event_id: int, person_id: int) -> int | None:
    """The member, if any, whose place at this session comes from their circle."""
    session = db.session.get(CircleSession, event_id)
    member = queries.of_person(session.circle_id, person_id) if session else None
    return member.id if member is not None and member.state == "member" else None
