"""The next four weeks of one host in plain words: who would get what, when, and what would be held back and why.

Nothing is written: the same finders and the same plan are asked, moment after moment, as if nobody did anything.
What is held by now stands as it was written down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import aliased

from convene.calendar import zones
from convene.circles.models import Circle
from convene.events.models import Event
from convene.extensions import db
from convene.mail.suppression import reasons_for
from convene.nudges import deciding, finding, history, hosts_ahead, near
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Ahead, Case, Look
from convene.nudges.models import Nudge
from convene.nudges.rules import planning
from convene.nudges.rules.base import Who
from convene.nudges.rules.planning import Wish
from convene.nudges.rules.registry import OF
from convene.nudges.settings import Settings
from convene.people.models import Person

AHEAD = timedelta(days=28)
REMEMBERED = timedelta(days=120)  # longer than any rule looks back
MOMENTS = 60  # at which one mailbox is looked at, at most
OF_PERSON = (
    Person.id, Person.organisation_id, Person.name, Person.reachable, Person.zone, Person.muted, Person.state,
    Person.paused_until,
)  # fmt: skip


@dataclass(slots=True)
class Line:
    """What some people would get, or not get, of one rule about one thing; `at` is the earliest moment of it."""

    at: datetime
    title: str  # of the rule
    about: str
    reason: str  # why it would be sent, or would not
    names: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preview:
    sent: Sequence[Line]
    withheld: Sequence[Line]


@dataclass(slots=True)
class Open:
    """One case that is still to be decided, and when it is looked at next."""

    case: Case
    at: datetime
    held: str = ""


def preview(host_id: int, zone: str, now: datetime, settings: Settings) -> Preview:
    """By day, kind and subject. What is private is left out; of a host's daily list the first is shown.

    Whoever reads the mailboxes of this host's people is looked at with them, as caps are kept over all hosts. How many
    people there are makes no more statements of it.
    """
    mates = mates_of(host_id)
    places = near.read_ahead(mates, now, now + AHEAD)
    held, decided = written(mates, now)
    look = Look(now, settings, now + AHEAD, mates, ahead=Ahead(places, decided))
    cases = [one for kind in FINDERS if of_all(kind) for one in FINDERS[kind].find(look)]
    cases = [one for one in cases if one.call.until > now]
    ends = (rows[0].ends_at for rows in places.values() if rows[0].organisation_id == host_id)
    cases += hosts_ahead.cases(host_id, look, ends)
    people = known({one.person_id for one in cases} | {row.person_id for row in held}, mates)
    sent: dict[tuple[object, ...], Line] = {}
    withheld: dict[tuple[object, ...], Line] = {}
    had = history.had_by(mates, now)
    for row in held:
        person = people[row.person_id]
        at = max(now, row.look_at or now)
        if not OF[row.rule].private and person.organisation_id == host_id:
            reason = f"{row.reason}; looked at again on {zones.spoken_date(at, person.zone or zone)}"
            add(withheld, row.rule, row.subject_id, row.about or "", at, reason, person.name)
        if OF[row.rule].counts:
            had.setdefault(person.reachable, []).append(at)
    mailboxes: dict[str, list[Case]] = {}
    for case in cases:
        if case.person_id in people:
            mailboxes.setdefault(people[case.person_id].reachable, []).append(case)
    barred = reasons_for(mailboxes)
    for address, mine in mailboxes.items():
        if not any(one.host_id == host_id for one in mine):
            continue
        for case, at, act, reason in season(mine, people, had.get(address, []), barred.get(address, ""), now):
            if case.host_id == host_id:
                kept, name = sent if act == "send" else withheld, people[case.person_id].name
                add(kept, case.kind, case.subject_id, case.title, at, reason, name)
    return Preview(in_order(sent.values()), in_order(withheld.values()))


def of_all(kind: str) -> bool:
    """What is private is for no host to read; what goes to hosts is read apart (hosts_ahead)."""
    return not OF[kind].private and not OF[kind].for_hosts


def mates_of(host_id: int) -> Select[Any]:
    """In SQL: the people of this host, and whoever else reads one of their mailboxes."""
    ours = aliased(Person)
    theirs = select(ours.reachable).where(ours.organisation_id == host_id, ours.address_typed != "")
    return select(Person.id).where(or_(Person.organisation_id == host_id, Person.reachable.in_(theirs)))


def written(people: Select[Any], now: datetime) -> tuple[list[Row[Any]], frozenset[str]]:
    """What is held for these people, with the title of what it is about; and the keys of all that was decided for them
    so lately that a rule may still find it."""
    rows = select(
        Nudge.key, Nudge.state, Nudge.rule, Nudge.subject_id, Nudge.person_id, Nudge.reason, Nudge.look_at,
        func.coalesce(Event.title, Circle.title).label("about"),
    )  # fmt: skip
    rows = rows.outerjoin(Event, Event.id == Nudge.event_id).outerjoin(Circle, Circle.id == Nudge.circle_id)
    rows = rows.where(
        or_(Nudge.state == "held", Nudge.due_at > now - REMEMBERED), Nudge.person_id.in_(people)
    )
    found: list[Row[Any]] = list(db.session.execute(rows.order_by(Nudge.id)))
    return [row for row in found if row.state == "held"], frozenset(row.key for row in found)


def known(person_ids: Iterable[int], people: Select[Any]) -> dict[int, Row[Any]]:
    """Of these people whom the numbers name, as far as a preview asks."""
    found: dict[int, Row[Any]] = {}
    for ids in finding.in_hundreds(sorted(person_ids)):
        mine = select(*OF_PERSON).where(Person.id.in_(ids), Person.id.in_(people))
        found |= {row.id: row for row in db.session.execute(mine)}
    return found


def season(
    cases: Sequence[Case],
    people: Mapping[int, Row[Any]],
    had: Sequence[datetime],
    barred: str,
    now: datetime,
) -> Iterable[tuple[Case, datetime, str, str]]:
    """What becomes of one mailbox's cases: (case, when, act, reason), moment after moment."""
    open_ = {case.key: Open(case, max(now, case.call.due_at)) for case in cases}
    whose = {
        (one.person_id, one.zone): deciding.who(people[one.person_id], one.zone, barred) for one in cases
    }
    sent_at = list(had)
    for _ in range(MOMENTS):
        if not open_:
            return
        moment = min(one.at for one in open_.values())
        if moment > now + AHEAD:
            break
        letters = set()
        for outcome in planning.plan(wishes(open_.values(), whose, moment), sent_at, moment):
            if outcome.act == "hold":
                step = max(outcome.at, moment + timedelta(minutes=1))
                open_[outcome.key].at, open_[outcome.key].held = step, outcome.reason
                continue
            done = open_.pop(outcome.key)
            late = outcome.act == "expired" and done.held
            yield done.case, moment, outcome.act, done.held if late else outcome.reason
            if outcome.letter and OF[done.case.kind].counts:
                letters.add(outcome.letter)
        sent_at += [moment] * len(letters)
        for one in open_.values():  # what is not due yet waits for its own time
            if one.at <= moment:
                one.at = max(one.case.call.due_at, moment + timedelta(minutes=1))
    for one in open_.values():
        if one.held:
            yield one.case, one.at, "hold", one.held


def wishes(open_: Iterable[Open], whose: Mapping[tuple[int, str], Who], moment: datetime) -> Iterable[Wish]:
    """What is to be decided at this moment, and the reminders that one of now may tell of besides."""
    due, later = [], []
    for one in open_:
        if one.at <= moment:
            due.append(one)
        elif one.case.kind == "reminder":
            later.append(one)
    days = {one.case.day for one in due if one.case.day}
    for one in (*due, *(one for one in later if one.case.day in days)):
        case = one.case
        verdict = deciding.judge_for(case, whose[case.person_id, case.zone], moment)
        if moment < one.at and verdict.act == "send":  # held by a cap until later
            verdict = replace(verdict, act="wait")
        yield Wish(case.key, case.kind, case.host_id, case.person_id, verdict, case.call.until, case.day)


def add(
    lines: dict[tuple[object, ...], Line],
    kind: str,
    subject_id: int,
    about: str,
    at: datetime,
    reason: str,
    name: str,
) -> None:
    key = (at.date(), kind, subject_id, reason)
    line = lines.setdefault(key, Line(at, OF[kind].title, about, reason))
    line.at = min(line.at, at)
    line.names.append(name)


def in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: (one.at, one.title, one.about))
