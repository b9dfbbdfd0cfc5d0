"""What the weeks to come bring to whoever hosts, for the preview: three statements, however many circles there are.

The rules are those that the sweep asks (of_circles, of_sessions, of_people); only what they are asked about is read for
all circles of one host at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, or_, select

from convene.calendar.zones import local
from convene.circles.models import Action, Circle, Member
from convene.circles.posting import asking_mark
from convene.events.models import Event
from convene.extensions import db
from convene.nudges import of_people
from convene.nudges.finding import Case, Look, can_be_written_to
from convene.nudges.rules import circles as rules
from convene.nudges.rules.base import Call
from convene.nudges.rules.circles import Asked, Missed, NoAction
from convene.nudges.rules.people import TO_DO_LASTS
from convene.people.models import Organisation, Person, Role
from convene.signups.models import Attendance, Signup

LAST = 2  # sessions that are looked at
DAY = timedelta(days=1)
EACH_DAY = "there are things for them to do; the list comes each day until all is done"


@dataclass(slots=True)
class Seen:
    """One circle with its sessions as (number, start, end), the latest first; who hears as its host."""

    row: Any
    sessions: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    hosts: Sequence[int] = ()

    def over(self, now: datetime, most: int = LAST) -> list[tuple[int, datetime, datetime]]:
        return [one for one in self.sessions if one[2] <= now][:most]


def cases(host_id: int, look: Look, ends: Iterable[datetime]) -> list[Case]:
    """All that its hosts would get until then and was not decided yet. `ends`: of its events with somebody in them."""
    organisers = db.session.execute(of_organisers(host_id)).all()
    owners = [row.id for row in organisers if row.kind == "owner"]
    circles = circles_of(host_id, owners)
    found = [*waiting(host_id, look, organisers, ends)]
    found += members(circles, look)
    found += (one for seen in circles.values() for one in without_action(seen, look))
    decided = look.ahead.decided if look.ahead else frozenset()
    return [one for one in found if one.key not in decided and look.now < one.call.until]


def of_organisers(host_id: int) -> Any:
    rows = select(Person.id, Role.kind, Organisation.zone).join(Role, Role.person_id == Person.id)
    rows = rows.join(Organisation, Organisation.id == Person.organisation_id)
    rows = rows.where(Person.organisation_id == host_id, Role.kind.in_(("owner", "organiser")))
    return rows.where(Role.event_id.is_(None), can_be_written_to()).order_by(Person.id)


def circles_of(host_id: int, owners: Sequence[int]) -> dict[int, Seen]:
    made = select(func.max(Action.created_at)).where(Action.circle_id == Circle.id).scalar_subquery()
    open_ = exists().where(Action.circle_id == Circle.id, Action.state.in_(("owned", "doing")))
    rows = select(
        Circle.id, Circle.organisation_id, Circle.title, Circle.slug, Circle.zone, Circle.state, Circle.host_id,
        Person.reachable.label("reaches"), Person.state.label("host_state"),
        made.label("made"), open_.label("has_open"), Event.id.label("event_id"), Event.starts_at, Event.ends_at,
    )  # fmt: skip
    rows = rows.outerjoin(Person, Person.id == Circle.host_id)
    rows = rows.outerjoin(Event, (Event.circle_id == Circle.id) & (Event.state == "published"))
    rows = rows.where(Circle.organisation_id == host_id).order_by(
        Circle.id, Event.starts_at.desc(), Event.id.desc()
    )
    found: dict[int, Seen] = {}
    for row in db.session.execute(rows):
        seen = found.setdefault(row.id, Seen(row))
        own = row.host_id and row.reaches and row.host_state != "erased"
        seen.hosts = [row.host_id] if own else owners
        if row.event_id:
            seen.sessions.append((row.event_id, row.starts_at, row.ends_at))
    return found


def members(circles: Mapping[int, Seen], look: Look) -> Iterable[Case]:
    """N18 of those who wait to join, N19 of those who were marked as missing twice."""
    last = [event_id for seen in circles.values() for event_id, *_ in seen.over(look.now, LAST + 1)]
    missed = select(Signup.person_id, Event.circle_id, Event.id).join(Event, Event.id == Signup.event_id)
    missed = missed.join(Attendance, Attendance.signup_id == Signup.id).where(Attendance.state == "no_show")
    gone = missed.where(Event.id.in_(last)).subquery()
    rows = select(Member.id, Member.circle_id, Member.person_id, Member.state, Member.asked_at, Member.started_at,
                  Member.joined_at, gone.c.id.label("event_id"))  # fmt: skip
    same = (gone.c.person_id == Member.person_id) & (gone.c.circle_id == Member.circle_id)
    rows = rows.outerjoin(gone, same).where(Member.circle_id.in_(list(circles)))
    rows = rows.where(or_(Member.state == "asked", gone.c.id.is_not(None))).order_by(Member.id)
    away: dict[int, set[int]] = {}
    whom: dict[int, Any] = {}
    for row in db.session.execute(rows) if circles else ():
        whom[row.id] = row
        away.setdefault(row.id, set()).add(row.event_id)
    for row in whom.values():
        seen = circles[row.circle_id]
        if row.state == "asked":
            yield from asking(row, seen, look)
        elif row.state == "member":
            yield from missing(row, seen, away[row.id], look)


def asking(row: Any, seen: Seen, look: Look) -> Iterable[Case]:
    timing = look.settings.timing("asked_to_join", seen.row.organisation_id, None, seen.row.id)
    if timing.on and timing.again is not None:
        call = rules.asked_to_join(Asked(row.asked_at or row.started_at, False), timing, 2)
        yield from to_hosts("asked_to_join", row.id, f"2-{asking_mark(row.asked_at)}", seen, call, look)


def missing(row: Any, seen: Seen, away: set[int], look: Look) -> Iterable[Case]:
    timing = look.settings.timing("missed_two", seen.row.organisation_id, None, seen.row.id)
    over = seen.over(look.now, LAST + 1)
    joined = row.joined_at or row.started_at
    gone = [one in away and joined < starts for one, starts, _ in over]
    both = gone[:LAST] == [True, True] and not any(gone[LAST:])
    if timing.on and both and seen.row.state == "open":
        call = rules.missed_two(Missed(over[0][2], True), timing)
        for case in to_hosts("missed_two", row.id, str(over[0][0]), seen, call, look):
            if case.person_id != row.person_id:
                yield case


def without_action(seen: Seen, look: Look) -> Iterable[Case]:
    """N20."""
    timing = look.settings.timing("no_action", seen.row.organisation_id, None, seen.row.id)
    over, coming = seen.over(look.now), [one for one in seen.sessions if one[1] > look.now]
    made = seen.row.made
    if timing.on and len(over) == LAST and coming and seen.row.state == "open" and not seen.row.has_open:
        next_id, starts_at, _ = coming[-1]
        if made is None or made < over[-1][1]:
            call = rules.no_action_yet(NoAction(starts_at, LAST, False), timing)
            yield from to_hosts("no_action", next_id, "1", seen, call, look)


def to_hosts(kind: str, subject_id: int, step: str, seen: Seen, call: Call, look: Look) -> Iterable[Case]:
    if call.due_at <= look.by and not call.stop:
        for person_id in seen.hosts:
            yield Case(
                kind=kind,
                subject_id=subject_id,
                step=step,
                person_id=person_id,
                host_id=seen.row.organisation_id,
                call=call,
                zone=seen.row.zone,
                circle_id=seen.row.id,
                title=seen.row.title,
            )


def waiting(host_id: int, look: Look, organisers: Iterable[Any], ends: Iterable[datetime]) -> Iterable[Case]:
    """N17 of the first day on which something waits: what waits now, or who came to an event that is over by then."""
    timing = look.settings.timing("to_do", host_id)
    zones = {row.id: row.zone for row in organisers} if timing.on else {}
    if not zones:
        return
    waits = [look.now] if of_people.open_at(host_id, look.now).all else []
    since = min([*waits, *(one for one in ends if look.now < one <= look.by)], default=None)
    if since is None:
        return
    for person_id, zone in zones.items():
        for day in range((look.by - look.now).days):
            hour_at = of_people.at_hour(since + day * DAY, zone, timing.away)
            case = to_do(host_id, person_id, hour_at, zone)
            if since < case.call.until and not (look.ahead and case.key in look.ahead.decided):
                yield case
                break


def to_do(host_id: int, person_id: int, hour_at: datetime, zone: str) -> Case:
    day = f"{local(hour_at, zone):%Y-%m-%d}"
    return Case("to_do", 0, day, person_id, host_id, Call(hour_at, hour_at + TO_DO_LASTS, EACH_DAY), zone)
