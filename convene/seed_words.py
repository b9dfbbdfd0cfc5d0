"""What the demonstration's host has written: a letter in words of its own, and a message that waits to go."""

from datetime import datetime, timedelta

from convene.events.models import Event
from convene.mail import wording
from convene.mail.wording import Words
from convene.messages import actions as messages
from convene.nudges.rules import capped

CONFIRMED = Words(
    "See you there, {name}: {event}",
    "Hello {name},\n\nYour place is kept. We look forward to meeting you, and so do the others.\n\n---\n\n"
    "Bring nothing but **one question** that you would like to hear somebody else answer.\n\n{host}",
)
SIDE_DOOR = Words(
    "How to find the door: {event}",
    "Hello {name},\n\nThe front of the building is being painted. Please come in by the side, where a lamp is lit."
    "\n\n---\n\nSee you {when}.",
)


def write(event: Event, now: datetime) -> None:
    """Words of the host's own for who gets a place, and a message to those who have one, to leave tomorrow."""
    host = event.organisation_id
    wording.keep(host, "place_confirmed", CONFIRMED, "command", now - timedelta(days=30))
    message = messages.draft(host, event, ["confirmed"], SIDE_DOOR, "command", now)
    messages.set_to_go(message, now + timedelta(days=1), capped, "command", now)
