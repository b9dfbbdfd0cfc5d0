"""What a press in a calendar does to a place: yes keeps or takes it, no gives it back, maybe is written down.

Its caller has made sure that the press is this person's own. Everything is decided under the lock of the event's row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select

from convene.access import limits
from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.people.models import Person
from convene.people.queries import reads_mail_at
from convene.signups import letters
from convene.signups.actions import NEEDLESS_AFTER_CANCEL, lock_signup, refuse_unless_open
from convene.signups.line import NotOffered, accept_offer, come, offer_free_places
from convene.signups.models import HOLDING, Signup
from convene.signups.posting import post, take_back_reminders, thread
from convene.signups.uids import read


class NotInvited(Exception):
    """This person never had an invite that could be answered."""


class Stale(Exception):
    """The press answers an older invite, or came before one that was read already."""


@dataclass(frozen=True, slots=True)
class Press:
    """One press: `answer` is accepted, declined or tentative; the moment by the clock of the mail program."""

    answer: str
    sequence: int
    stamp: datetime
    words: str


def invited(uid: str, address: str) -> int | None:
    """The signup of the person of this folded address at the event of this UID."""
    rows = (
        select(Signup.id).join(Event, Signup.event_id == Event.id).join(Person, Signup.person_id == Person.id)
    )
    event_uid, signup_id = read(uid)
    # Who has ever shared a mailbox has entries under UIDs of their own (uids.uid_of), and no other is theirs.
    plain = and_(Person.address == address, Person.mailbox_id.is_(None))
    own = Signup.id == signup_id if signup_id is not None else plain
    return db.session.scalar(rows.where(Event.uid == event_uid, own, reads_mail_at([address])))


def person_of(signup_id: int) -> int | None:
    return db.session.scalar(select(Signup.person_id).where(Signup.id == signup_id))


def event_of(uid: str) -> Event | None:
    return db.session.scalar(select(Event).where(Event.uid == read(uid)[0]))


def apply(signup_id: int, press: Press, now: datetime) -> Signup:
    """Do what the press asks. Raises NotInvited, Stale, actions.NotOpen, actions.PlaceGone, limits.TooMany.

    SEQUENCE and DTSTAMP order the presses (RFC 5546, section 2.1.5). A letter goes out only where the place is now
    another than the calendar shows.
    """
    signup = lock_signup(signup_id)
    refuse_unless_open(signup.event, now)
    if signup.invite_sequence is None:
        raise NotInvited
    if press.sequence < signup.invite_sequence:
        raise Stale
    if signup.reply_stamp is not None and press.stamp <= signup.reply_stamp:
        raise Stale
    # First, as it may refuse, and what is not heard must not be written down as their answer.
    ACTS[press.answer](signup, signup.reply, now)
    signup.reply = press.answer
    signup.reply_words = press.words
    # A clock that runs ahead must not make stale what is pressed later on another device.
    signup.reply_stamp = min(press.stamp, now)
    return signup


def accepted(signup: Signup, before: str | None, now: datetime) -> None:
    """Yes: an offer is taken; a place that a No gave back is asked for again, and may be one in line by now."""
    if signup.state == "offered":
        count(signup, now)
        try:
            accept_offer(signup, now)
        except NotOffered:  # its time is over: the next sweep passes it on, and the page says so
            return
    elif signup.state == "cancelled" and before == "declined" and not signup.needs_answer:
        count(signup, now)
        come(signup, now)


def declined(signup: Signup, before: str | None, now: datetime) -> None:
    """No: the place, the offer or the number in line is given back; the calendar knows it, so no CANCEL is sent."""
    if signup.state not in (*HOLDING, "waitlisted"):
        return
    count(signup, now)
    held = signup.state in HOLDING
    signup.state, signup.cancelled_at = "cancelled", now
    signup.offered_until, signup.queue_number, signup.invite_open = None, None, False
    signup.needs_answer = False
    db.session.flush()
    take_back_reminders([signup.person_id])
    outbox.drop_unsent(thread(signup), NEEDLESS_AFTER_CANCEL, "the place was cancelled before this left")
    post(letters.declined(signup, held), signup, now)
    if held:
        offer_free_places(signup.event, now)


def tentative(signup: Signup, before: str | None, now: datetime) -> None:
    """Maybe: the place is kept, and the host can see it."""


def count(signup: Signup, now: datetime) -> None:
    """A calendar that says yes and no in turn is heard as seldom as a button: each time posts a letter."""
    limits.take(now, PRESSES_PER_PLACE=str(signup.id))


ACTS: dict[str, Callable[[Signup, str | None, datetime], None]] = {
    "accepted": accepted,
    "declined": declined,
    "tentative": tentative,
}
