"""Getting involved: what somebody would like to do with a host, each a task that the host answers by a promised day."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from convene.access import audit
from convene.calendar import zones
from convene.extensions import affected, db
from convene.mail import outbox
from convene.people import letters
from convene.people.actions import hold, meet
from convene.people.asking import may_write
from convene.people.models import Involvement, Organisation, Person

KINDS = {
    "attend": "Come to an event",
    "host": "Host an event or a table",
    "speak": "Speak, or show something",
    "offer": "Offer something: a room, food, time, a skill",
    "ask": "Ask for something",
    "weave": "Help people find each other",
    "watch": "Just watch for now",
}
WATCH = "watch"
WORKING_DAYS = 3
UNCONFIRMED = timedelta(days=7)
SHOWN_DONE = 50


def promised(now: datetime, zone: str) -> datetime:
    """By when a host answers: three working days on, by the calendar of its zone."""
    at, left = now, WORKING_DAYS
    while left:
        at += timedelta(days=1)
        left -= zones.local(at, zone).weekday() < 5
    return at


def ask(host: Organisation, address: str, name: str, kinds: Sequence[str], words: str, now: datetime) -> None:
    """Keep what somebody ticked, unseen until the button in our letter is pressed. Raises BadAddress.

    Silent where the address has had its share of letters that nobody asked it for.
    """
    person = meet(host, address, name, now)
    if not may_write(person, now):
        return
    made = [
        Involvement(
            organisation_id=host.id,
            person_id=person.id,
            kind=kind,
            words=words,
            promised_by=promised(now, host.zone),
            created_at=now,
        )
        for kind in KINDS
        if kind in kinds
    ]
    db.session.add_all(made)
    db.session.flush()
    ids = [one.id for one in made]
    outbox.post(
        letters.involved_confirm(person, ids),
        key=f"involved:{person.id}:{ids[0]}",
        now=now,
        organisation_id=host.id,
        person_id=person.id,
    )


def of_person(person_id: int, ids: Sequence[int]) -> Sequence[Involvement]:
    rows = select(Involvement).where(Involvement.person_id == person_id, Involvement.id.in_(ids))
    return db.session.scalars(rows.order_by(Involvement.id)).all()


def confirm(person: Person, ids: Sequence[int], now: datetime) -> bool:
    """The button was pressed: each becomes the host's task, and the promise counts from now. False if it was before.

    To watch is nobody's task: the letters of new events do that.
    """
    hold(person)
    new = [one for one in of_person(person.id, ids) if one.confirmed_at is None]
    for one in new:
        one.confirmed_at, one.promised_by = now, promised(now, person.organisation.zone)
        if one.kind == WATCH:
            one.done_at, one.done_by = now, "worker"
    if new and person.state == "provisional":
        person.state = "active"
    return bool(new)


def open_at(organisation_id: int) -> Sequence[Involvement]:
    """What a host has still to answer, the promise that ends first before others."""
    rows = select(Involvement).where(Involvement.organisation_id == organisation_id)
    rows = rows.where(Involvement.confirmed_at.is_not(None), Involvement.done_at.is_(None))
    whole = rows.options(joinedload(Involvement.person))
    return db.session.scalars(whole.order_by(Involvement.promised_by, Involvement.id)).all()


def done_at(organisation_id: int) -> Sequence[Involvement]:
    """What was answered, the newest first."""
    rows = select(Involvement).where(Involvement.organisation_id == organisation_id)
    rows = rows.where(Involvement.done_at.is_not(None), Involvement.kind != WATCH)
    whole = rows.options(joinedload(Involvement.person)).limit(SHOWN_DONE)
    return db.session.scalars(whole.order_by(Involvement.done_at.desc(), Involvement.id)).all()


def one(organisation_id: int, involvement_id: int) -> Involvement | None:
    """One that was confirmed, of this host."""
    mine = (Involvement.id == involvement_id, Involvement.organisation_id == organisation_id)
    return db.session.scalar(select(Involvement).where(*mine, Involvement.confirmed_at.is_not(None)))


def close(involvement: Involvement, actor: str, now: datetime) -> bool:
    """It is answered; False if somebody said so before."""
    mine = update(Involvement).where(Involvement.id == involvement.id, Involvement.done_at.is_(None))
    if not affected(mine.values(done_at=now, done_by=actor)):
        return False
    audit.record(
        involvement.organisation_id, actor, "involvement.answered", f"involvement:{involvement.id}", now
    )
    return True


def reopen(involvement: Involvement, actor: str, now: datetime) -> bool:
    mine = update(Involvement).where(Involvement.id == involvement.id, Involvement.done_at.is_not(None))
    if not affected(mine.values(done_at=None, done_by="")):
        return False
    audit.record(
        involvement.organisation_id, actor, "involvement.reopened", f"involvement:{involvement.id}", now
    )
    return True


def forget(now: datetime) -> None:
    """Delete what nobody confirmed within a week."""
    old = (Involvement.confirmed_at.is_(None), Involvement.created_at < now - UNCONFIRMED)
    db.session.execute(delete(Involvement).where(*old))
