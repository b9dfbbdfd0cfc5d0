"""What an id in an address may reach: only what belongs to the organisation at the desk."""

from flask import abort, g

from convene.events import queries as events
from convene.events.models import Event
from convene.extensions import start_write
from convene.signups import queries as signups
from convene.signups.models import Signup

ID = "<int(max=2147483647):{0}>"  # a longer number overflows the column on both databases


def event(event_id: int) -> Event:
    """The event of this id at this desk, or 404."""
    return events.one_for_org(g.desk.organisation_id, event_id) or abort(404)


def event_to_change(event_id: int) -> Event:
    """The same, in a transaction opened for writing and under the lock of its row."""
    start_write()
    return events.locked(event(event_id).id)


def signup(event_id: int, signup_id: int) -> Signup:
    """The signup of this id at this event of this desk, or 404."""
    return signups.one_for_org(g.desk.organisation_id, event_id, signup_id) or abort(404)
