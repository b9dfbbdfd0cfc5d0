"""The last look before a letter leaves: what it asks may have been answered, stopped or moved since it was posted."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.suppression import reasons_for
from convene.nudges import deciding, finding, history
from convene.nudges.finders import FINDERS
from convene.nudges.finding import Case, Look
from convene.nudges.models import Nudge
from convene.nudges.rules.base import NIGHT
from convene.nudges.rules.caps import ENOUGH, capped, opens_at
from convene.nudges.rules.planning import Outcome
from convene.nudges.rules.registry import KINDS, OF, REST
from convene.people.models import Person

LETTERS = (*KINDS, "digest")


def fallen(mails: Sequence[OutgoingMail], now: datetime) -> list[tuple[OutgoingMail, str]]:
    """Those of these claimed letters whose nudges are no longer so, each with the reason. Reads only.

    A letter of several of which one fell away is taken back whole, and the others are judged anew, as what is to go
    together may be another thing by then.
    """
    mine = {mail.key: mail for mail in mails if mail.letter in LETTERS and mail.key.startswith("nudge:")}
    if not mine:
        return []
    nudges = db.session.scalars(select(Nudge).where(Nudge.letter_key.in_(mine))).all()
    of_letter: dict[str, list[Nudge]] = {}
    for nudge in nudges:
        of_letter.setdefault(str(nudge.letter_key), []).append(nudge)
    outcomes = judged(nudges, now)
    back: dict[str, str] = {}
    for key in mine:
        gone = [outcomes[one.id] for one in of_letter.get(key, ()) if outcomes[one.id].act != "send"]
        if not of_letter.get(key):
            back[key] = deciding.GONE
        elif gone:
            back[key] = gone[0].reason
    for mail in too_many([mail for key, mail in mine.items() if key not in back], now):
        back[mail.key] = ENOUGH
    return [(mine[key], reason) for key, reason in back.items()]


def judged(nudges: Iterable[Nudge], now: datetime) -> dict[int, Outcome]:
    """What is so now of each of these nudges, by its id. The night is the outbox's to keep."""
    settings = finding.settings()
    kinds: dict[str, list[Nudge]] = {}
    for nudge in nudges:
        kinds.setdefault(nudge.rule, []).append(nudge)
    cases: dict[str, Case] = {}
    for kind, rows in kinds.items():
        cases |= {one.key: one for one in FINDERS[kind].find(Look(now, settings, held=rows))}
    whole = [one for rows in kinds.values() for one in rows]
    ids = {one.person_id for one in whole}
    people = {one.id: one for one in db.session.scalars(select(Person).where(Person.id.in_(ids)))}
    barred = reasons_for({one.reachable for one in people.values()})
    found = {}
    for nudge in whole:
        case, person = cases.get(nudge.key), people.get(nudge.person_id)
        if case is None or person is None:
            found[nudge.id] = Outcome(nudge.key, "stopped", deciding.GONE, now)
            continue
        verdict = deciding.judge_one(case, person, barred.get(person.reachable, ""), now)
        act = "send" if verdict.reason == NIGHT or verdict.act == "wait" else verdict.act
        if verdict.act == "wait" and case.kind != "reminder":
            act = (
                "hold"  # it was moved to a later time; a reminder of the same day is told with an earlier one
            )
        found[nudge.id] = Outcome(nudge.key, act, verdict.reason, verdict.at)
    return found


def too_many(mails: Sequence[OutgoingMail], now: datetime) -> list[OutgoingMail]:
    """Of these, in the order in which kinds go before each other, those that would be one too many.

    Others may have left while they waited for the mail server, and of two that waited together only one may leave.
    """
    ids = {mail.person_id for mail in mails if mail.person_id is not None}
    rows = db.session.execute(select(Person.id, Person.reachable).where(Person.id.in_(ids)))
    address = {person_id: reachable for person_id, reachable in rows}
    had = history.had(address.values(), now, sent_only=True)
    refused = []
    for mail in sorted(mails, key=lambda one: (before(one.letter), one.id)):
        theirs = had.setdefault(address.get(mail.person_id or 0, ""), [])
        if (mail.letter not in OF or OF[mail.letter].capped) and capped(theirs, now):
            refused.append(mail)
        elif mail.letter not in OF or OF[mail.letter].counts:
            theirs.append(now)
    return refused


def before(letter: str) -> int:
    return OF[letter].goes_before if letter in OF else REST


def take_back(mail: OutgoingMail, reason: str, now: datetime) -> None:
    """The letter is dropped and its key free; its nudges are settled or, where they are still so, looked at again."""
    nudges = db.session.scalars(
        select(Nudge).where(Nudge.letter_key == mail.key, Nudge.state == "sent").order_by(Nudge.id)
    ).all()
    outcomes = judged(nudges, now)
    again = now
    if reason == ENOUGH:
        address = db.session.scalar(select(Person.reachable).where(Person.id == mail.person_id)) or ""
        again = opens_at(history.had([address], now, sent_only=True).get(address, []), now)
    for nudge in nudges:
        outcome = outcomes[nudge.id]
        nudge.letter_key = None
        if outcome.act == "send":
            outcome = Outcome(nudge.key, "hold", reason, again)
        deciding.settle(nudge, outcome, nudge.due_at, now)
    row = db.session.scalar(select(OutgoingMail).where(OutgoingMail.id == mail.id))
    if row is not None:
        row.state, row.last_answer, row.key = (
            "dropped",
            f"not sent: {reason}"[:300],
            f"{mail.key}:back:{mail.id}",
        )
        row.lease_until = row.lease_owner = None
    db.session.flush()
