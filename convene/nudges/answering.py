"""Keeping what people answer, and opening contact when both said yes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from convene.access import limits
from convene.events.models import Event
from convene.extensions import db
from convene.groups.queries import companions
from convene.mail import outbox
from convene.network import actions as network
from convene.nudges import letters
from convene.nudges.met import met
from convene.nudges.models import Answer, Nudge
from convene.nudges.stopping import wake
from convene.people.actions import keep_apart
from convene.people.models import Person, Separation
from convene.people.queries import pairs

YES_LASTS = timedelta(days=30)
ANSWERS_CHANGE = timedelta(days=30)


class TooLate(Exception):
    """Answers can be changed for 30 days after the event."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody pressed on the one page; what they passed over is empty.

    met      whether they were there and met; on the page of N9 whether their group did: yes, not_yet or no
    touch    ids of the people they would like to hear from
    channel  what these may have: email, phone, or relay (messages through us alone); `contact` is its address
    """

    met: str = ""
    helped: str = ""
    words: str = ""
    feeling: str = ""
    touch: Collection[int] = ()
    channel: str = "email"
    contact: str = ""


def find(nudge_id: int) -> Nudge | None:
    whole = (joinedload(Nudge.person), joinedload(Nudge.event).joinedload(Event.organisation))
    return db.session.scalar(select(Nudge).where(Nudge.id == nudge_id).options(*whole))


def answers(event_id: int, person_id: int) -> Sequence[Answer]:
    return db.session.scalars(
        select(Answer).where(Answer.event_id == event_id, Answer.person_id == person_id)
    ).all()


def answer(nudge: Nudge, given: Given, now: datetime) -> int:
    """Keep what a person pressed; opens contact with each who said yes too. Returns how many that were.

    Others than those of their groups, and those who left no address, are passed over. What was not ticked says
    nothing. Raises TooLate. The event must be locked (locked(event_id)).
    """
    event, person = nudge.event, nudge.person
    if now > event.ends_at + ANSWERS_CHANGE:
        raise TooLate
    mine = {row.key: row for row in answers(event.id, person.id)}
    said = {"helped": given.helped or "skipped", asks_of(nudge): given.met, "feeling": given.feeling}
    for question, value in said.items():
        key = f"{question}:{event.id}:{person.id}"
        if value:
            keep(mine, key, event, person, question, value, now)
        elif key in mine:
            db.session.delete(mine.pop(key))
    mine[f"helped:{event.id}:{person.id}"].words = given.words
    wished = set(given.touch) & {one.person.id for one in met(event.id, person) if one.can_be_reached}
    for row in list(mine.values()):
        if row.question == "touch" and row.about_id not in wished and row.released_at is None:
            db.session.delete(row)
    for other_id in wished:
        row = keep(mine, f"touch:{event.id}:{person.id}:{other_id}", event, person, "touch", "yes", now)
        row.about_id = other_id
        if row.released_at is None:  # what was given is given
            row.channel, row.contact = given.channel, given.contact
    nudge.state = "acted"
    settle(nudge, {nudge.rule, "thank_you"})  # how it was is asked on every such page
    wake(person)
    db.session.flush()
    return sum(release(event, person, other_id, now) for other_id in sorted(wished))


def asks_of(nudge: Nudge) -> str:
    """What it means by "did you meet": at the event itself, or again since, where its hosts asked groups to."""
    again = nudge.rule == "did_you_meet" and nudge.event.circle_id is None
    return "again" if again else "met"


def say_met(nudge: Nudge, yes: bool, now: datetime) -> None:
    """Whether they met, and nothing else of what they said before. Raises TooLate. The event must be locked."""
    event = nudge.event
    if now > event.ends_at + ANSWERS_CHANGE:
        raise TooLate
    mine = {row.key: row for row in answers(event.id, nudge.person_id)}
    question = asks_of(nudge)
    key = f"{question}:{event.id}:{nudge.person_id}"
    keep(mine, key, event, nudge.person, question, "yes" if yes else "no", now)
    settle(nudge, {nudge.rule})


def settle(nudge: Nudge, kinds: Collection[str]) -> None:
    """Other letters to this person that asked the same of this event are answered with it."""
    asked = update(Nudge).where(Nudge.event_id == nudge.event_id, Nudge.person_id == nudge.person_id)
    asked = asked.where(Nudge.rule.in_(kinds), Nudge.state == "sent")
    db.session.execute(asked.values(state="acted"))


def plan_of(event_id: int, person_id: int) -> str:
    """What this person pressed when asked how they will get there, or nothing."""
    mine = select(Answer.value).where(Answer.key == f"plan:{event_id}:{person_id}")
    return db.session.scalar(mine) or ""


def say_plan(event: Event, person: Person, way: str, now: datetime) -> None:
    """How somebody will get there; nobody else reads it, and it answers the letter that asks."""
    key = f"plan:{event.id}:{person.id}"
    mine = {row.key: row for row in answers(event.id, person.id)}
    keep(mine, key, event, person, "plan", way, now)
    asked = update(Nudge).where(
        Nudge.event_id == event.id, Nudge.person_id == person.id, Nudge.rule == "plan"
    )
    db.session.execute(asked.where(Nudge.state == "sent").values(state="acted"))
    wake(person)
    db.session.flush()


def looked_at(person: Person) -> None:
    """They looked over what they told us: what asks for it is answered."""
    asked = update(Nudge).where(
        Nudge.person_id == person.id, Nudge.rule == "still_true", Nudge.state == "sent"
    )
    db.session.execute(asked.values(state="acted"))
    wake(person)


def not_again(nudge: Nudge, other_id: int, now: datetime) -> bool:
    """These two share no group any more and are never told of each other: a rule like the safeguarding lead's own.

    Whoever presses sees nothing change, as their mailbox may be read by the other. False where they never met
    there. Raises limits.TooMany.
    """
    limits.take(now, PRESSES_PER_PLACE=f"not_again:{nudge.person_id}")
    found = [one.person for one in met(nudge.event.id, nudge.person) if one.person.id == other_id]
    for other in found:
        if not pairs(Separation, [nudge.person_id, other.id]):
            keep_apart(nudge.person, other, "", f"person:{nudge.person_id}", now)
    return bool(found)


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
    # All of it is asked whatever came before, so that a yes kept apart takes no other time than silence.
    apart = pairs(Separation, [person.id, other_id])
    other = db.session.get(Person, other_id)
    if len(yes) < 2 or any(row.released_at or now - row.answered_at > YES_LASTS for row in yes.values()):
        return 0
    if apart or other is None or other.state == "erased":
        return 0
    rounds = companions(event.id, person.id).get(other.id, [])
    for one, two in ((person, other), (other, person)):
        side = network.tie(event, one, two, rounds, yes[one.id].channel, now)
        letter = letters.stay_in_touch(side, yes[two.id], event, now)
        # Without the host or the event on the row: who found whom is in no organiser's mail log.
        outbox.post(letter, key=f"touch:{event.id}:{one.id}:{two.id}", now=now, person_id=one.id)
    for row in yes.values():
        row.released_at = now
    return 1


def forget(now: datetime) -> None:
    """A yes that met none of its like within its time is over, and kept no longer."""
    over = (Answer.question == "touch", Answer.released_at.is_(None), Answer.answered_at < now - YES_LASTS)
    db.session.execute(delete(Answer).where(*over))
