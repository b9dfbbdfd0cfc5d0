"""Finding whom a rule around an event may speak to: reminders, plans, thanks, and whether a group met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, select
from sqlalchemy.orm import aliased

from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Round, Seat
from convene.nudges.finding import GRACE, Case, Look, can_be_written_to, in_hundreds, of_held, undecided
from convene.nudges.models import Answer, Nudge
from convene.nudges.rules import events as rules
from convene.nudges.rules.base import Call, Timing
from convene.nudges.rules.events import MEET_LASTS, THANK_LASTS, Meeting, Part
from convene.nudges.rules.registry import OF, RULES
from convene.people.models import Person
from convene.signups.models import Signup

DAY = timedelta(days=1)
SECOND = "+2"  # ends the step of a second letter about one day
OF_EVENTS = (rules.reminder, rules.plan, rules.thank_you, rules.did_you_meet)
PUBLISHED = ("published", "held")  # of rounds that people know of


def has_said(question: str) -> ColumnElement[bool]:
    """In SQL: the person of this signup answered this of its event."""
    mine = (Answer.event_id == Signup.event_id, Answer.person_id == Signup.person_id)
    return exists().where(Answer.question == question, *mine)


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
SAT_WITH_SOMEBODY = shared_a_group()
FLAGS = {"helped": HELPED, "planned": PLANNED, "sat": SAT_WITH_SOMEBODY}


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


def read_ahead(people: Select[Any], now: datetime, until: datetime) -> Sequence[Any]:
    """All places of these people at events that a rule may count from until then, in one statement.

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
    return db.session.execute(rows.order_by(Signup.id)).all()


def near(kind: str, look: Look, *window: ColumnElement[bool]) -> list[Near]:
    """The published events in this window at which the rule is on; or those of the nudges that are held."""
    if look.ahead is not None:
        whole = {one.id: one for one in look.ahead.places}
        found = [as_near(one, look.settings.timing(kind, one[1], one[0], one[2])) for one in whole.values()]
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
    by_id = {one.id: one for one in events}
    if look.ahead is not None:
        for row in look.ahead.places:
            if row.id in by_id and f"{kind}:{row.id}:{row.person_id}:{step}" not in look.ahead.decided:
                said = [getattr(row, name) for one in more for name, flag in FLAGS.items() if flag is one]
                yield (
                    by_id[row.id],
                    row.signup_id,
                    row.person_id,
                    row.part,
                    row.confirmed_at,
                    *(*said, 0, 0)[:2],
                )
        return
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


def reminders(look: Look) -> list[Case]:
    """N3. A reminder once for each day that the event was moved to; a changed event is told of first."""
    _, longest = look.settings.reach("reminder")
    window = (Event.starts_at > look.now - GRACE, Event.starts_at <= look.by + max(longest, DAY))
    steps: dict[str, list[Near]] = {}
    for at in near("reminder", look, *window):
        for step in steps_of(at, look):
            if look.held is not None or is_reminded(at, step, look):
                steps.setdefault(step, []).append(at)
    found = [one for step, events in steps.items() for one in reminders_of(step, events, look)]
    return of_held(found, look)


def steps_of(at: Near, look: Look) -> list[str]:
    """The day it is on, and that day a second time where a second letter is wanted; or what the held ones say."""
    if look.held is not None:
        return sorted({one.step for one in look.held if one.event_id == at.id})
    return [day_of(at), day_of(at) + SECOND] if at.timing.again else [day_of(at)]


def is_reminded(at: Near, step: str, look: Look) -> bool:
    away = at.timing.again if step.endswith(SECOND) and at.timing.again else at.timing.away
    return at.starts_at - away <= look.by and not at.waits_to_tell


def reminders_of(step: str, events: Sequence[Near], look: Look) -> Iterable[Case]:
    for at, signup_id, person_id, state, since, *_ in places("reminder", step, events, look):
        part = Part(at.starts_at, at.ends_at, state, since)
        call = called_off(at, rules.reminder(part, at.timing, 2 if step.endswith(SECOND) else 1))
        if step.removesuffix(SECOND) != day_of(at):
            call = replace(call, stop=call.stop or "the event was moved to another day")
        yield case("reminder", step, at, signup_id, person_id, call, step)


def plans(look: Look) -> list[Case]:
    """N2, off unless a host turned it on."""
    if look.held is None and look.settings.is_off("plan"):
        return []
    _, longest = look.settings.reach("plan")
    window = (Event.starts_at > look.now + DAY - GRACE, Event.starts_at <= look.by + longest)
    events = [at for at in near("plan", look, *window) if is_due(at.starts_at - at.timing.away, look)]
    found = []
    for at, signup_id, person_id, state, since, answered, _ in places("plan", "1", events, look, PLANNED):
        part = Part(at.starts_at, at.ends_at, state, since, bool(answered))
        found.append(case("plan", "1", at, signup_id, person_id, called_off(at, rules.plan(part, at.timing))))
    return of_held(found, look)


def thanks(look: Look) -> list[Case]:
    """N12. Whose group is asked about (N9) is not thanked besides."""
    shortest, longest = look.settings.reach("thank_you")
    window = (Event.ends_at <= look.by - shortest, Event.ends_at > look.now - longest - THANK_LASTS - GRACE)
    events = [at for at in near("thank_you", look, *window) if is_due(at.ends_at + at.timing.away, look)]
    found = []
    rows = places("thank_you", "1", events, look, HELPED, SAT_WITH_SOMEBODY)
    for at, signup_id, person_id, state, since, answered, in_company in rows:
        in_group = bool(in_company) and at.circle_id is not None and group_timing(at, look).on
        part = Part(at.starts_at, at.ends_at, state, since, bool(answered), in_group)
        call = called_off(at, rules.thank_you(part, at.timing))
        found.append(case("thank_you", "1", at, signup_id, person_id, call, in_company=bool(in_company)))
    return of_held(found, look)


def group_timing(at: Near, look: Look) -> Timing:
    return look.settings.timing("did_you_meet", at.host_id, at.id, at.circle_id)


def meetings(look: Look) -> list[Case]:
    """N9: the groups of a circle's sessions."""
    shortest, longest = look.settings.reach("did_you_meet")
    again = OF["did_you_meet"].timing.again or DAY
    earliest = look.now - longest - again - MEET_LASTS - GRACE
    window = (Event.circle_id.is_not(None), Event.ends_at <= look.by - shortest, Event.ends_at > earliest)
    found = []
    events = near("did_you_meet", look, *window)
    for number in (1, 2):
        due = [at for at in events if asks_at(at, number, look)]
        rows = places("did_you_meet", str(number), due, look, HELPED, SAT_WITH_SOMEBODY)
        for at, signup_id, person_id, state, _, answered, sat in rows:
            if not sat and look.held is None:
                continue
            meeting = Meeting(at.ends_at, state, int(bool(sat)), bool(answered))
            call = called_off(at, rules.did_you_meet(meeting, at.timing, number))
            found.append(case("did_you_meet", str(number), at, signup_id, person_id, call))
    return of_held(found, look)


def asks_at(at: Near, number: int, look: Look) -> bool:
    """Whether this letter of the two is due, and not by so long that it is of no use to anybody."""
    if look.held is not None:
        return True
    if number == 2 and at.timing.again is None:
        return False
    due_at = at.ends_at + at.timing.away + (at.timing.again or DAY) * (number - 1)
    return due_at <= look.by and due_at + MEET_LASTS > look.now - GRACE
