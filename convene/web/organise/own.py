"""What an id in an address may reach: only what belongs to the organisation at the desk."""

from flask import abort, g, redirect, url_for
from werkzeug import Response

from convene.circles import queries as circles
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


def circles_page(event_id: int) -> Response | None:
    """Where a session in a circle's calendar entry is changed or called off: its members hear from the circle."""
    found = circles.session_of(event(event_id).id)
    if found is None:
        return None
    there = url_for("organise_circle_dates.session", circle_id=found.circle_id, event_id=event_id)
    return redirect(there, 303)


def signup(event_id: int, signup_id: int) -> Signup:
    """The signup of this id at this event of this desk, or 404."""
    return signups.one_for_org(g.desk.organisation_id, event_id, signup_id) or abort(404)
