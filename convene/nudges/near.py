"""The events near enough for a rule, and the places at them: of now, of what is held, or read ahead for a preview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select
from sqlalchemy.orm import aliased

from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Round, Seat
from convene.nudges.finding import Ahead, Case, Look, can_be_written_to, in_hundreds, undecided
from convene.nudges.models import Answer, Nudge
from convene.nudges.rules import events as rules
from convene.nudges.rules.base import Call, Timing
from convene.nudges.rules.events import MEET_LASTS
from convene.nudges.rules.registry import RULES
from convene.people.models import Person
from convene.signups.models import Signup

DAY = timedelta(days=1)
OF_EVENTS = (rules.reminder, rules.plan, rules.thank_you, rules.did_you_meet)
PUBLISHED = ("published", "held")  # of rounds that people know of


def has_said(*questions: str) -> ColumnElement[bool]:
    """In SQL: the person of this signup answered one of these of its event."""
    mine = (Answer.event_id == Signup.event_id, Answer.person_id == Signup.person_id)
    return exists().where(Answer.question.in_(questions), *mine)


def shared_a_group() -> ColumnElement[bool]:
    """In SQL: the person of this signup sat in a published group with somebody whom a letter can still reach."""
    own, theirs, other = aliased(Seat), aliased(Seat), aliased(Person)
    return exists(
        select(own.id)
        .join(Round, Round.id == own.round_id)
        .join(theirs, and_(theirs.group_id == own.group_id, theirs.person_id != own.person_id))
        .join(other, and_(other.id == theirs.person_id, other.address_typed != ""))
        .where(Round.event_id == Signup.event_id, Round.state.in_(PUBLISHED))
        .where(own.person_id == Signup.person_id)
        .correlate(Signup)
    )


# Put together once: each takes as long to write as the database takes to answer it.
HELPED, PLANNED = has_said("helped"), has_said("plan")
TALKED, MET_AGAIN = has_said("helped", "met"), has_said("again")
SAT_WITH_SOMEBODY = shared_a_group()
FLAGS = {
    "helped": HELPED,
    "planned": PLANNED,
    "talked": TALKED,
    "again": MET_AGAIN,
    "sat": SAT_WITH_SOMEBODY,
}


@dataclass(frozen=True, slots=True)
class Near:
    """One event near enough for a rule, with the timing that holds there."""

    id: int
    host_id: int
    circle_id: int | None
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    state: str
    waits_to_tell: bool
    timing: Timing


COLUMNS = (
    Event.id, Event.organisation_id, Event.circle_id, Event.starts_at, Event.ends_at, Event.zone, Event.title,
    Event.state, Event.tell_at,
)  # fmt: skip


def as_near(row: Any, timing: Timing) -> Near:
    """From a row that begins with COLUMNS."""
    id_, host, circle, starts, ends, zone, title, state, tell_at = row[: len(COLUMNS)]
    return Near(id_, host, circle, starts, ends, zone, title, state, tell_at is not None, timing)


def read_ahead(people: Select[Any], now: datetime, until: datetime) -> Mapping[int, Sequence[Any]]:
    """All places of these people at events that a rule may count from until then, by event, in one statement.

    Each row is COLUMNS, then the signup's id, its person, state and since when, then what `FLAGS` asks.
    """
    longest = (
        max(rule.longest + (rule.timing.again or DAY) for rule in RULES if rule.judge in OF_EVENTS)
        + MEET_LASTS
    )
    rows: Any = select(*COLUMNS, Signup.id.label("signup_id"), Signup.person_id, Signup.state.label("part"))
    rows = rows.add_columns(Signup.confirmed_at, *(one.label(name) for name, one in FLAGS.items()))
    rows = rows.join(Signup, Signup.event_id == Event.id).join(Person, Person.id == Signup.person_id)
    rows = rows.where(
        Event.state == "published", Event.ends_at > now - longest, Event.starts_at <= until + longest
    )
    rows = rows.where(Signup.state == "confirmed", can_be_written_to(), Person.id.in_(people))
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(rows.order_by(Signup.id)):
        found.setdefault(row[0], []).append(row)
    return found


def near(kind: str, look: Look, *window: ColumnElement[bool]) -> list[Near]:
    """The published events in this window at which the rule is on; or those of the nudges that are held."""
    if look.ahead is not None:
        firsts = (rows[0] for rows in look.ahead.places.values())
        found = [as_near(one, look.settings.timing(kind, one[1], one[0], one[2])) for one in firsts]
        return [one for one in found if one.timing.on]
    if look.held is not None:
        which: list[ColumnElement[bool]] = [Event.id.in_({one.event_id for one in look.held if one.event_id})]
    else:
        which = [Event.state == "published", *window]
    rows = db.session.execute(select(*COLUMNS).where(*which))
    found = [as_near(one, look.settings.timing(kind, one[1], one[0], one[2])) for one in rows]
    return [one for one in found if look.held is not None or one.timing.on]


def day_of(event: Near) -> str:
    return f"{zones.local(event.starts_at, event.zone):%Y-%m-%d}"


def places(
    kind: str, step: str, events: Sequence[Near], look: Look, *more: ColumnElement[bool]
) -> Iterable[tuple[Near, int, int, str, datetime | None, bool, bool]]:
    """Places at these events: (event, signup id, person id, state, since, more ...), undecided at this step or held."""
    if look.ahead is not None:
        yield from places_ahead(kind, step, events, look.ahead, more)
        return
    by_id = {one.id: one for one in events}
    flags = [*more, *[literal(False)] * (2 - len(more))]
    for ids in in_hundreds(by_id):
        rows: Select = select(
            Signup.event_id, Signup.id, Signup.person_id, Signup.state, Signup.confirmed_at, *flags
        ).join(Person, Person.id == Signup.person_id)
        rows = rows.where(Signup.event_id.in_(ids), can_be_written_to())
        if look.held is None:
            same = (
                Nudge.event_id == Signup.event_id,
                Nudge.person_id == Signup.person_id,
                Nudge.step == step,
            )
            rows = rows.where(Signup.state == "confirmed", undecided(kind, *same))
            if look.people is not None:
                rows = rows.where(Signup.person_id.in_(look.people))
        else:
            rows = rows.where(Signup.person_id.in_({one.person_id for one in look.held}))
        for event_id, *rest in db.session.execute(rows.order_by(Signup.id)):
            yield by_id[event_id], *rest


def places_ahead(
    kind: str, step: str, events: Sequence[Near], ahead: Ahead, more: Sequence[ColumnElement[bool]]
) -> Iterable[tuple[Near, int, int, str, datetime | None, bool, bool]]:
    """The same of what was read beforehand."""
    first = len(COLUMNS)
    flags = [first + 4 + number for one in more for number, flag in enumerate(FLAGS.values()) if flag is one]
    for at in events:
        for row in ahead.places[at.id]:
            signup_id, person_id, state, since = row[first : first + 4]
            if f"{kind}:{at.id}:{person_id}:{step}" not in ahead.decided:
                said = [row[flag] for flag in flags]
                yield at, signup_id, person_id, state, since, *(*said, False, False)[:2]


@dataclass(frozen=True, slots=True)
class Place:
    """What a letter about a place is written from; in_company: they met somebody who can be reached."""

    signup_id: int
    in_company: bool = False


def case(
    kind: str,
    step: str,
    at: Near,
    signup_id: int,
    person_id: int,
    call: Call,
    day: str = "",
    in_company: bool = False,
) -> Case:
    return Case(
        kind=kind,
        subject_id=at.id,
        step=step,
        person_id=person_id,
        host_id=at.host_id,
        call=call,
        zone=at.zone,
        event_id=at.id,
        circle_id=at.circle_id,
        title=at.title,
        day=day,
        thread=f"signup:{signup_id}",
        about=Place(signup_id, in_company),
    )


def called_off(at: Near, call: Call) -> Call:
    return call if at.state == "published" else replace(call, stop="the event was called off")


def is_due(due_at: datetime, look: Look) -> bool:
    return look.held is not None or due_at <= look.by
