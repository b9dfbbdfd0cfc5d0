"""From signup to attendance, counted once an event is over, with bounds where nobody marked or nobody said."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.signups.checking_in import EARLY
from convene.signups.models import Attendance, Signup

HERE = ("attended", "part")
IN_LINE = ("waitlisted", "place_offered")  # letters that only those get who waited


@dataclass(frozen=True, slots=True)
class Bounds:
    """So many at least and at most: what is known, and that with everybody silent added."""

    least: int
    most: int

    @property
    def sure(self) -> bool:
        return self.least == self.most


@dataclass(frozen=True, slots=True)
class One:
    """One signup as it stands after the event."""

    id: int
    person_id: int
    state: str
    started_at: datetime
    first_time: bool | None
    attendance: str  # as in Attendance.state, or "unknown"

    @property
    def here(self) -> bool:
        return self.attendance in HERE


@dataclass(frozen=True, slots=True)
class Turnout:
    """Counts of people. Those who walked in stand apart: they signed up for nothing.

    signed_up    everybody else who asked to come, whatever became of it
    confirmed    of those, who pressed the button in our mail, or were added by the host
    had_place    of those, who had a place when it began, or came all the same
    kept         of those, who came; whoever nobody marked may have come too
    from_line    of those with a place, who had waited for one and were written to; none where letters are gone
    first_time   of all who came, whose first time it was; whoever did not say may be one
    """

    signed_up: int
    confirmed: int
    had_place: int
    kept: Bounds
    walked_in: int
    from_line: int | None
    gave_back: int
    without: int  # waited to the end, or let their offer run out
    no_show: int
    excused: int
    unknown: int
    first_time: Bounds

    @property
    def came(self) -> Bounds:
        return Bounds(self.kept.least + self.walked_in, self.kept.most + self.walked_in)


def of_event(event_id: int) -> list[One]:
    """Every signup of an event with what was marked, in one query."""
    facts = (Signup.id, Signup.person_id, Signup.state, Signup.started_at, Signup.first_time)
    rows = select(*facts, Attendance.state).outerjoin(Signup.attendance)
    rows = rows.where(Signup.event_id == event_id).order_by(Signup.id)
    return [
        One(id_, person_id, state, started_at, first_time, marked or "unknown")
        for id_, person_id, state, started_at, first_time, marked in db.session.execute(rows)
    ]


def turnout(event: Event, everybody: Iterable[One], waited: set[int] | None) -> Turnout:
    """What came of these signups. `waited`: ids of those who once stood in line, or none if that is not known."""
    walked: list[One] = []
    asked: list[One] = []
    for one in everybody:
        (walked if one.here and one.started_at >= event.starts_at - EARLY else asked).append(one)
    states = Counter(one.state for one in asked)
    placed = [one for one in asked if one.state == "confirmed" or one.here]
    marked = Counter(one.attendance for one in placed)
    here = [one for one in asked if one.here] + walked
    said = Counter(one.first_time for one in here)
    kept = sum(one.here for one in placed)
    return Turnout(
        signed_up=len(asked),
        confirmed=len(asked) - states["started"],
        had_place=len(placed),
        kept=Bounds(kept, kept + marked["unknown"]),
        walked_in=len(walked),
        from_line=None if waited is None else sum(one.id in waited for one in placed),
        gave_back=sum(one.state == "cancelled" and not one.here for one in asked),
        without=sum(one.state in ("waitlisted", "offered", "lapsed") and not one.here for one in asked),
        no_show=marked["no_show"],
        excused=marked["excused"],
        unknown=marked["unknown"],
        first_time=Bounds(said[True], said[True] + said[None]),
    )


def waited(event_id: int) -> set[int] | None:
    """The ids of signups that were written to about the line; none once no letter of the event is kept any more."""
    rows = select(OutgoingMail.letter, OutgoingMail.thread).where(OutgoingMail.event_id == event_id)
    found = db.session.execute(rows.where(OutgoingMail.thread.is_not(None))).all()
    of_line = {thread for letter, thread in found if letter in IN_LINE}
    return {int(thread.removeprefix("signup:")) for thread in of_line if thread} if found else None
