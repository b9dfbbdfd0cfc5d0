"""A person's way through an event: sign up, confirm, wait, be offered a place, cancel, come back.

Every change of who holds a place is decided under the lock of the event's row (`begin_write`, then `locked`), and
posts its letter in the same transaction.
"""

from datetime import datetime

from sqlalchemy import select, update

from convene.access import limits
from convene.events.capacity import offer_ends
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import affected, db
from convene.mail import outbox
from convene.mail.letter import Letter
from convene.people.actions import meet, meet_without_address
from convene.people.models import Person
from convene.signups import letters, queries
from convene.signups.models import HOLDING, Signup

NEEDLESS_AFTER_CANCEL = ("place_offered", "waitlisted", "changed", "reminder")


class NotOpen(Exception):
    """The event takes no signups: it is a draft, called off, or over."""


class NotOffered(Exception):
    """There is no offered place to accept, or its time is over."""


class PlaceGone(Exception):
    """What was asked cannot be done in the state this signup is in now."""


def refuse_unless_open(event: Event, now: datetime) -> None:
    if event.state != "published" or event.ends_at <= now:
        raise NotOpen


def thread(signup: Signup) -> str:
    return f"signup:{signup.id}"


def post(letter: Letter, signup: Signup, now: datetime, replaces: tuple[str, ...] = ()) -> None:
    """Post a letter about this place; people without an address are told by the host."""
    if not signup.person.address:
        return
    signup.letter_count += 1
    outbox.post(
        letter,
        key=f"signup:{signup.id}:{letter.kind}:{signup.letter_count}",
        now=now,
        organisation_id=signup.event.organisation_id,
        event_id=signup.event_id,
        person_id=signup.person_id,
        thread=thread(signup),
        replaces=replaces,
    )


def next_sequence(signup: Signup) -> int:
    """SEQUENCE for this person's next invite: never lower than the event's, always higher than the last sent."""
    last = -1 if signup.invite_sequence is None else signup.invite_sequence
    signup.invite_sequence = max(signup.event.sequence, last + 1)
    return signup.invite_sequence


def sign_up(event_id: int, address: str, name: str, zone: str | None, now: datetime) -> Signup:
    """Start a signup and post its link; who is known already gets a link to the place they have.

    Holds no place until the link is used. Raises NotOpen, BadAddress. The same person twenty times at once is one
    row, and the letters stop at the limit per address: the page reads the same all the while.
    """
    event = locked(event_id)
    refuse_unless_open(event, now)
    person = meet(event.organisation, address, name, now)
    if zone and person.state == "provisional":
        person.zone = zone
    signup = queries.of_person(event.id, person.id)
    if signup is None:
        signup = Signup(
            event=event, person=person, state="started", started_at=now, generation=1, letter_count=0
        )
        db.session.add(signup)
        db.session.flush()
    elif signup.state in ("cancelled", "lapsed"):
        signup.state = "started"
        signup.started_at = now
    send_link(signup, now)
    return signup


def send_link(signup: Signup, now: datetime) -> None:
    """Post the way to a place, unless this address has had its share of letters that nobody asked it for."""
    if not signup.person.address:
        return
    try:
        count_letter(signup, now)
    except limits.TooMany:
        return
    post_link(signup, now)


def count_letter(signup: Signup, now: datetime) -> None:
    """One more letter that anybody could have asked for in this person's name. Raises limits.TooMany.

    Few until the address has answered once; then more, so that somebody known can sign up for a whole programme.
    """
    address = signup.person.address or ""
    if signup.person.state != "provisional":
        limits.take("MAILS_PER_KNOWN_ADDRESS_HOUR", address, now)
        return
    limits.take("MAILS_PER_ADDRESS_HOUR", address, now)
    limits.take("MAILS_PER_ADDRESS_DAY", address, now)


def post_link(signup: Signup, now: datetime) -> None:
    first = signup.state == "started"
    post(letters.confirm(signup) if first else letters.place_link(signup), signup, now)


def new_link(signup: Signup, now: datetime) -> None:
    """Send a new link and kill the old ones; raises limits.TooMany, and then the link in hand still works.

    The lock keeps letters posted at the same moment from sharing a number.
    """
    lock_signup(signup.id)
    if not signup.person.address:
        raise PlaceGone
    count_letter(signup, now)
    signup.generation += 1
    post_link(signup, now)


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
    signup = queries.of_person(event.id, person.id)
    if signup is None:
        signup = Signup(
            event=event, person=person, state="started", started_at=now, generation=1, letter_count=0
        )
        db.session.add(signup)
        db.session.flush()
    if signup.state not in (*HOLDING, "waitlisted"):
        give_place(signup, now)
    return signup


def confirm(signup_id: int, now: datetime) -> Signup:
    """The mailed link's button was pressed: the address is proven, and the place taken or the line joined.

    Pressing again changes nothing. Raises NotOpen, NotOffered.
    """
    signup = lock_signup(signup_id)
    refuse_unless_open(signup.event, now)
    if signup.state in ("started", "cancelled", "lapsed"):
        give_place(signup, now)
    elif signup.state == "offered":
        accept_offer(signup, now)
    return signup


def lock_signup(signup_id: int) -> Signup:
    """A signup under the lock of its event's row."""
    event_id = db.session.scalar(select(Signup.event_id).where(Signup.id == signup_id))
    if event_id is None:
        raise PlaceGone
    locked(event_id)
    signup = queries.one(signup_id)
    if signup is None:
        raise PlaceGone
    db.session.refresh(signup)
    return signup


def give_place(signup: Signup, now: datetime) -> None:
    """A place if one is free and nobody waits for it, else the next number in line."""
    event = signup.event
    signup.person.state = "active"
    if queries.places(event).open_to_new:
        seat(signup, now)
    else:
        signup.state = "waitlisted"
        signup.queue_number = event.next_in_line
        event.next_in_line += 1
        db.session.flush()
        if event.ends_at > now:
            post(letters.waitlisted(signup, queries.ahead(signup)), signup, now)


def seat(signup: Signup, now: datetime) -> None:
    """A place, with its letter and invite; after the end, as the door may still write down, without."""
    signup.state = "confirmed"
    signup.confirmed_at = now
    signup.offered_until = None
    signup.queue_number = None
    if not signup.person.address or signup.event.ends_at <= now:  # nobody, or nothing, to invite to
        return
    sequence = next_sequence(signup)
    signup.invite_open = True
    db.session.flush()
    post(
        letters.place_confirmed(signup, sequence, now), signup, now, replaces=("waitlisted", "place_offered")
    )


def accept_offer(signup: Signup, now: datetime) -> None:
    if signup.state != "offered" or (signup.offered_until and signup.offered_until <= now):
        raise NotOffered
    seat(signup, now)


def cancel(signup_id: int, now: datetime) -> Signup:
    """Give a place back, leave the line, or decline an offer; pressing again changes nothing.

    A freed place goes to the first in line in the same transaction. After the end, or once the event is called
    off, there is nothing to give back, and nothing changes.
    """
    signup = lock_signup(signup_id)
    if signup.event.state != "published" or signup.event.ends_at <= now:
        return signup
    held, was_confirmed = signup.state in HOLDING, signup.state == "confirmed"
    ended = update(Signup).where(Signup.id == signup.id, Signup.state.not_in(("cancelled", "lapsed")))
    ended = ended.values(state="cancelled", cancelled_at=now, offered_until=None, queue_number=None)
    if affected(ended) == 0:
        return signup
    db.session.refresh(signup)
    outbox.drop_unsent(thread(signup), NEEDLESS_AFTER_CANCEL, "the place was cancelled before this left")
    if was_confirmed:
        sequence = next_sequence(signup) if signup.invite_open else None
        signup.invite_open = False
        post(letters.cancelled(signup, sequence, now), signup, now)
    if held:
        offer_free_places(signup.event, now)
    return signup


def offer_free_places(event: Event, now: datetime) -> int:
    """Offer every free place to the next in line; returns how many were offered. The event row must be locked."""
    if event.state != "published" or event.starts_at <= now:
        return 0
    db.session.flush()
    free = queries.places(event).left
    if not free:
        return 0
    line = select(Signup).where(Signup.event_id == event.id, Signup.state == "waitlisted")
    line = line.order_by(Signup.queue_number).limit(free)
    offered = db.session.scalars(line).all()
    for signup in offered:
        signup.queue_number = None
        if signup.person.address:
            signup.state = "offered"
            signup.offered_until = offer_ends(now, event.starts_at, signup.person.zone or event.zone)
            post(letters.place_offered(signup), signup, now, replaces=("waitlisted",))
        else:  # nobody to write to: the place is theirs
            seat(signup, now)
    return len(offered)


def lapse_offers(event_id: int, now: datetime) -> int:
    """End the offers of this event whose time is over, and offer those places on; returns how many ended.

    Nobody loses a place unheard: where the offer's letter still waits to leave, its time runs anew from now. One
    that will never arrive (refused, or stopped at the desk) is waited for no longer.
    """
    event = locked(event_id)
    over = select(Signup).where(
        Signup.event_id == event_id, Signup.state == "offered", Signup.offered_until <= now
    )
    unheard = queries.offers_unheard(event_id) if event.starts_at > now else set()
    ended = 0
    for signup in db.session.scalars(over.execution_options(populate_existing=True)).all():
        if thread(signup) in unheard:
            signup.offered_until = offer_ends(now, event.starts_at, signup.person.zone or event.zone)
        else:
            signup.state, signup.offered_until = "lapsed", None
            ended += 1
    if ended:
        offer_free_places(event, now)
    return ended


def events_with_lapsed_offers(now: datetime) -> list[int]:
    rows = select(Signup.event_id).where(Signup.state == "offered", Signup.offered_until <= now).distinct()
    return list(db.session.scalars(rows))
