"""A circle's sessions from its rhythm: made, moved, called off, given again, each with the places of its members.

All of it under the lock of the circle's row, then of each event, by their number.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from convene.calendar import zones
from convene.circles import places, queries, rules
from convene.circles.models import Circle, CircleSession
from convene.circles.rules import Pattern
from convene.events import actions as events
from convene.events import waiting
from convene.events.models import Event
from convene.events.queries import locked as locked_event
from convene.extensions import db
from convene.signups import upheaval

Scope = Literal["this", "following", "all"]
MOST_AHEAD = 200  # sessions to come at one time
SHARED = ("venue", "online_url", "format", "access_info")


class InThePast(ValueError):
    """The first session would be over already."""


class Full(ValueError):
    """The circle has MOST_AHEAD sessions to come already."""


class Ended(ValueError):
    """The circle has come to its end: nothing of it is planned or given again."""


class Over(Exception):
    """The session is over, or in a state in which this cannot be done."""


def plan(circle: Circle, pattern: Pattern, now: datetime) -> list[Event]:
    """Make and publish the sessions of this rhythm, beside those there are; one on a day and hour taken is left out.

    Raises what rules.dates does, Ended, InThePast, Full, events.CannotPublish. The circle must be locked.
    """
    if circle.state == "ended":
        raise Ended
    starts = [rules.exists(start, circle.zone) for start in rules.dates(pattern, circle.zone)]
    if starts[0] <= now:
        raise InThePast
    there = {one.event.starts_at for one in queries.to_come(circle.id, now)}
    new = [start for start in starts if start not in there]
    if len(there) + len(new) > MOST_AHEAD:
        raise Full
    circle.pattern = pattern.kept()
    circle.skipped = "\n".join(sorted(day.isoformat() for day in pattern.skipped))
    made = [make(circle, start, now) for start in new]
    if made:
        raise_number(circle, now)
        circle.state = "open"
    return made


def make(circle: Circle, starts_at: datetime, now: datetime) -> Event:
    """One session, with the places of all members."""
    host = circle.host or None
    facts = {
        "circle_id": circle.id,
        "title": circle.title,
        "summary": circle.challenge.question[:280],
        "host_name": host.name if host else "",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=circle.minutes),
        "zone": circle.zone,
        "capacity": max(circle.places, queries.taken(circle.id)),
        "listed": False,  # for its members; the host may open one to guests
        "hides_place": True,
        **{name: getattr(circle, name) for name in SHARED},
    }
    event = events.draft(circle.organisation, facts, now)
    events.publish(event, now)
    db.session.flush()
    db.session.add(CircleSession(event_id=event.id, circle_id=circle.id, original=name_of(circle, starts_at)))
    places.seat_everybody(event, (one.person for one in queries.members(circle.id)), now)
    return event


def name_of(circle: Circle, starts_at: datetime) -> str:
    """What the calendar calls a new session for ever: its first day, at the hour that the series has."""
    there = zones.local(starts_at, circle.zone)
    taken = queries.names(circle.id)
    hour = taken[0][11:] if taken else f"{there:%H:%M}"
    return rules.free(taken, there.date(), hour)


def adopt(circle: Circle, event: Event, now: datetime) -> None:
    """An event of this circle that was written by itself, as a copy is, and is now published: a session as any other.

    The circle must be locked.
    """
    session = queries.session_of(event.id)
    if session is None:
        session = CircleSession(event_id=event.id, circle_id=circle.id)
        session.original = name_of(circle, event.starts_at)
        db.session.add(session)
    session.moved = True  # it has a time of its own: a change to all passes it by
    db.session.flush()
    places.seat_everybody(event, (one.person for one in queries.members(circle.id)), now)
    event.capacity = max(event.capacity, upheaval.queries.places(event).taken)
    raise_number(circle, now)


def raise_number(circle: Circle, now: datetime) -> None:
    """A new revision of the one calendar entry."""
    if circle.uid is None:
        circle.uid = str(uuid.uuid4())
    else:
        circle.sequence += 1
    circle.revised_at = now
    db.session.flush()


def concerned(session: CircleSession, scope: Scope, now: datetime) -> list[CircleSession]:
    """The sessions that a change to this one touches: itself first, then those that follow or all to come."""
    if session.event.ends_at <= now or session.event.state != "published":
        raise Over
    if scope == "this":
        return [session]
    others = [
        one
        for one in queries.to_come(session.circle_id, now)
        if one.event_id != session.event_id
        and not one.moved
        and (scope == "all" or one.event.starts_at > session.event.starts_at)
        and one.event.starts_at > now
    ]
    return [session, *others]


def change(
    session: CircleSession, facts: Mapping[str, Any], scope: Scope, now: datetime
) -> tuple[list[tuple[Event, datetime]], list[Event]]:
    """Change this session, and in the same way those that follow or all: (changed, left as they are on their own).

    Of those changed, with the start that each had before.

    `facts`: starts_at and ends_at of this one as moments, and columns of Event that all share. The others keep their
    own day, moved by as many days as this one, at its new hour. A session that was moved by itself is passed by.
    Raises Over, InThePast, rules.SkippedHour. The circle must be locked.
    """
    circle, event = session.circle, session.event
    if facts["starts_at"] <= now and facts["starts_at"] != event.starts_at:
        raise InThePast
    old, new = (zones.local(at, circle.zone) for at in (event.starts_at, facts["starts_at"]))
    days, length = (new.date() - old.date()).days, facts["ends_at"] - facts["starts_at"]
    times = facts["starts_at"] != event.starts_at or facts["ends_at"] != event.ends_at
    shared = {name: facts[name] for name in SHARED if name in facts}
    touched, changed = concerned(session, scope, now), []
    plans = {}
    for one in touched:
        starts_at = one.event.starts_at
        if one is session:
            starts_at = facts["starts_at"]
        elif times:
            starts_at = rules.shifted(starts_at, circle.zone, days, new.time())
        ends_at = starts_at + length if times or one is session else one.event.ends_at
        plans[one.event_id] = {**shared, "starts_at": starts_at, "ends_at": ends_at}
    if any(
        plan["starts_at"] <= now < by_id.event.starts_at
        for by_id in touched
        for plan in [plans[by_id.event_id]]
    ):
        raise InThePast
    for one in sorted(touched, key=lambda each: each.event_id):
        before = locked_event(one.event_id).starts_at
        if upheaval.change(one.event_id, plans[one.event_id], now):
            changed.append((one.event, before))
        if scope == "this" and times:
            one.moved = True
    if scope != "this":
        for name, value in shared.items():
            setattr(circle, name, value)
        if times:
            circle.minutes = max(1, int(length.total_seconds() // 60))
    if changed:
        raise_number(circle, now)
    passed_by = [] if scope == "this" else left_alone(session, scope, now)
    return changed, passed_by


def left_alone(session: CircleSession, scope: Scope, now: datetime) -> list[Event]:
    """Those to come with times of their own, which a change to several does not touch."""
    return [
        one.event
        for one in queries.to_come(session.circle_id, now)
        if one.moved
        and one.event_id != session.event_id
        and (scope == "all" or one.event.starts_at > session.event.starts_at)
    ]


def call_off(circle: Circle, event_ids: Collection[int], words: str, now: datetime) -> list[Event]:
    """Call these sessions off; guests hear by their own letters. The circle must be locked."""
    off = []
    for event_id in sorted(event_ids):
        event = locked_event(event_id)
        if event.state == "published" and event.ends_at > now:
            upheaval.call_off(event_id, words, now)
            off.append(event)
    if off:
        raise_number(circle, now)
    return off


def restore(session: CircleSession, now: datetime) -> Event:
    """A session that was called off takes place after all, with the places of all members. Raises Over."""
    event = locked_event(session.event_id)
    if event.state != "called_off" or event.starts_at <= now or session.circle.state == "ended":
        raise Over
    event.state, event.called_off_words = "published", ""
    event.sequence += 1
    event.revised_at = now
    waiting.no_more(event)
    places.seat_everybody(event, (one.person for one in queries.members(session.circle_id)), now)
    raise_number(session.circle, now)
    return event


def resize(circle: Circle, number: int, now: datetime) -> None:
    """Another number of places, and of chairs at the sessions to come. The circle must be locked."""
    circle.places = number
    seats = max(number, queries.taken(circle.id))
    for event_id in places.session_ids(circle.id, now):
        event = locked_event(event_id)
        held = upheaval.queries.places(event).taken
        if event.state == "published":
            upheaval.change(event_id, {"capacity": max(seats, held)}, now)


def off_to_come(circle_id: int, now: datetime) -> Sequence[CircleSession]:
    """Sessions that were called off and could still take place."""
    return [
        one
        for one in queries.sessions(circle_id)
        if one.event.state == "called_off" and one.event.starts_at > now
    ]
