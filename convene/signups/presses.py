"""Presses at the door that come late, twice or out of order: each counts once, and the latest about a person wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from convene.events.models import Event
from convene.extensions import db, upsert
from convene.people.words import BadWords, tidy
from convene.signups import attendance, door, queries
from convene.signups.actions import NotOpen
from convene.signups.models import Press, Signup

VERBS = ("here", "not_here", "walk_in")
AT_ONCE = 200  # presses in one sending
MOST_WALK_INS = 200  # of one event through helpers' links: each may make the event one larger


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press as a phone tells of it: `key` is the phone's own, the same each time it is sent; `at` is in UTC."""

    key: str
    verb: str
    at: datetime
    signup_id: int | None = None
    name: str = ""


def take(event: Event, presses: Iterable[Pressed], actor: str, now: datetime) -> list[str]:
    """Apply what is new of these, the oldest first; returns the keys of all, which the phone need not send again.

    The event row must be locked. A press that cannot be applied (a person of another event, a name that is none)
    is taken all the same: it would never become right by being sent again.
    """
    taken = []
    for press in sorted(presses, key=lambda one: one.at):
        taken.append(press.key)
        stale = press.verb != "walk_in" and latest(press.signup_id) >= press.at.timestamp()
        if is_new(event, press, actor, now) and not stale:
            apply(event, press, actor, now)
    db.session.flush()
    return taken


def is_new(event: Event, press: Pressed, actor: str, now: datetime) -> bool:
    """Write the press down; False where its key is known."""
    mine = press.signup_id if press.signup_id and of_event(event, press.signup_id) else None
    row = upsert(Press).values(
        event_id=event.id,
        key=press.key,
        verb=press.verb,
        signup_id=mine,
        pressed_at=min(press.at, now),
        received_at=now,
        actor=actor,
    )
    return (
        db.session.execute(row.on_conflict_do_nothing(index_elements=["key"]).returning(Press.id)).first()
        is not None
    )


def latest(signup_id: int | None) -> float:
    """When the latest press about this person was made, in seconds; before everything if there is none."""
    if signup_id is None:
        return float("-inf")
    when = db.session.scalar(select(func.max(Press.pressed_at)).where(Press.signup_id == signup_id))
    return when.timestamp() if when else float("-inf")


def of_event(event: Event, signup_id: int) -> Signup | None:
    return db.session.scalar(select(Signup).where(Signup.id == signup_id, Signup.event_id == event.id))


def apply(event: Event, press: Pressed, actor: str, now: datetime) -> None:
    signup = (
        walk_in(event, press.name, now) if press.verb == "walk_in" else of_event(event, press.signup_id or 0)
    )
    if signup is None or (signup.state not in door.MAY_COME and signup.attendance is None):
        return
    if press.verb == "not_here":
        absent = "no_show" if event.attendance_complete_at and signup.state == "confirmed" else "unknown"
        attendance.mark(signup, absent, actor, now)
    else:
        door.let_in(signup, now)
        attendance.mark(signup, "attended", actor, now)


def walk_in(event: Event, typed: str, now: datetime) -> Signup | None:
    """Somebody new at the door, by name alone; whoever is on the list under that very name is meant."""
    try:
        name = tidy(typed)[:120]
    except BadWords:
        return None
    if not name:
        return None
    if walked_in(event) > MOST_WALK_INS:
        return None
    same = [one for one in queries.at_door(event.id) if one.person.name.casefold() == name.casefold()]
    if len(same) == 1:
        return same[0]
    try:
        return door.add(event.id, name, None, now)
    except NotOpen:
        return None


def walked_in(event: Event) -> int:
    rows = select(func.count(Press.id)).where(Press.event_id == event.id, Press.verb == "walk_in")
    return db.session.scalar(rows) or 0
