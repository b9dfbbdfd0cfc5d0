"""Whom somebody brings: a person with a name, a place and a seat of their own, whose letters go to who brings them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.access import limits
from convene.extensions import db
from convene.signups.actions import PlaceGone, begun, lock_signup, refuse_unless_taking
from convene.signups.line import come
from convene.signups.mailbox import other_of_name
from convene.signups.models import HOLDING, Signup

STANDING = (*HOLDING, "waitlisted")


class NoMoreGuests(Exception):
    """They bring as many as this event lets each person bring."""


class ComesAlready(Exception):
    """Somebody of that name in this mailbox has a place, or waits for one, already."""


def of(signup: Signup) -> Sequence[Signup]:
    """Those whom this person brings, who have a place or wait for one, in the order in which they were named."""
    rows = select(Signup).where(Signup.brought_by_id == signup.id, Signup.state.in_(STANDING))
    return db.session.scalars(rows.options(joinedload(Signup.person)).order_by(Signup.id)).all()


def bring(signup_id: int, name: str, apart: bool, now: datetime) -> Signup:
    """A place, or one in line, for somebody of this name; `apart`: in the groups they would rather meet others.

    Raises actions.NotOpen, PlaceGone without a place or an address of one's own, NoMoreGuests, ComesAlready,
    mailbox.SameName, mailbox.TooManyHere, limits.TooMany.
    """
    first = lock_signup(signup_id)
    event = first.event
    refuse_unless_taking(event, now)
    if first.state != "confirmed" or not first.person.reachable or first.brought_by_id is not None:
        raise PlaceGone
    if len(of(first)) >= event.guests_each:
        raise NoMoreGuests
    guest = begun(event, other_of_name(first.person, name, now), now)
    if guest.state in STANDING:
        raise ComesAlready
    if guest.needs_answer:  # the host said no to them before
        raise NoMoreGuests
    limits.take(now, PRESSES_PER_PLACE=str(signup_id))
    guest.brought_by_id, guest.sits_apart = first.id, apart
    guest.attends_online = first.attends_online
    come(guest, now)
    return guest


def one_of(signup: Signup, guest_id: int) -> Signup | None:
    """This guest, if they are this person's."""
    return next((one for one in of(signup) if one.id == guest_id), None)


def pairs(coming: Sequence[Signup]) -> set[tuple[int, int]]:
    """The ids of two people who are to sit together, the lower first: a guest and who brought them."""
    by_signup = {one.id: one.person_id for one in coming}
    found = set()
    for one in coming:
        bringer = by_signup.get(one.brought_by_id or 0)
        if bringer is not None and not one.sits_apart:
            found.add((min(bringer, one.person_id), max(bringer, one.person_id)))
    return found
