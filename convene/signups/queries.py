"""Reading signups: places, the line, who is coming and who came.

What every visitor's page asks is written out once, as in events.queries.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, with_expression
from sqlalchemy.orm.attributes import set_committed_value

from convene.events.capacity import Places, both
from convene.events.models import Event
from convene.events.place import is_both
from convene.events.queries import WITH_HOST
from convene.extensions import db
from convene.mail.models import UNSENT, OutgoingMail, Wording
from convene.people.models import Person
from convene.people.queries import reads_mail_at
from convene.signups.models import HOLDING, Attendance, Signup

# How many by event id, whether they wait, and whether online.
Counts = Counter[tuple[int, bool, bool]]

# Who waits for the host's answer is not in line yet, and keeps nobody from a place.
# On the table, as no object is made of it: each page that tells of places asks this.
TAKEN = Signup.__table__.c
COUNTED = select(TAKEN.event_id, TAKEN.state, TAKEN.attends_online, func.count()).where(
    or_(*(TAKEN.state == held for held in HOLDING), and_(TAKEN.state == "waitlisted", ~TAKEN.needs_answer))
)
COUNTED = COUNTED.group_by(TAKEN.event_id, TAKEN.state, TAKEN.attends_online)
COUNTED_OF_ONE = COUNTED.where(TAKEN.event_id == bindparam("event_id"))
COUNTED_OF_MANY = COUNTED.where(TAKEN.event_id.in_(bindparam("event_ids", expanding=True)))
OF_PERSON = select(Signup).where(
    Signup.event_id == bindparam("event_id"), Signup.person_id == bindparam("person_id")
)
ONE = select(Signup).where(Signup.id == bindparam("signup_id"))
ONE = ONE.options(joinedload(Signup.person), joinedload(Signup.event).joinedload(Event.organisation))
ONE = ONE.options(joinedload(Signup.attendance))
OWN_EVENT = select(Signup.event_id).where(Signup.id == bindparam("signup_id")).scalar_subquery()
LOCKED = WITH_HOST.where(Event.id == OWN_EVENT).with_for_update(of=Event)
WORDED = exists().where(Wording.organisation_id == Event.organisation_id)
LOCKED = LOCKED.options(with_expression(Event.has_wordings, WORDED))
ANEW = select(Signup).where(Signup.id == bindparam("signup_id")).options(joinedload(Signup.person))


def places(event: Event) -> Places:
    return counted(event, tally(db.session.execute(COUNTED_OF_ONE, {"event_id": event.id})))


def places_of(events: Sequence[Event]) -> dict[int, Places]:
    """Places of many events in one query, by event id."""
    counts = tally(db.session.execute(COUNTED_OF_MANY, {"event_ids": [one.id for one in events]}))
    return {event.id: counted(event, counts) for event in events}


def tally(rows: Iterable[Any]) -> Counts:
    counts: Counts = Counter()
    for event_id, state, online, number in rows:
        counts[event_id, state == "waitlisted", online] += number
    return counts


def counted(event: Event, counts: Counts) -> Places:
    room, online = (
        Places(capacity, counts[event.id, False, way], counts[event.id, True, way])
        for way, capacity in ((False, event.capacity), (True, event.online_places or 0))
    )
    if is_both(event):
        return both(room, online)
    return Places(event.capacity, room.taken + online.taken, room.waiting + online.waiting)


def held_by_kind(event_id: int) -> dict[bool, int]:
    """How many places are held in the room (False) and online (True), as people chose."""
    rows = select(Signup.attends_online, func.count()).where(
        Signup.event_id == event_id, Signup.state.in_(HOLDING)
    )
    found = {online: number for online, number in db.session.execute(rows.group_by(Signup.attends_online))}
    return {False: 0, True: 0, **found}


def states(event_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many signups of each event are in each state."""
    found: dict[int, dict[str, int]] = {event_id: {} for event_id in event_ids}
    rows = select(Signup.event_id, Signup.state, func.count()).where(Signup.event_id.in_(event_ids))
    for event_id, state, number in db.session.execute(rows.group_by(Signup.event_id, Signup.state)):
        found[event_id][state] = number
    return found


def one(signup_id: int) -> Signup | None:
    """A signup with its person, attendance, event and host."""
    return db.session.scalar(ONE, {"signup_id": signup_id})


def locked(signup_id: int) -> Signup | None:
    """A signup with its person under the lock of its event's row, all read anew."""
    anew = {"populate_existing": True}
    event = db.session.scalar(LOCKED, {"signup_id": signup_id}, execution_options=anew)
    signup = db.session.scalar(ANEW, {"signup_id": signup_id}, execution_options=anew)
    if signup is not None:
        set_committed_value(signup, "event", event)  # in hand: not to be read again
    return signup


def of_person(event_id: int, person_id: int) -> Signup | None:
    return db.session.scalar(OF_PERSON, {"event_id": event_id, "person_id": person_id})


def at_events(event_ids: Collection[int]) -> set[int]:
    """The ids of everybody who signed up to one of these events."""
    return set(db.session.scalars(select(Signup.person_id).where(Signup.event_id.in_(event_ids))))


def at_address(event_id: int, address: str) -> Sequence[Signup]:
    """The sign-ups at this event of everybody who reads mail at this folded address, the one it belongs to first."""
    whole = (joinedload(Signup.person), joinedload(Signup.attendance), joinedload(Signup.event))
    rows = select(Signup).join(Person, Signup.person_id == Person.id).options(*whole)
    rows = rows.where(Signup.event_id == event_id, reads_mail_at([address]))
    return db.session.scalars(rows.order_by(Signup.person_id)).all()


def one_for_org(organisation_id: int, event_id: int, signup_id: int) -> Signup | None:
    """A signup of this event of this organisation, or none."""
    rows = select(Signup).join(Event, Signup.event_id == Event.id)
    rows = rows.where(Signup.id == signup_id, Event.id == event_id, Event.organisation_id == organisation_id)
    return db.session.scalar(rows.options(joinedload(Signup.person), joinedload(Signup.attendance)))


def in_state(event_id: int, *wanted: str) -> Sequence[Signup]:
    """Signups in these states with their people and attendance: the line in order, others by name."""
    rows = select(Signup).join(Person, Signup.person_id == Person.id)
    rows = rows.where(Signup.event_id == event_id, Signup.state.in_(wanted))
    whole = (joinedload(Signup.person), joinedload(Signup.attendance))
    return db.session.scalars(
        rows.options(*whole).order_by(Signup.queue_number, func.lower(Person.name), Signup.id)
    ).all()


def open_places(address: str, now: datetime) -> list[int]:
    """The sign-ups of this address, over every host, that hold a place or wait for one at an event to come.

    Those that a circle gave are not among them: they are given back with the place in the circle.
    """
    rows = (
        select(Signup.id).join(Event, Signup.event_id == Event.id).join(Person, Signup.person_id == Person.id)
    )
    rows = rows.where(
        reads_mail_at([address]), Signup.state.in_((*HOLDING, "waitlisted")), Event.ends_at > now
    )
    return list(db.session.scalars(rows.where(~Signup.by_circle).order_by(Signup.event_id)))


def at_door(event_id: int, besides: Collection[int] = ()) -> list[Signup]:
    """Who holds a place or waits for one, and whoever was marked, whatever became of their place; by name.

    `besides`: the ids of people who are wanted too, whatever became of their place.
    """
    rows = select(Signup).outerjoin(Signup.attendance).where(Signup.event_id == event_id)
    wanted = (Signup.state.in_((*HOLDING, "waitlisted")), Attendance.id.is_not(None))
    rows = rows.where(or_(*wanted, Signup.person_id.in_(besides)))
    found = db.session.scalars(rows.options(joinedload(Signup.person), joinedload(Signup.attendance)))
    return sorted(found, key=lambda one: (one.person.name.casefold(), one.id))


def offers_unheard(event_id: int) -> set[str | None]:
    """The threads of this event's offers whose letter still waits to leave."""
    rows = select(OutgoingMail.thread).where(OutgoingMail.event_id == event_id)
    rows = rows.where(OutgoingMail.letter == "place_offered", OutgoingMail.state.in_(UNSENT))
    return set(db.session.scalars(rows))


def ahead(signup: Signup) -> int:
    """How many wait before this person, for a place of the same kind."""
    rows = select(func.count()).where(Signup.event_id == signup.event_id, Signup.state == "waitlisted")
    rows = rows.where(~Signup.needs_answer)
    if is_both(signup.event):
        rows = rows.where(Signup.attends_online == signup.attends_online)
    return db.session.scalar(rows.where(Signup.queue_number < signup.queue_number)) or 0


def present(event_id: int) -> Sequence[Signup]:
    """Those marked here, all or part of the time, by name."""
    rows = select(Signup).join(Signup.attendance).join(Person, Signup.person_id == Person.id)
    rows = rows.where(Signup.event_id == event_id, Attendance.state.in_(("attended", "part")))
    return db.session.scalars(
        rows.options(joinedload(Signup.person), contains_eager(Signup.attendance)).order_by(
            func.lower(Person.name), Signup.id
        )
    ).all()


def attendance_of(event_id: int) -> dict[str, int]:
    """How many are in each attendance state, `unknown` for those with a place that nobody marked."""
    rows = select(Attendance.state, func.count()).join(Signup).where(Signup.event_id == event_id)
    found = {state: number for state, number in db.session.execute(rows.group_by(Attendance.state))}
    unmarked = select(func.count()).select_from(Signup).outerjoin(Attendance)
    unmarked = unmarked.where(
        Signup.event_id == event_id, Signup.state == "confirmed", Attendance.id.is_(None)
    )
    return {**found, "unknown": db.session.scalar(unmarked) or 0}


def to_come(person_id: int, now: datetime) -> list[int]:
    """This person's sign-ups at events not yet over that are not ended, in the order in which events are locked."""
    rows = select(Signup.id).join(Event, Signup.event_id == Event.id).where(Signup.person_id == person_id)
    rows = rows.where(Signup.state.not_in(("cancelled", "lapsed")), Event.ends_at > now)
    return list(db.session.scalars(rows.order_by(Signup.event_id)))
