"""Where an event is, in words: a host may keep that from everybody who has no place at it."""

from convene.events.models import Event

HIDDEN = "Told to people with a place"


def venue(event: Event, has_place: bool = False) -> str:
    """The address, a word for "online", or, for those it is kept from, that it comes with a place."""
    if event.format == "online":
        return "Online"
    return HIDDEN if event.hides_place and not has_place else event.venue
