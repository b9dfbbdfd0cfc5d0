"""An event in a room and online: a person changes from one to the other, each with places and a line of its own."""

from datetime import datetime

from convene.events.place import is_both
from convene.extensions import db
from convene.signups import queries
from convene.signups.actions import PlaceGone, refuse_unless_open
from convene.signups.line import give_place, offer_free_places, seat
from convene.signups.models import Signup


class NoPlaceThere(Exception):
    """Every place of the other kind is taken or waited for, and the one in hand is kept."""


def change(signup: Signup, online: bool, now: datetime) -> Signup:
    """A place is changed for one of the other kind if that is free; who waits goes to the end of the other line.

    The signup is in hand under the lock of its event. Raises actions.NotOpen, actions.PlaceGone where there is nothing
    to change, NoPlaceThere.
    """
    event = signup.event
    refuse_unless_open(event, now)
    if (
        not is_both(event)
        or signup.needs_answer
        or signup.state not in ("confirmed", "waitlisted", "started")
    ):
        raise PlaceGone
    if signup.attends_online == online:
        return signup
    if signup.state == "confirmed" and not queries.places(event).of(online).open_to_new:
        raise NoPlaceThere
    signup.attends_online = online
    if signup.state == "confirmed":
        db.session.flush()
        seat(signup, now)  # another place in the calendar, so another invite
        offer_free_places(event, now)
    elif signup.state == "waitlisted":
        signup.state = "started"  # out of the old line
        give_place(signup, now)
    return signup
