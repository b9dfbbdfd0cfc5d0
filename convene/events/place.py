"""Where an event is, in words: a host may keep that from everybody who has no place at it."""

from typing import Any

from convene.events.models import Event

HIDDEN = "Told to people with a place"


def is_both(event: Event) -> bool:
    """Whether people come to a room, or online as well: each way has places of its own."""
    return event.format == "in_person" and event.online_places is not None


def venue(event: Event, has_place: bool = False) -> str:
    """The address, a word for "online", or, for those it is kept from, that it comes with a place."""
    if event.format == "online":
        return "Online"
    return HIDDEN if event.hides_place and not has_place else event.venue


class WithoutPlace:
    """An event as letters tell of it to somebody who has no place: all of it, but not where it is."""

    venue = ""

    def __init__(self, event: Event) -> None:
        self.event = event

    def __getattr__(self, name: str) -> Any:
        return getattr(self.event, name)


def as_told(event: Event, has_place: bool) -> Any:
    """The event for a letter to somebody with or without a place."""
    return WithoutPlace(event) if event.hides_place and not has_place else event
