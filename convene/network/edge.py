"""People to welcome next time: who came and found nobody yet. A gentle list for the host, in no order of merit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Round, Seat
from convene.people.models import Person, Role
from convene.signups.models import Attendance, Signup

LOOKS_BACK = timedelta(days=365)
BACK_BY = timedelta(days=28)  # after a first evening: sooner, nobody can have come back
ENOUGH_MET = 3  # people of known fields, before a field can be all that somebody has met
MOST = 60
WHY = {
    "nobody": "Came twice or more, and sat with nobody yet.",
    "once": "Came for the first time, and has not been back since.",
    "one_field": "Has only sat with people of their own field of work.",
}


@dataclass(slots=True)
class Path:
    """One person's way through a host's events: which they came to, whom they sat with, and their fields."""

    came: dict[int, datetime] = field(default_factory=dict)
    sat_with: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    field_of_work: str = ""
    fields_met: list[str] = field(default_factory=list)
    comes_again: bool = False  # a place or a number in line at an event still to come


def reason(path: Path, last_event: datetime | None, now: datetime) -> str | None:
    """Why a word of welcome would be kind, as a key of WHY, or none. `last_event`: the end of the host's latest one."""
    if path.comes_again or not path.came:
        return None
    alone = [event for event in path.came if not path.sat_with.get(event)]
    if len(alone) >= 2:
        return "nobody"
    newest = max(path.came.values())
    if len(path.came) == 1:
        later = last_event is not None and last_event > newest
        return "once" if later and newest < now - BACK_BY else None
    known = [one for one in path.fields_met if one]
    if path.field_of_work and len(known) >= ENOUGH_MET and set(known) == {path.field_of_work}:
        return "one_field"
    return None


@dataclass(frozen=True, slots=True)
class Welcome:
    """Somebody to welcome, and why; never how much."""

    person: Person
    why: str  # a key of WHY
    came: int


def to_welcome(organisation_id: int, now: datetime) -> Sequence[Welcome]:
    """In order of name; without organisers, and whoever left, asked for quiet or asked to be erased."""
    paths = read(organisation_id, now)
    mine = (Event.organisation_id == organisation_id, Event.state == "published", Event.ends_at <= now)
    last_event = db.session.scalar(select(Event.ends_at).where(*mine).order_by(Event.ends_at.desc()).limit(1))
    found = {person: why for person, path in paths.items() if (why := reason(path, last_event, now))}
    rows = select(Person).where(Person.id.in_(found), Person.state.in_(("active", "provisional")))
    rows = rows.where(Person.id.not_in(select(Role.person_id)))
    people = [one for one in db.session.scalars(rows) if one.paused_until is None or one.paused_until <= now]
    people.sort(key=lambda one: (one.name_folded, one.id))
    return [Welcome(one, found[one.id], len(paths[one.id].came)) for one in people[:MOST]]


def read(organisation_id: int, now: datetime) -> dict[int, Path]:
    """Everybody who came to an event of the last year."""
    since = (
        Event.organisation_id == organisation_id,
        Event.state == "published",
        Event.ends_at > now - LOOKS_BACK,
    )
    paths: dict[int, Path] = defaultdict(Path)
    away: set[tuple[int, int]] = set()
    rows = select(Signup.event_id, Signup.person_id, Event.ends_at, Attendance.state)
    rows = rows.join(Attendance).join(Event, Event.id == Signup.event_id)
    for event, person, ends_at, state in db.session.execute(rows.where(*since, Event.ends_at <= now)):
        if state in ("attended", "part"):
            paths[person].came[event] = ends_at
        else:
            away.add((event, person))
    coming = select(Signup.person_id).join(Event).where(*since, Event.ends_at > now)
    for person in db.session.scalars(coming.where(Signup.state.in_(("confirmed", "offered", "waitlisted")))):
        paths[person].comes_again = True
    fields = {
        person: compared(text)
        for person, text in db.session.execute(
            select(Person.id, Person.field).where(Person.organisation_id == organisation_id)
        )
    }
    for event, group in groups(since, now):
        here = {person for person in group if (event, person) not in away}
        for person in here & paths.keys():
            if event in paths[person].came:
                paths[person].sat_with[event] |= here - {person}
                paths[person].fields_met += [fields.get(other, "") for other in here - {person}]
    for person, path in paths.items():
        path.field_of_work = fields.get(person, "")
    return dict(paths)


def groups(since: tuple, now: datetime) -> Sequence[tuple[int, set[int]]]:
    rows = select(Round.event_id, Seat.group_id, Seat.person_id).join(Round).join(Event)
    rows = rows.where(*since, Event.ends_at <= now, Round.state.in_(("published", "held")))
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for event, group, person in db.session.execute(rows):
        found[event, group].add(person)
    return [(event, people) for (event, _), people in sorted(found.items())]


def compared(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
