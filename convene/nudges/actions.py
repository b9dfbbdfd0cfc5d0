"""Deciding which nudges go out now, for one event and one rule at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from convene.calendar import zones
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.mail import outbox
from convene.mail.letter import Letter
from convene.mail.models import OutgoingMail
from convene.messages.audience import NEWS, hold, lately
from convene.nudges import letters
from convene.nudges.met import who_met_somebody
from convene.nudges.models import Nudge
from convene.nudges.rules import occasion as rules
from convene.people.models import Person
from convene.people.queries import reads_mail_at
from convene.signups.models import Signup
from convene.signups.posting import UNTRUE
from convene.signups.queries import in_state


def occasion_of(signup: Signup) -> rules.Occasion:
    event, person = signup.event, signup.person
    return rules.Occasion(
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=person.zone or event.zone,
        state=signup.state,
        confirmed_at=signup.confirmed_at,
        attendance=attendance_of(signup),
        muted=frozenset(person.muted.split()),
        salt=f"{event.id}:{person.id}",
        paused_until=person.paused_until,
    )


def attendance_of(signup: Signup) -> str:
    return signup.attendance.state if signup.attendance else "unknown"


def events_near(now: datetime) -> list[tuple[int, str]]:
    """The events for which a rule may have something due, each with that rule."""
    soon = (Event.starts_at > now, Event.starts_at <= now + rules.REMIND)
    gone = (
        Event.ends_at <= now - rules.THANK_FROM,
        Event.ends_at > now - rules.THANK_UNTIL - timedelta(hours=1),
    )
    found = []
    for rule, window in (("reminder", soon), ("thank_you", gone)):
        ids = db.session.scalars(select(Event.id).where(Event.state == "published", *window))
        found += [(event_id, rule) for event_id in ids]
    return found


def post_due(event_id: int, rule: str, now: datetime) -> int:
    """Post one rule's letters for one event; keys make a repeat harmless. Returns how many were posted.

    The event is locked, so that a place cannot be cancelled between the judgement and the letter.
    """
    event = locked(event_id)
    if event.state != "published":
        return 0
    if rule == "reminder":
        if (
            event.tell_at
        ):  # changed a moment ago: they are told of that first, and then reminded of what is so
            return 0
        forget_untrue(now)
    signups = in_state(event.id, "confirmed")
    hold([one.person_id for one in signups])
    decided = set(db.session.scalars(select(Nudge.key).where(Nudge.event_id == event.id, Nudge.rule == rule)))
    open_ = [one for one in signups if key_of(rule, one) not in decided and one.person.reachable]
    # Asked once: two who share a mailbox are thanked together, and after that each counts for both.
    recent = nudges_of([one.person.reachable for one in open_], now) if rule == "thank_you" else {}
    judge: Callable[[rules.Occasion, datetime], rules.Verdict] = getattr(rules, rule)
    posted = 0
    same_day = reminded_with(open_) if rule == "reminder" else {}
    in_company = who_met_somebody(event.id) if rule == "thank_you" and open_ else set()
    for signup in open_:
        verdict = judge(occasion_of(signup), now)
        if rules.capped(recent.get(signup.person.reachable, ()), now):
            if verdict.act == "send":
                continue  # looked at again at the next sweep, until its time has passed
            if verdict.act == "expired":
                verdict = replace(verdict, reason="they had had as many letters as we send in such a time")
        if verdict.act != "wait":
            others, company = same_day.get(signup.person_id, []), signup.person_id in in_company
            posted += decide(signup, rule, verdict, now, others, company)
    return posted


def forget_untrue(now: datetime) -> None:
    """Reminders that were taken back because what they tell of changed are judged anew, each event by itself."""
    taken = select(OutgoingMail.person_id, OutgoingMail.posted_at).where(
        OutgoingMail.state == "dropped",
        OutgoingMail.due_at > now - 2 * rules.REMIND,
        OutgoingMail.letter == "reminder",
        OutgoingMail.last_answer == UNTRUE,
    )
    for person_id, posted_at in db.session.execute(taken).all():
        told = (Nudge.person_id == person_id, Nudge.rule == "reminder", Nudge.decided_at == posted_at)
        db.session.execute(delete(Nudge).where(*told, Nudge.state == "sent"))


def reminded_with(signups: Sequence[Signup]) -> dict[int, list[Signup]]:
    """The other places of the same people within a day, not yet reminded of: one letter tells of them all."""
    if not signups:
        return {}
    event = signups[0].event
    rows = select(Signup).join(Event).where(Signup.person_id.in_([one.person_id for one in signups]))
    rows = rows.where(Signup.state == "confirmed", Event.state == "published", Event.id != event.id)
    rows = rows.where(Event.tell_at.is_(None))
    rows = rows.where(
        Event.starts_at > event.starts_at - rules.REMIND, Event.starts_at < event.starts_at + rules.REMIND
    )
    others = db.session.scalars(rows.options(joinedload(Signup.event), joinedload(Signup.person))).all()
    others = [one for one in others if day_of(one.event) == day_of(event)]
    keys = [key_of("reminder", one) for one in others]
    decided = set(db.session.scalars(select(Nudge.key).where(Nudge.key.in_(keys)))) if keys else set()
    found: dict[int, list[Signup]] = {}
    for one in others:
        if key_of("reminder", one) not in decided:
            found.setdefault(one.person_id, []).append(one)
    return found


def day_of(event: Event) -> str:
    return f"{zones.local(event.starts_at, event.zone):%Y-%m-%d}"


def key_of(rule: str, signup: Signup) -> str:
    """Once for each person and event; a reminder once for each day that the event was moved to."""
    step = day_of(signup.event) if rule == "reminder" else "1"
    return f"{rule}:{signup.event_id}:{signup.person_id}:{step}"


def nudges_of(addresses: Sequence[str], now: datetime) -> Mapping[str, Sequence[datetime]]:
    """When each of these addresses was nudged or sent news of events, over every host of the installation."""
    rows = select(Person.reachable, Nudge.decided_at).join(Nudge, Nudge.person_id == Person.id)
    rows = rows.where(reads_mail_at(addresses), Nudge.state.in_(("sent", "acted")))
    found = lately(addresses, now, NEWS)
    for address, moment in db.session.execute(rows):
        found.setdefault(address, []).append(moment)
    return found


def decide(
    signup: Signup,
    rule: str,
    verdict: rules.Verdict,
    now: datetime,
    others: Sequence[Signup],
    in_company: bool,
) -> int:
    """Write the nudge with its reason and, if it is to be sent, its letter.

    A reminder may tell of `others` too; a thank-you asks about contact where they met somebody (`in_company`).
    """
    nudge = note(signup, rule, verdict, now)
    if verdict.act != "send":
        return 0
    if rule == "reminder":
        told = rules.Verdict("send", verdict.due_at, "told in the letter about another event of that day")
        for other in others:
            note(other, rule, told, now)
        letter = letters.reminder(nudge, signup, others)
    else:
        letter = letters.thank_you(nudge, signup, attendance_of(signup), in_company)
    post(letter, f"nudge:{nudge.key}", signup.event, signup.person, now, thread=f"signup:{signup.id}")
    return 1


def note(signup: Signup, rule: str, verdict: rules.Verdict, now: datetime) -> Nudge:
    nudge = Nudge(
        key=key_of(rule, signup),
        rule=rule,
        event_id=signup.event_id,
        person_id=signup.person_id,
        state={"send": "sent", "expired": "expired", "stopped": "stopped"}[verdict.act],
        reason=verdict.reason,
        due_at=verdict.due_at,
        decided_at=now,
        generation=1,
    )
    db.session.add(nudge)
    db.session.flush()
    return nudge


def post(
    letter: Letter, key: str, event: Event, person: Person, now: datetime, thread: str | None = None
) -> None:
    outbox.post(
        letter,
        key=key,
        now=now,
        organisation_id=event.organisation_id,
        event_id=event.id,
        person_id=person.id,
        thread=thread,
    )
