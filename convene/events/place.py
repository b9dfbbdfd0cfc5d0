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


def whereabouts(event: Event) -> str:
    """Where it is, for whoever has no place yet: with the other way to come, if there is one."""
    return f"{venue(event)}, or online" if is_both(event) else venue(event)


class AsTold:
    """An event as a letter tells of it to one person: all of it, but what is another for them."""

    def __init__(self, event: Event, **another: str) -> None:
        self.event, self.another = event, another

    def __getattr__(self, name: str) -> Any:
        return self.another[name] if name in self.another else getattr(self.event, name)


def as_told(event: Event, has_place: bool, online: bool = False) -> Any:
    """The event for a letter to somebody with or without a place, who comes to the room or `online`."""
    if online and is_both(event):
        return AsTold(event, format="online")
    return AsTold(event, venue="") if event.hides_place and not has_place else event
