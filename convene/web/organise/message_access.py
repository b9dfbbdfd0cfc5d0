"""Which messages a desk may see and write: an organiser all of its host, whoever hosts single events those of them."""

from flask import abort, g, request

from convene.events.models import Event
from convene.extensions import start_write
from convene.messages import queries
from convene.messages.models import Message
from convene.people.queries import ORGANISING
from convene.web.organise import own


def organisers_only() -> None:
    """Organisers, and whoever hosts single events: to the people of these they may write too."""
    if not g.desk.roles & set(ORGANISING) and g.desk.event_ids is None:
        abort(404)


def may_write(event_id: int | None) -> bool:
    """Whether this desk may write to the people of this event, or (none) to all who asked for news."""
    return g.desk.event_ids is None or event_id in g.desk.event_ids


def of_desk(message_id: int) -> Message:
    """The message of this id at this desk, or 404."""
    organisers_only()
    found = queries.one_for_org(g.desk.organisation_id, message_id) or abort(404)
    return found if may_write(found.event_id) else abort(404)


def to_change(message_id: int) -> Message:
    """The same, in a transaction opened for writing and under the lock of its row."""
    of_desk(message_id)
    start_write()
    return queries.locked(message_id) or abort(404)


def event_asked_for() -> Event | None:
    """The event in the address, or none for an announcement; 404 for one that is not at this desk."""
    text = request.args.get("event", "")
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(404)
    if not may_write(int(text) if text else None):
        abort(404)
    return own.event(int(text)) if text else None
