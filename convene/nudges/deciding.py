"""From cases to rows and letters: what each mailbox gets now, what is held, dropped or stopped, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, insert, select

from convene.extensions import db
from convene.mail import alike, outbox
from convene.mail.suppression import reasons_for
from convene.nudges import gathering, history
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Case, Look
from convene.nudges.models import Nudge
from convene.nudges.rules import planning
from convene.nudges.rules.base import TOO_LATE, Verdict, Who, judge
from convene.nudges.rules.events import REMINDED_AHEAD
from convene.nudges.rules.planning import Outcome, Wish
from convene.nudges.rules.registry import OF
from convene.nudges.settings import Settings
from convene.people.models import Person

LOOKED_AT_EACH = timedelta(days=1)
GONE = "what it was about is no longer there"
TABLE = cast(Table, Nudge.__table__)
WRITTEN = [column.name for column in TABLE.columns if column.name != "id"]
NEW = insert(TABLE)
NUMBERS = select(TABLE.c.key, TABLE.c.id).where(TABLE.c.key.in_(bindparam("keys", expanding=True)))
STATES = {"send": "sent", "hold": "held", "expired": "expired", "stopped": "stopped"}
BARRED = {
    "never": "they asked never to be written to",
    "bounced": "their mailbox does not take our letters",
    "complained": "they reported a letter as unwanted",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One case with the verdict on it, and its row where it was held before."""

    case: Case
    verdict: Verdict
    row: Nudge | None


def decide(
    people: Mapping[int, Person],
    cases: Sequence[Case],
    held: Sequence[Nudge],
    settings: Settings,
    now: datetime,
) -> int:
    """Write what becomes of these cases, and the letters; returns how many letters that were.

    The people must be locked: two who decide for one mailbox at once would each send what only one may.
    """
    rows = {one.key: one for one in held}
    judged = judge_all(people, cases, rows, now)
    for key in rows.keys() - {one.case.key for one in judged}:
        settle(rows[key], Outcome(key, "stopped", GONE, now), rows[key].due_at, now)
    by_mailbox: dict[str, list[Judged]] = {}
    for one in judged:
        by_mailbox.setdefault(people[one.case.person_id].reachable, []).append(one)
    sent_at = history.had(by_mailbox, now)
    of_key = {one.case.key: one for one in judged}
    outcomes: list[Outcome] = []
    for address, theirs in by_mailbox.items():
        outcomes += planning.plan(map(wish, theirs), sent_at.get(address, ()), now)
    for one in judged:
        if one.row is not None and one.verdict.act == "wait":
            # Moved to a later time while it was held. Within a day, as it may be moved back.
            one.row.due_at, one.row.look_at = one.verdict.due_at, min(one.verdict.at, now + LOOKED_AT_EACH)
    decided: list[tuple[Judged, Outcome, Nudge]] = []
    for outcome in outcomes:
        about_it = of_key[outcome.key]
        row = row_of(about_it, people[about_it.case.person_id])
        settle(row, outcome, about_it.verdict.due_at, now)
        decided.append((about_it, outcome, row))
    db.session.flush()
    write([row for about_it, _, row in decided if about_it.row is None])
    going: dict[str, list[tuple[Nudge, Case]]] = {}
    for about_it, outcome, row in decided:
        if outcome.letter:
            going.setdefault(outcome.letter, []).append((row, about_it.case))
    return post_all(list(going.values()), settings, now)


def judge_all(
    people: Mapping[int, Person], cases: Iterable[Case], rows: Mapping[str, Nudge], now: datetime
) -> list[Judged]:
    barred = reasons_for({one.reachable for one in people.values() if one.reachable})
    found = []
    for case in cases:
        person = people.get(case.person_id)
        if person is not None and person.reachable:
            verdict = judge_one(case, person, barred.get(person.reachable, ""), now)
            found.append(Judged(case, verdict, rows.get(case.key)))
    return found


def judge_one(case: Case, person: Person, barred: str, now: datetime) -> Verdict:
    return judge_for(case, who(person, case.zone, barred), now)


def judge_for(case: Case, them: Who, now: datetime) -> Verdict:
    """The same, of somebody whose wishes are in hand."""
    if case.kind == "welcome_back":  # it is what tells them that they are paused
        them = replace(them, silent=False)
    return judge(case.call, case.kind, them, now, OF[case.kind].any_hour)


def who(person: Person | Row[Any], zone: str, barred: str = "") -> Who:
    """Of a person, or of a row with these columns of theirs."""
    return Who(
        zone=person.zone or zone,
        muted=frozenset(person.muted.split()),
        paused_until=person.paused_until,
        silent=person.state == "paused",
        barred=BARRED.get(barred, barred),
        salt=str(person.id),  # one for each person: what is held for them comes at one moment, in one letter
    )


def wish(one: Judged) -> Wish:
    case = one.case
    return Wish(case.key, case.kind, case.host_id, case.person_id, one.verdict, case.call.until, case.day)


def row_of(one: Judged, person: Person) -> Nudge:
    """The row that was held, or one to `write`. What is between two people names neither event nor circle."""
    if one.row is not None:
        return one.row
    case, private = one.case, OF[one.case.kind].private
    return Nudge(
        key=case.key,
        person=person,
        person_id=person.id,
        rule=case.kind,
        subject_id=case.subject_id,
        step=case.step,
        event_id=None if private else case.event_id,
        circle_id=None if private else case.circle_id,
        held_because="",
        generation=1,
    )


def write(new: Sequence[Nudge]) -> None:
    """Write these rows at once and give each its number; a flush takes a statement a row on SQLite."""
    if not new:
        return
    db.session.execute(NEW, [{name: getattr(one, name) for name in WRITTEN} for one in new])
    rows = db.session.execute(NUMBERS, {"keys": [one.key for one in new]})
    numbers = {key: number for key, number in rows}
    for one in new:
        one.id = numbers[one.key]


def settle(row: Nudge, outcome: Outcome, due_at: datetime, now: datetime) -> None:
    """Write an outcome into its row; of one held and then dropped, both reasons stay readable."""
    row.state, row.reason, row.due_at, row.decided_at = STATES[outcome.act], outcome.reason, due_at, now
    row.look_at = outcome.at if outcome.act == "hold" else None
    if outcome.act == "hold":
        row.held_because = outcome.reason
    elif outcome.act == "expired" and row.held_because:
        row.reason = f"{TOO_LATE} while it was held: {row.held_because}"
    if outcome.letter:
        row.letter_key = f"nudge:{outcome.letter}"
        if row.rule == "welcome_back" and row.step.endswith("-2"):
            row.person.state = "paused"


def post_all(letters: Sequence[list[tuple[Nudge, Case]]], settings: Settings, now: datetime) -> int:
    """Post these letters, each of one nudge or several; returns how many were no repeats."""
    # Kept in hand meanwhile, so that no letter asks by itself.
    kept = [FINDERS[kind].load(cases) for kind, cases in about(letters).items()]
    with alike.in_common():
        rows = [gathering.row_of(parts, settings, now) for parts in letters]
    del kept
    return outbox.post_many(rows)


def about(letters: Iterable[list[tuple[Nudge, Case]]]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for parts in letters:
        for _, case in parts:
            found.setdefault(case.kind, []).append(case)
    return found


def held_of(person_ids: Iterable[int]) -> Sequence[Nudge]:
    """Everything that is held for these people, also what is not to be looked at yet: two held become one letter."""
    rows = select(Nudge).where(Nudge.person_id.in_(list(person_ids)), Nudge.state == "held")
    return db.session.scalars(rows.order_by(Nudge.id)).all()


def cases_of(
    kinds: Iterable[str], held: Sequence[Nudge], people: Sequence[int], settings: Settings, now: datetime
) -> list[Case]:
    """These people's cases of these kinds, new or held; reminders also of what comes later on such a day."""
    found: dict[str, Case] = {}
    for kind in sorted({*kinds, *(one.rule for one in held)} & FINDERS.keys()):
        find = FINDERS[kind].find
        mine = [one for one in held if one.rule == kind]
        until = now + REMINDED_AHEAD if kind == "reminder" else None
        for case in find(Look(now, settings, until=until, people=people)):
            found[case.key] = case
        for case in find(Look(now, settings, held=mine)) if mine else ():
            found[case.key] = case
    return list(found.values())
