"""What happens to a message to many: written, looked over, set to go, recalled, and sent batch by batch.

Bulk mail to the wrong people does the most harm that mail can do. So its audience is counted before it goes and asked
for again as it goes, and for five minutes at least it can be called back; after that, what has not left of it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.access import audit
from convene.events import queries as events
from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox, wording
from convene.mail.letter import Letter
from convene.messages import audience, letters, queries
from convene.messages.audience import Audience, Capped
from convene.messages.models import Message
from convene.people.actions import consent
from convene.people.models import Person
from convene.signups.models import Signup
from convene.signups.posting import thread

AT_ONCE = 100  # letters that one transaction may post
RECALL = timedelta(minutes=5)
FURTHEST = timedelta(days=366)
OPEN = ("draft", "recalled")  # still to be written on
RECALLED = "recalled by an organiser"


class NotOpen(Exception):
    """This message waits to go, or has gone: it cannot be changed."""


class NobodyToReach(Exception):
    """There is nobody whom this message would reach."""


class TooSoon(Exception):
    """It must wait five minutes at least, so that it can be recalled."""


class TooFar(Exception):
    """It would wait for more than a year."""


class CalledOff(Exception):
    """The event is called off: its people were told so, in the words that were typed then."""


class TooLate(Exception):
    """All of it has left, or is on its way, or it was not sent at all."""


def draft(
    organisation_id: int,
    event: Event | None,
    states: Sequence[str],
    words: wording.Words,
    actor: str,
    now: datetime,
) -> Message:
    """A new message, kept until somebody sends it."""
    message = Message(
        organisation_id=organisation_id,
        event_id=event.id if event else None,
        states=as_kept(states),
        subject=words.subject,
        words=words.words,
        created_at=now,
        created_by=actor,
    )
    db.session.add(message)
    db.session.flush()
    return message


def as_kept(states: Sequence[str]) -> str:
    return " ".join(state for state in audience.STATES if state in states)


def edit(message: Message, states: Sequence[str], words: wording.Words) -> None:
    """Write it anew. Raises NotOpen."""
    if message.state not in OPEN:
        raise NotOpen
    message.states, message.subject, message.words = as_kept(states), words.subject, words.words
    message.state, message.send_at = "draft", None


def set_to_go(message: Message, send_at: datetime, capped: Capped, actor: str, now: datetime) -> Audience:
    """Let it leave by itself at this moment; returns whom it would reach now.

    The row must be locked. Raises NotOpen, CalledOff, TooSoon, TooFar, NobodyToReach.
    """
    if message.state not in OPEN:
        raise NotOpen
    if message.event and message.event.state == "called_off":
        raise CalledOff
    if send_at < now + RECALL:
        raise TooSoon
    if send_at > now + FURTHEST:
        raise TooFar
    reached = audience.of(message, now, capped)
    if not reached.people:
        raise NobodyToReach
    message.state, message.send_at = "waiting", send_at
    audit.record(message.organisation_id, actor, "message.set_to_go", f"message:{message.id}", now)
    return reached


def recall(message: Message, actor: str, now: datetime) -> int:
    """Call back all of it that has not left; returns how many letters have. The row must be locked. Raises TooLate.

    Where none has, it can be changed and sent anew; else it stays sent, to those few.
    """
    back = outbox.set_aside(RECALLED, *queries.own_letters(message))
    if message.state not in ("waiting", "sending") and not back:
        raise TooLate
    left = queries.left(message)
    if left:
        message.state, message.sent_at = "sent", message.sent_at or now
    else:
        message.state, message.sent_at, message.reached = "recalled", None, 0
    message.posted = left
    audit.record(message.organisation_id, actor, "message.recalled", f"message:{message.id}", now)
    return left


# Sending


def batches(now: datetime, capped: Capped) -> list[int]:
    """The messages that are due, each as often as it takes batches."""
    found: list[int] = []
    for message in queries.due(now):
        left = [one for one in audience.of(message, now, capped).people if one.person_id > message.reached]
        found += [message.id] * (len(left) // AT_ONCE + 1)
    return found


def post_batch(message_id: int, capped: Capped, now: datetime) -> int:
    """Post the next letters of a message that is due; returns how many. Harmless where another worker was quicker."""
    message = queries.locked(message_id)
    if message is None or not is_due(message, now):
        return 0
    # Under the lock of the event, nobody gives a place back between the question and the letter.
    event = events.locked(message.event_id) if message.event_id else None
    if event and is_needless(message, event, now):
        message.state = "recalled"
        audit.record(message.organisation_id, "worker", "message.dropped", f"message:{message.id}", now)
        return 0
    message.state = "sending"
    reached = audience.of(message, now, capped).people
    left = [one.person_id for one in reached if one.person_id > message.reached]
    some = left[:AT_ONCE]
    audience.hold(some)
    still = [one.person_id for one in audience.of(message, now, capped, some).people]
    posted = sum(post(message, *each, now) for each in written(message, still, now))
    message.posted += posted
    message.reached = some[-1] if some else message.reached
    if len(left) <= AT_ONCE:
        message.state, message.sent_at = "sent", now
        audit.record(message.organisation_id, "worker", "message.sent", f"message:{message.id}", now)
    return posted


def is_due(message: Message, now: datetime) -> bool:
    if message.state == "waiting":
        return message.send_at is not None and message.send_at <= now
    return message.state == "sending"


def is_needless(message: Message, event: Event, now: datetime) -> bool:
    """Whether the event was called off meanwhile, or what was to be said before its end comes after it."""
    before = message.send_at is not None and message.send_at < event.ends_at
    return event.state != "published" or (before and event.ends_at <= now)


def written(
    message: Message, person_ids: Sequence[int], now: datetime
) -> list[tuple[int, str | None, Letter]]:
    """The letter to each of these people; one about an event goes in the thread of their place."""
    if message.event_id is None:
        people = db.session.scalars(select(Person).where(Person.id.in_(person_ids)).order_by(Person.id))
        return [(one.id, None, letters.announcement(message, one, now)) for one in people]
    rows = select(Signup).where(Signup.event_id == message.event_id, Signup.person_id.in_(person_ids))
    rows = rows.options(joinedload(Signup.person)).order_by(Signup.person_id)
    places = db.session.scalars(rows)
    return [(one.person_id, thread(one), letters.about_event(message, one, now)) for one in places]


def post(message: Message, person_id: int, of: str | None, letter: Letter, now: datetime) -> bool:
    """Post it once, whatever dies in between; False if it was posted before."""
    number = outbox.post(
        letter,
        key=f"message:{message.id}:{person_id}",
        now=now,
        organisation_id=message.organisation_id,
        event_id=message.event_id,
        person_id=person_id,
        thread=of,
    )
    return number is not None


# The yes to announcements


def agree(person: Person, wording_shown: str, how: str, now: datetime) -> None:
    """Write down that somebody asked for news of events, in the words they saw; once is enough."""
    if not queries.hears_of_events(person.id):
        consent(person, audience.PURPOSE, True, wording_shown, how, now)


def stop(person: Person, how: str, now: datetime) -> None:
    """No more announcements for this person, one that waits to be sent included.

    The row is locked: a batch that is being written is waited for, so that its letter is found.
    """
    db.session.refresh(person, with_for_update=True)
    if queries.hears_of_events(person.id):
        consent(person, audience.PURPOSE, False, "Stop news of events for good", how, now)
    for kind in audience.NEWS:
        outbox.drop_kind(person.id, kind)
