"""A person's way through an event: sign up, confirm, wait, be offered a place, cancel, come back.

Every change of who holds a place is decided under the lock of the event's row (`begin_write`, then `locked`), and
posts its letter in the same transaction.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, update

from convene.access import codes
from convene.events.models import Event
from convene.events.opening import opening
from convene.events.place import is_both
from convene.events.queries import locked
from convene.extensions import affected, db, dialect, returned, upsert
from convene.mail import outbox
from convene.people.actions import meet, meet_without_address
from convene.people.asking import count_letter, may_write
from convene.people.models import Person
from convene.signups import invitations, letters, queries
from convene.signups.line import accept_offer, come, give_place, offer_free_places
from convene.signups.models import HOLDING, Signup
from convene.signups.posting import (
    deliver_link,
    next_sequence,
    post,
    post_new_link,
    take_back_reminders,
    thread,
)

NEEDLESS_AFTER_CANCEL = (
    "place_confirmed", "place_offered", "waitlisted", "asked", "asked_to_come", "changed", "reminder", "message",
)  # fmt: skip


class NotOpen(Exception):
    """The event takes no signups: it is a draft, called off, or over."""


class PlaceGone(Exception):
    """What was asked cannot be done in the state this signup is in now."""


def refuse_unless_open(event: Event, now: datetime) -> None:
    if event.state != "published" or event.ends_at <= now:
        raise NotOpen


def refuse_unless_taking(event: Event, now: datetime) -> None:
    """Open besides to people who come by themselves; whoever asked in time may still press the button in our mail."""
    if opening(event, now) != "open":
        raise NotOpen


def sign_up(
    event_id: int,
    address: str,
    name: str,
    zone: str | None,
    now: datetime,
    browser: str = "",
    online: bool | None = None,
) -> Signup:
    """Start a signup and post its link; who is known already gets a link to the place they have.

    Holds no place until the link is used. Raises NotOpen, BadAddress. The same person twenty times at once is one
    row, and the letters stop at the limit per address: the page reads the same all the while. `browser` is the secret
    of the one that asks (access.codes); `online` is how they would come where both ways are open.
    """
    return sign_up_to(locked(event_id), address, name, zone, now, browser, online)


def sign_up_to(
    event: Event,
    address: str,
    name: str,
    zone: str | None,
    now: datetime,
    browser: str = "",
    online: bool | None = None,
) -> Signup:
    """The same, where the event is in hand under its lock."""
    refuse_unless_taking(event, now)
    person = meet(event.organisation, address, name, now)
    if zone and person.state == "provisional":
        person.zone = zone
    writes = may_write(person, now)
    signup = begun(event, person, now, letters=int(writes))
    if (
        signup.state in ("cancelled", "lapsed") and not signup.needs_answer
    ):  # a host's no is not asked for again
        signup.state = "started"
        signup.started_at = now
    if signup.state == "started" and online is not None:  # the letter asked for again changes nothing
        signup.attends_online = online and is_both(event)
    deliver_link(signup, now, browser, writes)
    return signup


def begun(event: Event, person: Person, now: datetime, letters: int = 0) -> Signup:
    """The one row of this person at this event, made if new, with so many letters more counted on it."""
    row = {"event_id": event.id, "person_id": person.id, "state": "started", "started_at": now}
    row |= {"letter_count": letters}
    return db.session.scalars(new_signup(dialect()), row).one()


@lru_cache
def new_signup(dialect: str) -> Any:
    """The statement that starts a signup or finds it, put together once for each kind of database."""
    table = Signup.__table__
    names = ("event_id", "person_id", "state", "started_at", "letter_count")
    row = upsert(table).values({name: bindparam(name) for name in names})
    key = ["event_id", "person_id"]
    counted = {"letter_count": table.c.letter_count + row.excluded.letter_count}
    row = row.on_conflict_do_update(index_elements=key, set_=counted)
    return returned(Signup, row)


def new_link(signup: Signup, now: datetime) -> None:
    """Send a new link and kill the old ones; raises limits.TooMany, and then the link in hand still works.

    The lock keeps letters posted at the same moment from sharing a number.
    """
    lock_signup(signup.id)
    if not signup.person.reachable:
        raise PlaceGone
    count_letter(signup.person, now)
    codes.end("signup", signup.id)
    signup.generation += 1
    post_new_link(signup, now)


def add(event_id: int, name: str, address: str | None, now: datetime) -> Signup:
    """An organiser adds a person who asked to come: they get a place at once, or a place in line."""
    event = locked(event_id)
    refuse_unless_open(event, now)
    return bring_in(event, name, address, now)


def bring_in(event: Event, name: str, address: str | None, now: datetime) -> Signup:
    host = event.organisation
    person = meet(host, address, name, now) if address else meet_without_address(host, name, now)
    return bring_in_person(event, person, now)


def bring_in_person(event: Event, person: Person, now: datetime) -> Signup:
    """A place, or a place in line, for a person who has neither yet. The event row must be locked."""
    signup = begun(event, person, now)
    if signup.state not in (*HOLDING, "waitlisted"):
        give_place(signup, now)
    return signup


def confirm(signup_id: int, now: datetime) -> Signup:
    """The mailed link's button was pressed: the address is proven, and the place taken or the line joined.

    Pressing again changes nothing. Raises NotOpen, NotOffered.
    """
    return confirm_locked(lock_signup(signup_id), now)


def confirm_locked(signup: Signup, now: datetime) -> Signup:
    """The same, where the signup is in hand under the lock of its event."""
    refuse_unless_open(signup.event, now)
    if signup.state in ("cancelled", "lapsed"):
        if signup.needs_answer:
            raise NotOpen
        if invitations.of(signup) is None:
            refuse_unless_taking(signup.event, now)
    if signup.state in ("started", "cancelled", "lapsed"):
        come(signup, now)
    elif signup.state == "waitlisted" and invitations.may_pass(signup):
        give_place(signup, now)
    elif signup.state == "offered":
        accept_offer(signup, now)
    return signup


def lock_signup(signup_id: int) -> Signup:
    """A signup under the lock of its event's row, both read anew. Raises PlaceGone."""
    signup = queries.locked(signup_id)
    if signup is None:
        raise PlaceGone
    return signup


def cancel(signup_id: int, now: datetime) -> Signup:
    """Give a place back, leave the line, or decline an offer; pressing again changes nothing.

    A freed place goes to the first in line in the same transaction. After the end, or once the event is called
    off, there is nothing to give back, and nothing changes.
    """
    return cancel_locked(lock_signup(signup_id), now)


def cancel_locked(signup: Signup, now: datetime) -> Signup:
    """The same, where the signup is in hand under the lock of its event."""
    if signup.event.state != "published" or signup.event.ends_at <= now:
        return signup
    held, was_confirmed = signup.state in HOLDING, signup.state == "confirmed"
    ended = update(Signup).where(Signup.id == signup.id, Signup.state.not_in(("cancelled", "lapsed")))
    ended = ended.values(
        state="cancelled", cancelled_at=now, offered_until=None, queue_number=None, needs_answer=False
    )
    if affected(ended) == 0:
        return signup
    db.session.refresh(signup)
    take_back_reminders([signup.person_id])
    outbox.drop_unsent(thread(signup), NEEDLESS_AFTER_CANCEL, "the place was cancelled before this left")
    if was_confirmed:
        sequence = next_sequence(signup) if signup.invite_open else None
        signup.invite_open = False
        post(letters.cancelled(signup, sequence, now), signup, now)
    if held:
        offer_free_places(signup.event, now)
    return signup
