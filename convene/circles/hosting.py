"""Who hosts which session: in turn where a circle wants that, given on or exchanged by those whose turn it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from convene.circles import planning, rotation
from convene.circles.models import Circle, CircleSession, Member, Skip
from convene.circles.rotation import Turn
from convene.events.models import Event
from convene.extensions import db


class NotTheirs(Exception):
    """A turn goes to somebody who is in the circle, for a session that is still to come."""


def sessions(circle_id: int) -> list[tuple[Event, CircleSession | None]]:
    """The circle's sessions that are published or drafts, by date, each with its own row."""
    rows = select(Event, CircleSession).outerjoin(CircleSession, CircleSession.event_id == Event.id)
    rows = rows.where(Event.circle_id == circle_id, Event.state != "called_off")
    found = db.session.execute(rows.order_by(Event.starts_at, Event.id)).all()
    return [(event, session) for event, session in found]


def turns(found: Sequence[tuple[Event, CircleSession | None]], now: datetime) -> list[Turn]:
    return [
        Turn(event.id, session.host_id if session else None, event.ends_at <= now) for event, session in found
    ]


def host_id_of(circle: Circle, session: CircleSession | None) -> int | None:
    """Whose session it is: whoever's turn it is, else the circle's own host."""
    return (session.host_id if session else None) or circle.host_id


def settle(circle: Circle, now: datetime) -> dict[int, int]:
    """Give each session to come that has nobody a host in turn, and take it from who left or cannot come.

    Returns the new hosts by session. The circle's row must be locked.
    """
    found = sessions(circle.id)
    coming = [(event, session) for event, session in found if event.ends_at > now]
    members = joined(circle.id)
    away = skipped([event.id for event, _ in coming])
    for event, session in coming:
        lost = session and (session.host_id not in members or session.host_id in away.get(event.id, ()))
        if session and session.host_id is not None and lost:
            session.host_id = None
    if not circle.hosts_in_turn:
        return {}
    since = {
        one: next((at for at, (event, _) in enumerate(found) if event.starts_at > joined_at), len(found))
        for one, joined_at in members.items()
    }
    new = rotation.next_hosts(turns(found, now), since, away)
    rows = dict(found) if new else {}
    for event, _ in rows.items():
        if event.id in new:
            planning.row_of(event).host_id = new[event.id]
    db.session.flush()
    return new


def joined(circle_id: int) -> dict[int, datetime]:
    """When each person who is in the circle joined it, in that order."""
    rows = select(Member.person_id, Member.joined_at, Member.started_at)
    rows = rows.where(Member.circle_id == circle_id, Member.state == "member")
    found = [(person, at or began) for person, at, began in db.session.execute(rows)]
    return dict(sorted(found, key=lambda one: (one[1], one[0])))


def skipped(event_ids: Sequence[int]) -> dict[int, set[int]]:
    """Who said that they cannot come, by session."""
    rows = select(Skip.event_id, Skip.person_id).where(Skip.event_id.in_(event_ids))
    found: dict[int, set[int]] = {}
    for event_id, person_id in db.session.execute(rows):
        found.setdefault(event_id, set()).add(person_id)
    return found


def give(circle: Circle, event_id: int, person_id: int | None, now: datetime) -> None:
    """This session is hosted by this member, or again by whoever's turn it is. Raises NotTheirs."""
    found = {event.id: event for event, _ in sessions(circle.id)}
    event = found.get(event_id)
    if (
        event is None
        or event.ends_at <= now
        or (person_id is not None and person_id not in joined(circle.id))
    ):
        raise NotTheirs
    planning.row_of(event).host_id = person_id
    db.session.flush()


def swap(circle: Circle, first: int, second: int, now: datetime) -> list[int]:
    """Two sessions to come exchange their hosts; returns the ids of those two people. Raises NotTheirs."""
    found = sessions(circle.id)
    new = rotation.swapped(turns(found, now), first, second)
    if not new or None in new.values():
        raise NotTheirs
    for event, _ in found:
        if event.id in new:
            planning.row_of(event).host_id = new[event.id]
    db.session.flush()
    return [one for one in new.values() if one is not None]


def clear(circle: Circle, now: datetime) -> None:
    """The circle's own host hosts what is to come; who hosted what is over stays written down."""
    for event, session in sessions(circle.id):
        if session and event.ends_at > now:
            session.host_id = None
    db.session.flush()
