"""A circle rests, goes on, or ends with what it learnt; nothing of it is lost by that."""

from datetime import datetime

from convene.circles import dates, letters, queries, telling
from convene.circles.joining import give_free_places
from convene.circles.models import Circle, Learning
from convene.circles.posting import post
from convene.events.models import Event
from convene.extensions import db


class NotNow(Exception):
    """The circle is not in a state in which this can be done."""


def not_begun(circle: Circle, now: datetime) -> list[int]:
    """Its sessions to come; one that is on is let be, as people sit there."""
    return [one.event_id for one in queries.to_come(circle.id, now) if one.event.starts_at > now]


def rest(circle: Circle, words: str, now: datetime) -> list[Event]:
    """No sessions for now: those not begun are called off, and can be given again. The circle must be locked."""
    if circle.state not in ("forming", "open"):
        raise NotNow
    circle.state, circle.rested_at = "resting", now
    off = dates.call_off(circle, not_begun(circle, now), words, now)
    telling.tell_members(circle, [(telling.OFF, event, None) for event in off], words, now)
    return off


def resume(circle: Circle, now: datetime) -> None:
    """It takes people in again; the host plans its dates, or gives those that were called off again."""
    if circle.state != "resting":
        raise NotNow
    planned = bool(queries.sessions(circle.id))
    circle.state, circle.rested_at = "open" if planned else "forming", None
    give_free_places(circle, now)


def end(circle: Circle, learning: Learning, now: datetime) -> None:
    """For good, with what was hoped, what happened, and what they would do again. The circle must be locked."""
    if circle.state == "ended":
        raise NotNow
    dates.call_off(circle, not_begun(circle, now), "", now)
    circle.state, circle.ended_at = "ended", now
    db.session.merge(learning)
    db.session.flush()
    for member in queries.members(circle.id):
        post(letters.ended(member, learning, now), member, now)
