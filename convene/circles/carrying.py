"""What people said they would do, carried from agenda to agenda until it is done or let go with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

STATES = {
    "proposed": "Somebody could do this",
    "owned": "Taken on",
    "doing": "Under way",
    "done": "Done",
    "dropped": "Let go",
}
OPEN = ("proposed", "owned", "doing")
CLOSED = ("done", "dropped")


class NeedsReason(Exception):
    """An action is let go only with a word about why: what was learnt is worth more than a tidy list."""


class NeedsOwner(Exception):
    """Somebody has to take an action on before it can be under way."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One action as the rules see it; moments in UTC, `due_on` a day where the circle meets."""

    id: int
    state: str
    owner: int | None
    due_on: date | None
    made_at: datetime
    closed_at: datetime | None = None


def may_become(state: str, owner: int | None, reason: str) -> None:
    """Raises NeedsReason or NeedsOwner where an action cannot be put into this state as it stands."""
    if state == "dropped" and not reason.strip():
        raise NeedsReason
    if state in ("owned", "doing") and owner is None:
        raise NeedsOwner


def carried(promises: Iterable[Promise], starts_at: datetime, previous: datetime | None) -> list[Promise]:
    """What the agenda of a session that begins at `starts_at` looks at: open then, or closed since the one before.

    What is late stands first, then by due day, then what has none, the oldest first.
    """
    found = [
        one
        for one in promises
        if one.made_at < starts_at
        and (one.closed_at is None or one.closed_at >= starts_at or (previous and one.closed_at >= previous))
    ]
    return sorted(found, key=lambda one: (one.due_on is None, one.due_on or date.max, one.made_at, one.id))


def is_late(promise: Promise, today: date) -> bool:
    return promise.state in OPEN and promise.due_on is not None and promise.due_on < today
