"""The way into the room online: a link of each person's own, so that the host can change the room without a letter."""

from datetime import datetime

from convene import links
from convene.signups.models import Signup


def comes_online(signup: Signup) -> bool:
    return signup.event.format == "online" or signup.attends_online


def url(signup: Signup) -> str:
    """What letters and calendars carry for whoever comes online; empty for whoever comes to the room itself.

    It opens the room and nothing else: whoever is shown a calendar cannot change the place with it.
    """
    return links.join(signup.id, signup.generation) if comes_online(signup) else ""


def standing(signup: Signup, now: datetime) -> str:
    """What the link does now: `open`, or why not: `over`, `called_off`, `no_place`, `room`, `no_link`."""
    event = signup.event
    if event.state != "published":
        return "called_off"
    if event.ends_at <= now:
        return "over"
    if signup.state != "confirmed":
        return "no_place"
    if not comes_online(signup):
        return "room"
    return "open" if event.online_url else "no_link"
