"""One place in a circle is a place at every session to come: given, skipped for a day, and taken back.

Everything here is called under the lock of the circle's row; events are locked one after another, by their number.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select

from convene.circles import queries
from convene.circles.models import CircleSession, Member, Skip
from convene.events import queries as events
from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person
from convene.signups.actions import begun
from convene.signups.line import offer_free_places
from convene.signups.models import Signup
from convene.signups.posting import take_back_reminders


def session_ids(circle_id: int, now: datetime) -> list[int]:
    """The sessions that a member has or may have a place at: not over, in the order in which events are locked."""
    rows = select(Event.id).join(CircleSession, CircleSession.event_id == Event.id)
    rows = rows.where(CircleSession.circle_id == circle_id, Event.ends_at > now, Event.state != "draft")
    return list(db.session.scalars(rows.order_by(Event.id)))


def give(event: Event, person: Person, now: datetime) -> None:
    """A place at one session, whose row must be locked; it has no letter and no invite of its own."""
    signup = begun(event, person, now)
    if (
        signup.state == "confirmed"
    ):  # a guest of before, with an entry of their own in the calendar: it stays theirs
        return
    signup.state, signup.by_circle = "confirmed", True
    signup.confirmed_at, signup.cancelled_at = now, None
    signup.offered_until = signup.queue_number = None


def take_back(event: Event, person_id: int, now: datetime) -> None:
    """The place that the circle gave at one session, whose row must be locked; guests may have it."""
    rows = select(Signup).where(Signup.event_id == event.id, Signup.person_id == person_id)
    signup = db.session.scalar(rows.where(Signup.by_circle, Signup.state == "confirmed"))
    if signup is None:
        return
    signup.state, signup.cancelled_at = "cancelled", now
    take_back_reminders([person_id])
    offer_free_places(event, now)


def give_all(member: Member, now: datetime) -> None:
    """A place at every session to come, but those that they skip."""
    skipped = queries.skipped_by(member.person_id, member.circle_id)
    for event_id in session_ids(member.circle_id, now):
        if event_id not in skipped:
            give(events.locked(event_id), member.person, now)


def seat_everybody(event: Event, people: Iterable[Person], now: datetime) -> None:
    """Places at a session that is new, or on again; whoever skips it has none."""
    absent = {person.id for person in queries.skips([event.id]).get(event.id, [])}
    for person in people:
        if person.id not in absent:
            give(event, person, now)
    db.session.flush()


def take_all_back(member: Member, now: datetime) -> None:
    ids = session_ids(member.circle_id, now)
    for event_id in ids:
        take_back(events.locked(event_id), member.person_id, now)
    db.session.execute(delete(Skip).where(Skip.person_id == member.person_id, Skip.event_id.in_(ids)))
    db.session.flush()
