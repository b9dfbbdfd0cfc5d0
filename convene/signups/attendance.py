"""Who was there: marked by somebody at the door, taken back as easily, closed by the organiser alone."""

from datetime import datetime

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.signups import queries
from convene.signups.models import Attendance, Signup


def mark(signup: Signup, state: str, actor: str, now: datetime) -> None:
    """Mark one person; `unknown` takes a mark back. The event must be locked: two helpers may press at once."""
    row = signup.attendance
    if state == "unknown":
        signup.attendance = None
    elif row is None:
        signup.attendance = Attendance(state=state, marked_at=now, marked_by=actor)
    else:
        row.state, row.marked_at, row.marked_by = state, now, actor
    db.session.flush()


def complete(event: Event, actor: str, now: datetime) -> int:
    """The organiser's word that the list is whole: those with a place and no mark did not come."""
    event.attendance_complete_at = event.attendance_complete_at or now
    unmarked = [signup for signup in queries.in_state(event.id, "confirmed") if signup.attendance is None]
    for signup in unmarked:
        mark(signup, "no_show", actor, now)
    return len(unmarked)


def reopen(event: Event) -> None:
    """Take that word back: everybody who was only presumed absent is unknown again.

    Who was marked as absent before the word was given was seen to be, and stays so.
    """
    if event.attendance_complete_at is None:
        return
    rows = (
        select(Signup)
        .join(Signup.attendance)
        .where(Signup.event_id == event.id, Attendance.state == "no_show")
        .where(Attendance.marked_at >= event.attendance_complete_at)
    )
    for signup in db.session.scalars(rows):
        signup.attendance = None
    event.attendance_complete_at = None
