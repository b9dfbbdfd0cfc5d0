"""Telling members what became of their dates: one letter for all that changed, with the one calendar entry.

A change of time or place waits beside its event as everywhere (events.waiting): edits of ten minutes are one letter.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from convene.calendar import zones
from convene.circles import letters, queries
from convene.circles.models import Circle, CircleSession, Member
from convene.circles.posting import post
from convene.events import waiting
from convene.events.models import Event
from convene.events.queries import locked as locked_event
from convene.extensions import db
from convene.mail.languages import known
from convene.mail.translations import said
from convene.signups import upheaval

MOVED, OFF, ON, NEW, ELSEWHERE = (
    "%(before)s is now %(after)s",
    "%(before)s is off",
    "%(after)s takes place after all",
    "New: %(after)s",
    "%(before)s has another place: see your page",
)
SKIPPED, BACK = "You skip %(before)s", "You come after all: %(after)s"
SENTENCES = (MOVED, OFF, ON, NEW, ELSEWHERE, SKIPPED, BACK)
SHOWN = 12  # lines in one letter; the page has them all


def line(member: Member, words: str, event: Event, before: datetime | None = None) -> str:
    """One thing that changed, by the circle's clocks, in this member's language."""
    language = known(member.person.language)
    now_at = zones.spoken(event.starts_at, event.ends_at, event.zone, language)
    then = zones.spoken_date(before or event.starts_at, event.zone, language)
    return said(words, language) % {"before": then, "after": now_at}


def tell_members(
    circle: Circle, what: Sequence[tuple[str, Event, datetime | None]], words: str, now: datetime
) -> int:
    """Post one letter to each member, with the entry as it is now; returns to how many. The circle must be locked."""
    members = queries.members(circle.id)
    for member in members:
        lines = [line(member, kind, event, before) for kind, event, before in what[:SHOWN]]
        post(letters.changed(member, lines, words, now), member, now)
    return len(members)


def tell_one(member: Member, words: str, events: Sequence[Event], now: datetime) -> None:
    """One member's own dates changed by their own press."""
    post(
        letters.changed(member, [line(member, words, event) for event in events[:SHOWN]], "", now),
        member,
        now,
    )


def tell_waiting(circle_id: int, now: datetime) -> int:
    """Tell of all changes to sessions that wait, together; what was undone meanwhile is told to nobody."""
    circle = queries.locked(circle_id)
    what = []
    for session in queries.sessions(circle_id):
        event = locked_event(session.event_id)
        waits = waiting.of(event)
        if waits is None:
            continue
        unheard = waiting.unheard(event, waits)
        upheaval.tell_change(event.id, now)  # guests have entries of their own
        if event.state != "published" or event.ends_at <= now or not unheard:
            continue
        before = datetime.fromisoformat(waits.before["starts_at"])
        moved = unheard & {"starts_at", "ends_at", "zone"}
        what.append((MOVED if moved else ELSEWHERE, event, before))
    return tell_members(circle, what, "", now) if what else 0


def tell_at_once(circle: Circle, changed: Sequence[tuple[Event, datetime]], now: datetime) -> int:
    """Of these events with the starts they had, tell of those so near that nobody is left waiting to hear."""
    near = [
        (MOVED if event.starts_at != was else ELSEWHERE, event, was)
        for event, was in changed
        if event.tell_at is None
    ]
    return tell_members(circle, near, "", now) if near else 0


def circles_due(now: datetime) -> Sequence[int]:
    """The circles of which some session's change has waited its time."""
    rows = select(CircleSession.circle_id).join(Event, Event.id == CircleSession.event_id)
    return db.session.scalars(
        rows.where(Event.tell_at <= now).distinct().order_by(CircleSession.circle_id)
    ).all()
