"""Small makers of what tests begin with; each adds and flushes in the current session, opened for writing.

What a test does not say is plain and valid: `an_event(capacity=3)`, `a_signup(event, state="offered")`. Where
a test has a clock of its own it says `now`; the times made are counted from there.
"""

import itertools
from datetime import datetime, timedelta
from typing import Any

from convene import clock
from convene.calendar import zones
from convene.circles.models import Challenge, Circle, CircleSession, Member
from convene.events.actions import draft, publish
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Group, Round, Seat
from convene.people.actions import found_organisation, give_role
from convene.people.addresses import folded
from convene.people.models import Organisation, Person
from convene.signups.models import Signup

numbers = itertools.count(1)


def an_organisation(
    name: str | None = None, *, zone: str = "Europe/London", now: datetime | None = None
) -> Organisation:
    """The organisation of this name, or a new one of its own."""
    made = found_organisation(name or f"Open Table {next(numbers)}", zone, now or clock.now())
    made.privacy_contact = made.privacy_contact or "data@example.org"
    return made


def a_person(
    organisation: Organisation | None = None,
    *,
    name: str | None = None,
    address: str | None = "",
    state: str = "active",
    now: datetime | None = None,
    **more: Any,
) -> Person:
    """A person known here, with an address of their own; `address=None` is one known by name alone."""
    number = next(numbers)
    typed = f"person-{number}@example.org" if address == "" else address
    person = Person(
        organisation_id=(organisation or an_organisation(now=now)).id,
        name=name or f"Person {number}",
        address=folded(typed) if typed else None,
        address_typed=typed,
        state=state,
        created_at=now or clock.now(),
        **more,
    )
    db.session.add(person)
    db.session.flush()
    return person


def an_organiser(organisation: Organisation | None = None, *, kind: str = "owner", **more: Any) -> Person:
    """A person who organises for this organisation."""
    person = a_person(organisation, **more)
    give_role(person, kind, person.created_at)
    db.session.flush()
    return person


def an_event(
    organisation: Organisation | None = None,
    *,
    state: str = "published",
    starts_in: timedelta = timedelta(days=7),
    lasts: timedelta = timedelta(minutes=90),
    now: datetime | None = None,
    **facts: Any,
) -> Event:
    """An event in a hall that starts so long from now (a negative length: it was); facts are its columns."""
    now = now or clock.now()
    starts_at = facts.pop("starts_at", now + starts_in)
    whole = {
        "title": f"An inspiring idea {next(numbers)}",
        "summary": "What one street learnt from another.",
        "host_name": "Hetty Host",
        "starts_at": starts_at,
        "ends_at": facts.pop("ends_at", starts_at + lasts),
        "zone": "Europe/London",
        "venue": "The Hall, 1 Long Row",
        "capacity": 30,
        **facts,
    }
    event = draft(organisation or an_organisation(now=now), whole, now)
    if state != "draft":
        publish(event, min(now, starts_at - timedelta(seconds=1)))
        event.state = state
    db.session.flush()
    return event


def a_signup(
    event: Event | None = None,
    person: Person | None = None,
    *,
    state: str = "confirmed",
    now: datetime | None = None,
    **more: Any,
) -> Signup:
    """A signup in this state, as the program would have left it, except that no letter was posted."""
    now = now or clock.now()
    event = event or an_event(now=now)
    facts: dict[str, Any] = {"generation": 1, "letter_count": 0}
    if state == "confirmed":
        facts |= {"confirmed_at": now, "invite_sequence": event.sequence, "invite_open": True}
    elif state == "cancelled":
        facts |= {"cancelled_at": now}
    elif state == "offered":
        facts |= {"offered_until": min(now + timedelta(hours=24), event.starts_at)}
    elif state == "waitlisted":
        facts |= {"queue_number": event.next_in_line}
        event.next_in_line += 1
    signup = Signup(
        event=event,
        person=person or a_person(event.organisation, now=now),
        state=state,
        started_at=now,
        **{**facts, **more},
    )
    db.session.add(signup)
    db.session.flush()
    return signup


def a_circle(
    organisation: Organisation | None = None, *, now: datetime | None = None, **facts: Any
) -> Circle:
    """An open circle around a challenge of its own; facts are its columns."""
    now, number = now or clock.now(), next(numbers)
    host = organisation or an_organisation(now=now)
    challenge = facts.pop("challenge", None) or Challenge(
        organisation_id=host.id,
        slug=f"challenge-{number}",
        title=f"Challenge {number}",
        question="What makes a street friendly?",
        created_at=now,
    )
    whole = {"title": f"Circle {number}", "slug": f"circle-{number}", "zone": host.zone, **facts}
    circle = Circle(organisation_id=host.id, challenge=challenge, created_at=now, **whole)
    db.session.add_all([challenge, circle])
    db.session.flush()
    return circle


def a_session(circle: Circle, *, now: datetime | None = None, **facts: Any) -> Event:
    """A session of this circle, with its place in the series."""
    event = an_event(circle.organisation, now=now, circle_id=circle.id, zone=circle.zone, **facts)
    there = zones.local(event.starts_at, circle.zone)
    original = f"{there:%Y-%m-%dT%H:%M}"
    db.session.add(CircleSession(event_id=event.id, circle_id=circle.id, original=original))
    db.session.flush()
    return event


def a_member(
    circle: Circle,
    person: Person | None = None,
    *,
    state: str = "member",
    now: datetime | None = None,
    **more: Any,
) -> Member:
    """Somebody in this circle, in this state; no letter was posted."""
    now = now or clock.now()
    facts: dict[str, Any] = {"generation": 1, "letter_count": 0}
    if state == "member":
        facts |= {"joined_at": now}
    member = Member(
        circle=circle,
        person=person or a_person(circle.organisation, now=now),
        state=state,
        started_at=now,
        **{**facts, **more},
    )
    db.session.add(member)
    db.session.flush()
    return member


def sat(
    event: Event, *groups: list[Person], number: int = 1, state: str = "published", room: str = ""
) -> Round:
    """A round of this event with these groups; online, each meets in this room."""
    round_ = Round(event_id=event.id, number=number, state=state, created_at=clock.now())
    db.session.add(round_)
    db.session.flush()
    for place, people in enumerate(groups, 1):
        group = Group(round_id=round_.id, number=place, label=f"Table {place}", room_url=room)
        db.session.add(group)
        db.session.flush()
        for position, person in enumerate(people):
            seat = Seat(round_id=round_.id, group_id=group.id, person_id=person.id, position=position)
            db.session.add(seat)
    db.session.flush()
    return round_
