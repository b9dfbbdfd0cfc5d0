"""Who gets a place: who comes while there is room, and then the first in line, by an offer with an end.

Everything here is called under the lock of the event's row, and posts its letter in the same transaction.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from convene.events.capacity import offer_ends
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.signups import invitations, letters, queries
from convene.signups.models import HOLDING, Signup
from convene.signups.posting import next_sequence, post, thread

NEEDLESS_ONCE_SEATED = ("waitlisted", "place_offered", "asked")
WAITING = and_(Signup.state == "waitlisted", ~Signup.needs_answer)  # in SQL: in line, the host's answer given


class NotOffered(Exception):
    """There is no offered place to accept, or its time is over."""


def give_place(signup: Signup, now: datetime) -> None:
    """A place if one is free and nobody waits for it, or a host's word lets them past; else the next number in line."""
    db.session.flush()
    places = queries.places(signup.event).of(signup.attends_online)
    if places.open_to_new or invitations.may_pass(signup):
        seat(signup, now)
    else:
        stand_in_line(signup, now)
        if signup.event.ends_at > now:
            post(letters.waitlisted(signup, queries.ahead(signup)), signup, now)


def stand_in_line(signup: Signup, now: datetime) -> None:
    event = signup.event
    signup.person.state = "active"
    signup.state = "waitlisted"
    signup.needs_answer = False
    signup.confirmed_at = None  # of an earlier place: who leaves the line gives none back
    signup.queue_number = event.next_in_line
    event.next_in_line += 1
    db.session.flush()


def come(signup: Signup, now: datetime) -> None:
    """What a person's own word does: a place or one in line; or, where the host answers each, the question."""
    if signup.event.by_approval and invitations.of(signup) is None:
        stand_in_line(signup, now)
        signup.needs_answer = True
        post(letters.asked(signup), signup, now)
    else:
        give_place(signup, now)


def seat(signup: Signup, now: datetime) -> None:
    """A place, with its letter and invite; after the end, as the door may still write down, without."""
    needless = NEEDLESS_ONCE_SEATED if signup.state in ("waitlisted", "offered") else ()
    signup.person.state = "active"
    signup.state = "confirmed"
    signup.needs_answer = False
    signup.confirmed_at = now
    invitations.use(signup, now)
    signup.offered_until = None
    signup.queue_number = None
    if not signup.person.reachable or signup.event.ends_at <= now:  # nobody, or nothing, to invite to
        return
    sequence = next_sequence(signup)
    signup.invite_open = True
    post(letters.place_confirmed(signup, sequence, now), signup, now, replaces=needless)


def accept_offer(signup: Signup, now: datetime) -> None:
    if signup.state != "offered" or (signup.offered_until and signup.offered_until <= now):
        raise NotOffered
    seat(signup, now)


def offer_free_places(event: Event, now: datetime) -> int:
    """Offer every free place to the next in line; returns how many were offered. The event row must be locked."""
    if event.state != "published" or event.starts_at <= now:
        return 0
    db.session.flush()
    places = queries.places(event)
    offered: list[Signup] = []
    for online in (False, True) if places.parts else (None,):
        free = places.left if online is None else places.of(online).left
        line = select(Signup).where(Signup.event_id == event.id, WAITING)
        if online is not None:
            line = line.where(Signup.attends_online.is_(online))
        if free:
            offered += db.session.scalars(line.order_by(Signup.queue_number).limit(free)).all()
    for signup in offered:
        signup.queue_number = None
        if signup.person.reachable:
            signup.state = "offered"
            signup.offered_until = offer_ends(now, event.starts_at, signup.person.zone or event.zone)
            post(letters.place_offered(signup), signup, now, replaces=("waitlisted",))
        else:  # nobody to write to: the place is theirs
            seat(signup, now)
    return len(offered)


def lapse_offers(event_id: int, now: datetime) -> int:
    """End the offers of this event whose time is over, and offer every free place; returns how many ended.

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
    offer_free_places(event, now)
    return ended


def events_with_lapsed_offers(now: datetime) -> list[int]:
    rows = select(Signup.event_id).where(Signup.state == "offered", Signup.offered_until <= now).distinct()
    return list(db.session.scalars(rows))


def events_with_stranded_places(now: datetime) -> list[int]:
    """Those for which `offer_free_places` has a place free while people wait, whatever kept it from being offered."""
    single = or_(Event.format == "online", Event.online_places.is_(None))
    stranded = or_(
        and_(single, free_and_waited_for(Event.capacity)),
        and_(~single, free_and_waited_for(Event.capacity, Signup.attends_online.is_(False))),
        and_(~single, free_and_waited_for(Event.online_places, Signup.attends_online.is_(True))),
    )
    rows = select(Event.id).where(Event.state == "published", Event.starts_at > now, stranded)
    return list(db.session.scalars(rows))


def free_and_waited_for(capacity: Any, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    held = select(func.count()).where(Signup.event_id == Event.id, Signup.state.in_(HOLDING), *which)
    waits = select(Signup.id).where(Signup.event_id == Event.id, WAITING, *which)
    return and_(waits.exists(), held.scalar_subquery() < capacity)
