"""Small makers of what tests begin with; each adds and flushes in the current session, opened for writing.

What a test does not say is plain and valid: `an_event(capacity=3)`, `a_signup(event, state="offered")`. Where
a test has a clock of its own it says `now`; the times made are counted from there.
"""

import itertools
from datetime import datetime, timedelta
from typing import Any

from convene import clock
from convene.events.actions import draft, publish
from convene.events.models import Event
from convene.extensions import db
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
