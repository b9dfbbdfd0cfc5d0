"""Sweeping: who has something due now, and posting it, mailbox by mailbox, under locks that keep two workers apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, union_all
from sqlalchemy.orm import aliased

from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.nudges import deciding, finding, history
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Case, Look
from convene.nudges.models import Nudge
from convene.nudges.rules.events import REMINDED_AHEAD
from convene.people.models import Person
from convene.people.queries import readers_at
from convene.signups.posting import UNTRUE

AT_ONCE = 100  # people of one transaction
HOURLY = 5  # minutes past each hour in which rules that take long are asked


@dataclass(slots=True)
class Batch:
    """People whose cases are decided together; whoever shares a mailbox is in one batch."""

    people: list[int] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    events: set[int] = field(default_factory=set)


def due(now: datetime) -> list[Batch]:
    """Everybody for whom some rule has something to decide now, by mailbox. Reads only."""
    settings = finding.settings()
    wanted: dict[int, Batch] = {}

    def want(person_id: int, kind: str, event_id: int | None) -> None:
        mine = wanted.setdefault(person_id, Batch())
        mine.kinds.add(kind)
        if event_id is not None:
            mine.events.add(event_id)

    for kind, finder in FINDERS.items():
        if finder.hourly and now.minute >= HOURLY:
            continue
        for case in finder.find(Look(now, settings)):
            want(case.person_id, kind, case.event_id)
    again = select(Nudge.person_id, Nudge.rule, Nudge.event_id)
    again = again.where(Nudge.state == "held", Nudge.look_at <= now)
    for person_id, kind, event_id in db.session.execute(again):
        want(person_id, kind, event_id)
    return in_batches(wanted)


def in_batches(wanted: dict[int, Batch]) -> list[Batch]:
    """Those with one mailbox beside each other, and never parted; before that those of one rule and one event.

    So a batch asks few rules, and many of its letters are alike.
    """
    mailboxes: dict[str, list[int]] = {}
    for ids in finding.in_hundreds(sorted(wanted)):
        rows = select(Person.id, Person.reachable).where(Person.id.in_(ids))
        for person_id, address in db.session.execute(rows):
            mailboxes.setdefault(address, []).append(person_id)
    alike = sorted((min(likeness(wanted[one]) for one in ids), address) for address, ids in mailboxes.items())
    batches: list[Batch] = []
    for _, address in alike:
        if not batches or len(batches[-1].people) >= AT_ONCE:
            batches.append(Batch())
        for person_id in sorted(mailboxes[address]):
            batches[-1].people.append(person_id)
            batches[-1].kinds |= wanted[person_id].kinds
            batches[-1].events |= wanted[person_id].events
    return batches


def likeness(one: Batch) -> tuple[list[str], list[int]]:
    return sorted(one.kinds), sorted(one.events)


def post_batch(batch: Batch, now: datetime) -> int:
    """Decide all that is due for these people, and post it; keys make a repeat harmless. Returns how many letters."""
    people = lock(batch.people, batch.events)
    settings = finding.settings()
    held = deciding.held_of(people)
    cases = deciding.cases_of(batch.kinds, held, list(people), settings, now)
    return deciding.decide(people, cases, held, settings, now)


def lock(person_ids: Sequence[int], event_ids: Iterable[int]) -> dict[int, Person]:
    """Hold these events and people, and everybody else who reads their mailboxes; returns the people, read anew.

    Events first, as everywhere: a row that names an event waits for whoever changes it, and must not hold people
    meanwhile.
    """
    events = select(Event.id).where(Event.id.in_(sorted(event_ids))).order_by(Event.id)
    db.session.execute(events.with_for_update(read=True, key_share=True)).all()
    addresses = set(db.session.scalars(select(Person.reachable).where(Person.id.in_(person_ids))))
    wanted = set(person_ids)
    own = aliased(Person)
    mine = select(own.id).where(own.id.in_(wanted))  # also of those whom letters reach at no address
    which = union_all(mine, *readers_at(sorted(addresses - {""})))
    rows = select(Person).where(Person.id.in_(which)).order_by(Person.id)
    found = db.session.scalars(
        rows.with_for_update(key_share=True), execution_options={"populate_existing": True}
    ).all()
    return {one.id: one for one in found if one.id in wanted}


def post_due(event_id: int, rule: str, now: datetime) -> int:
    """One rule for one event, by itself. Returns how many letters were posted."""
    event = locked(event_id)
    for one in taken_back(now):
        forget(one)
    settings = finding.settings()
    new: list[Case] = [one for one in FINDERS[rule].find(Look(now, settings)) if one.event_id == event.id]
    held = held_at(event.id, rule)
    people = lock([*{one.person_id for one in new}, *{one.person_id for one in held}], ())
    cases: list[Case] = new + (FINDERS[rule].find(Look(now, settings, held=held)) if held else [])
    if rule == "reminder" and cases:
        later = Look(now, settings, until=now + REMINDED_AHEAD, people=list(people))
        known = {one.key for one in cases}
        cases += [one for one in FINDERS[rule].find(later) if one.key not in known]
    return deciding.decide(people, cases, held, settings, now)


def held_at(event_id: int, rule: str) -> Sequence[Nudge]:
    rows = select(Nudge).where(Nudge.event_id == event_id, Nudge.rule == rule, Nudge.state == "held")
    return db.session.scalars(rows.order_by(Nudge.id)).all()


def taken_back(now: datetime) -> list[int]:
    """Reminders whose letter was taken back before it left, because what it tells of changed. Reads only."""
    rows = select(Nudge.id).join(OutgoingMail, OutgoingMail.person_id == Nudge.person_id)
    rows = rows.where(
        OutgoingMail.state == "dropped",
        OutgoingMail.due_at > now - 2 * REMINDED_AHEAD,
        OutgoingMail.letter == "reminder",
        OutgoingMail.last_answer == UNTRUE,
        OutgoingMail.posted_at == Nudge.decided_at,
        Nudge.rule == "reminder",
        Nudge.state == "sent",
    )
    return list(db.session.scalars(rows))


def forget(nudge_id: int) -> None:
    """It is judged anew, each event by itself."""
    db.session.execute(delete(Nudge).where(Nudge.id == nudge_id, Nudge.state == "sent"))


def nudges_of(addresses: Iterable[str], now: datetime) -> dict[str, list[datetime]]:
    """When each of these addresses was sent a letter that nobody asked for, over every host."""
    return history.had(addresses, now)
