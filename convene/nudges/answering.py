"""Keeping what people answer, and opening contact when both said yes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.nudges import letters
from convene.nudges.met import met
from convene.nudges.models import Answer, Nudge
from convene.people.models import Person, Separation
from convene.people.queries import pairs

YES_LASTS = timedelta(days=30)
ANSWERS_CHANGE = timedelta(days=30)


class TooLate(Exception):
    """Answers can be changed for 30 days after the event."""


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
        letter = letters.stay_in_touch(one, two, yes[two.id], event, now)
        # Without the host or the event on the row: who found whom is in no organiser's mail log.
        outbox.post(letter, key=f"touch:{event.id}:{one.id}:{two.id}", now=now, person_id=one.id)
    for row in yes.values():
        row.released_at = now
    return 1
