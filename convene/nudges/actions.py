"""Deciding which nudges go out now, keeping what people answer, and opening contact when both said yes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from convene.messages.audience import lately
from convene.nudges import letters, rules
from convene.nudges.met import met, who_met_somebody
from convene.nudges.models import Answer, Nudge
from convene.people.actions import mute
from convene.people.models import Person, Separation
from convene.people.queries import pairs
from convene.signups.models import Signup
from convene.signups.queries import in_state

YES_LASTS = timedelta(days=30)
ANSWERS_CHANGE = timedelta(days=30)


class TooLate(Exception):
    """Answers can be changed for 30 days after the event."""


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


def stop(person: Person, kind: str) -> None:
    """No more nudges of this kind for this person, one that waits to be sent included."""
    mute(person, kind)
    outbox.drop_kind(person.id, kind)


def pause(person: Person, until: datetime, zone: str) -> None:
    """No nudge before this moment; one that waits to be sent is taken back, to be judged anew in its time."""
    person.paused_until = until
    reason = f"not sent: {rules.ASKED_FOR_QUIET}{zones.spoken_date(until, zone)}"
    forget_quiet(person)
    for kind, posted_at in outbox.take_back(person.id, (*rules.KINDS, "announcement"), reason):
        told = (Nudge.person_id == person.id, Nudge.rule == kind, Nudge.decided_at == posted_at)
        db.session.execute(delete(Nudge).where(*told, Nudge.state == "sent"))


def end_pause(person: Person) -> None:
    """Nudges as usual; one that the pause stopped is judged anew, and sent if there is still time for it."""
    person.paused_until = None
    forget_quiet(person)


def forget_quiet(person: Person) -> None:
    paused = (Nudge.person_id == person.id, Nudge.state == "stopped")
    db.session.execute(delete(Nudge).where(*paused, Nudge.reason.startswith(rules.ASKED_FOR_QUIET)))


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
    signups = in_state(event.id, "confirmed")
    decided = set(db.session.scalars(select(Nudge.key).where(Nudge.event_id == event.id, Nudge.rule == rule)))
    open_ = [one for one in signups if key_of(rule, one) not in decided and one.person.address]
    recent = nudges_of([one.person.address or "" for one in open_], now) if rule == "thank_you" else {}
    judge: Callable[[rules.Occasion, datetime], rules.Verdict] = getattr(rules, rule)
    posted = 0
    same_day = reminded_with(open_) if rule == "reminder" else {}
    in_company = who_met_somebody(event.id) if rule == "thank_you" and open_ else set()
    for signup in open_:
        verdict = judge(occasion_of(signup), now)
        if rules.capped(recent.get(signup.person.address or "", ()), now):
            if verdict.act == "send":
                continue  # looked at again at the next sweep, until its time has passed
            if verdict.act == "expired":
                verdict = replace(verdict, reason="they had had as many letters as we send in such a time")
        if verdict.act != "wait":
            others, company = same_day.get(signup.person_id, []), signup.person_id in in_company
            posted += decide(signup, rule, verdict, now, others, company)
    return posted


def reminded_with(signups: Sequence[Signup]) -> dict[int, list[Signup]]:
    """The other places of the same people within a day, not yet reminded of: one letter tells of them all."""
    if not signups:
        return {}
    event = signups[0].event
    rows = select(Signup).join(Event).where(Signup.person_id.in_([one.person_id for one in signups]))
    rows = rows.where(Signup.state == "confirmed", Event.state == "published", Event.id != event.id)
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
    rows = select(Person.address, Nudge.decided_at).join(Nudge, Nudge.person_id == Person.id)
    rows = rows.where(Person.address.in_(addresses), Nudge.state.in_(("sent", "acted")))
    found = lately(addresses, now, ("announcement",))
    for address, moment in db.session.execute(rows):
        found.setdefault(address or "", []).append(moment)
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


def of_event(event_id: int) -> Sequence[Nudge]:
    """Every decision about this event's nudges with its person, in the order they were taken."""
    rows = select(Nudge).where(Nudge.event_id == event_id).options(joinedload(Nudge.person))
    return db.session.scalars(rows.order_by(Nudge.id)).all()


def reasons(keys: Iterable[str]) -> dict[str, str]:
    """Why each of these nudges was sent, by its key."""
    rows = select(Nudge.key, Nudge.reason).where(Nudge.key.in_(list(keys)))
    return {key: reason for key, reason in db.session.execute(rows)}


def withheld(person_id: int, since: datetime) -> Sequence[Nudge]:
    """This person's nudges that were not sent, with their events, the newest first."""
    rows = select(Nudge).where(Nudge.person_id == person_id, Nudge.decided_at >= since)
    rows = rows.where(Nudge.state.in_(("stopped", "expired"))).options(joinedload(Nudge.event))
    return db.session.scalars(rows.order_by(Nudge.id.desc()).limit(50)).all()


def find(nudge_id: int) -> Nudge | None:
    whole = (joinedload(Nudge.person), joinedload(Nudge.event).joinedload(Event.organisation))
    return db.session.scalar(select(Nudge).where(Nudge.id == nudge_id).options(*whole))


def answers(event_id: int, person_id: int) -> Sequence[Answer]:
    return db.session.scalars(
        select(Answer).where(Answer.event_id == event_id, Answer.person_id == person_id)
    ).all()


def answer(
    nudge: Nudge, helped: str, words: str, touch: Iterable[int], channel: str, contact: str, now: datetime
) -> int:
    """Keep what a person pressed; opens contact with each who said yes too. Returns how many that were.

    `touch` holds the ids of people they would like to hear from: others than those of their groups, and those who
    left no address, are passed over. What was not ticked says nothing. Raises TooLate. The event must be locked
    (locked(event_id)).
    """
    event, person = nudge.event, nudge.person
    if now > event.ends_at + ANSWERS_CHANGE:
        raise TooLate
    mine = {row.key: row for row in answers(event.id, person.id)}
    keep(
        mine, f"helped:{event.id}:{person.id}", event, person, "helped", helped or "skipped", now
    ).words = words
    wished = set(touch) & {one.person.id for one in met(event.id, person) if one.can_be_reached}
    for row in list(mine.values()):
        if row.question == "touch" and row.about_id not in wished and row.released_at is None:
            db.session.delete(row)
    for other_id in wished:
        row = keep(mine, f"touch:{event.id}:{person.id}:{other_id}", event, person, "touch", "yes", now)
        row.about_id = other_id
        row.channel, row.contact = channel, contact
    nudge.state = "acted"
    db.session.flush()
    return sum(release(event, person, other_id, now) for other_id in sorted(wished))


def keep(
    mine: dict[str, Answer], key: str, event: Event, person: Person, question: str, value: str, now: datetime
) -> Answer:
    row = mine.get(key)
    if row is None:
        row = Answer(
            key=key, event_id=event.id, person_id=person.id, question=question, value=value, answered_at=now
        )
        db.session.add(row)
        mine[key] = row
    row.value = value
    row.answered_at = now
    return row


def release(event: Event, person: Person, other_id: int, now: datetime) -> int:
    """If both said yes, within 30 days of each other, tell both at the same moment; never twice.

    Two who must be kept apart are never told of each other, and nothing shows that.
    """
    rows = select(Answer).where(
        Answer.event_id == event.id, Answer.question == "touch", Answer.value == "yes"
    )
    yes = {row.person_id: row for row in db.session.scalars(rows.where(Answer.person_id.in_((person.id, other_id)))) if
           row.about_id == (other_id if row.person_id == person.id else person.id)}  # fmt: skip
    if len(yes) < 2 or any(row.released_at for row in yes.values()):
        return 0
    if any(now - row.answered_at > YES_LASTS for row in yes.values()) or pairs(
        Separation, [person.id, other_id]
    ):
        return 0
    other = db.session.get(Person, other_id)
    if other is None or other.state == "erased":
        return 0
    for one, two in ((person, other), (other, person)):
        letter = letters.stay_in_touch(one, two, yes[two.id], event.title)
        # Without the host or the event on the row: who found whom is in no organiser's mail log.
        outbox.post(letter, key=f"touch:{event.id}:{one.id}:{two.id}", now=now, person_id=one.id)
    for row in yes.values():
        row.released_at = now
    return 1
