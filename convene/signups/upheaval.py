"""When the host changes an event under people's feet: told of a change, or that it is called off."""

from datetime import datetime

from convene.calendar import zones
from convene.events import actions as events
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.mail import outbox
from convene.signups import letters, queries
from convene.signups.actions import NEEDLESS_AFTER_CANCEL, NotOpen
from convene.signups.line import offer_free_places
from convene.signups.models import HOLDING
from convene.signups.posting import next_sequence, post, thread


class TooSmall(Exception):
    """The capacity asked for is below the places already held; `held` says how many."""

    def __init__(self, held: int):
        super().__init__(held)
        self.held = held


def change(event_id: int, facts: dict, now: datetime) -> set[str]:
    """Edit an event and tell everybody whom it touches; returns the names of what changed.

    Raises TooSmall, events.CalledOff. More capacity is offered to those in line at once.
    """
    event = locked(event_id)
    held = queries.places(event).taken
    if facts.get("capacity", event.capacity) < held:
        raise TooSmall(held)
    changed = events.edit(event, facts, now)
    if event.state == "published" and event.ends_at > now:
        if changed & set(events.TOLD):
            tell_changed(event, changed, now)
        if "capacity" in changed:
            offer_free_places(event, now)
    return changed


def tell_changed(event: Event, changed: set[str], now: datetime) -> None:
    """One letter to each who holds a place (with the raised invite) or waits for one.

    Where the letter of an earlier change had not left, this one stands for it, and tells the whole of when and where.
    """
    # A new link to join says nothing to those who have no place to join from yet.
    told = HOLDING if changed & set(events.TOLD) == {"online_url"} else (*HOLDING, "waitlisted")
    for signup in queries.in_state(event.id, *told):
        if signup.offered_until:
            signup.offered_until = min(signup.offered_until, event.starts_at)
        if "starts_at" in changed:
            outbox.drop_unsent(thread(signup), ("reminder",), "the event was moved before this left")
        unsent = outbox.drop_unsent(thread(signup), ("changed",), "a newer letter says it all")
        words = in_words(event, changed | {"starts_at", "venue"} if unsent else changed)
        sequence = next_sequence(signup) if signup.invite_open else None
        post(letters.changed(signup, words, sequence, now), signup, now)


def in_words(event: Event, changed: set[str]) -> dict[str, str]:
    """What changed and what it is now, for people: the online address itself is never in the letter's words."""
    words = {}
    if changed & {"starts_at", "ends_at", "zone"}:
        words["When"] = zones.spoken(event.starts_at, event.ends_at, event.zone)
    if changed & {"venue", "format"}:
        words["Where"] = "Online" if event.format == "online" else event.venue
    if "online_url" in changed and event.format == "online":
        words["Joining"] = "The link to join has changed; your place page and the invite have the new one"
    return words


def call_off(event_id: int, words: str, now: datetime) -> int:
    """Call a published event off and tell everybody with a place or in line; returns how many. Raises NotOpen."""
    event = locked(event_id)
    if event.state != "published" or event.ends_at <= now:
        raise NotOpen
    event.state = "called_off"
    event.sequence += 1
    event.revised_at = now
    db.session.flush()
    signups = queries.in_state(event.id, *HOLDING, "waitlisted")
    for signup in signups:
        outbox.drop_unsent(thread(signup), NEEDLESS_AFTER_CANCEL, "the event was called off before this left")
        sequence = next_sequence(signup) if signup.invite_open else None
        signup.invite_open = False
        post(letters.called_off(signup, sequence, now, words), signup, now)
    return len(signups)
