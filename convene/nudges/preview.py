"""The next four weeks of one host in plain words: who would get what, when, and what would be held back and why.

Nothing is written: the same finders and the same plan are asked, moment after moment, as if nobody did anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from convene.extensions import db
from convene.mail.suppression import reasons_for
from convene.nudges import deciding, finding, history
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Case, Look
from convene.nudges.models import Nudge
from convene.nudges.rules import planning
from convene.nudges.rules.planning import Wish
from convene.nudges.rules.registry import OF
from convene.people.models import Person

AHEAD = timedelta(days=28)
MOMENTS = 60  # at which one mailbox is looked at, at most


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


def preview(host_id: int, now: datetime) -> Preview:
    """By day, kind and subject. What is between two people is left out, and so is the hosts' own daily list."""
    cases = [case for kind in FINDERS for case in cases_of(kind, now) if shown(kind)]
    people = known({case.person_id for case in cases})
    mailboxes: dict[str, list[Case]] = {}
    for case in cases:
        if case.person_id in people:
            mailboxes.setdefault(people[case.person_id].reachable, []).append(case)
    ours = {
        address: mine for address, mine in mailboxes.items() if any(one.host_id == host_id for one in mine)
    }
    had = history.had(ours, now)
    barred = reasons_for(ours)
    sent: dict[tuple[object, ...], Line] = {}
    withheld: dict[tuple[object, ...], Line] = {}
    for address, mine in ours.items():
        for case, at, act, reason in season(mine, people, had.get(address, []), barred.get(address, ""), now):
            if case.host_id == host_id:
                kept = sent if act == "send" else withheld
                add(kept, case, at, reason, people[case.person_id].name)
    return Preview(in_order(sent.values()), in_order(withheld.values()))


def shown(kind: str) -> bool:
    return not OF[kind].private and not OF[kind].any_hour


def cases_of(kind: str, now: datetime) -> list[Case]:
    settings = finding.settings()
    held = db.session.scalars(select(Nudge).where(Nudge.state == "held", Nudge.rule == kind)).all()
    new = FINDERS[kind].find(Look(now, settings, until=now + AHEAD))
    return new + (FINDERS[kind].find(Look(now, settings, held=held)) if held else [])


def known(person_ids: Iterable[int]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for ids in finding.in_hundreds(sorted(person_ids)):
        found |= {one.id: one for one in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    return found


def season(
    cases: Sequence[Case],
    people: Mapping[int, Person],
    had: Sequence[datetime],
    barred: str,
    now: datetime,
) -> Iterable[tuple[Case, datetime, str, str]]:
    """What becomes of one mailbox's cases: (case, when, act, reason), moment after moment."""
    open_ = {case.key: Open(case, max(now, case.call.due_at)) for case in cases}
    sent_at = list(had)
    for _ in range(MOMENTS):
        if not open_:
            return
        moment = min(one.at for one in open_.values())
        if moment > now + AHEAD:
            break
        wishes = [wish(one, people[one.case.person_id], barred, moment) for one in open_.values()]
        letters = set()
        for outcome in planning.plan(wishes, sent_at, moment):
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


def wish(one: Open, person: Person, barred: str, moment: datetime) -> Wish:
    case = one.case
    verdict = deciding.judge_one(case, person, barred, moment)
    if moment < one.at and verdict.act == "send":  # held by a cap until later
        verdict = replace(verdict, act="wait")
    return Wish(case.key, case.kind, case.host_id, case.person_id, verdict, case.call.until, case.day)


def add(lines: dict[tuple[object, ...], Line], case: Case, at: datetime, reason: str, name: str) -> None:
    key = (at.date(), case.kind, case.subject_id, reason)
    line = lines.setdefault(key, Line(at, OF[case.kind].title, case.title, reason))
    line.at = min(line.at, at)
    line.names.append(name)


def in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda one: (one.at, one.title, one.about))
