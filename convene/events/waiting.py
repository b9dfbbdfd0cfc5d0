"""A change that waits: what people last heard of an event, kept beside it until its ten minutes are over.

A host who moves an evening often moves it twice, or mends the room a moment later. Told at once, that is three letters
and three jumps in everybody's calendar; told together it is one, and a slip that was put right is none.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from convene.events.models import Event

TOGETHER = timedelta(minutes=10)  # counted from the first edit: a host who goes on mending holds nobody up
AT_ONCE = timedelta(hours=3)  # so near to its start nobody is left waiting to hear


@dataclass(frozen=True, slots=True)
class Waiting:
    """`before`: the facts as people last heard them, as text; `since` and `last`: the first and the newest edit."""

    since: datetime
    last: datetime
    before: dict[str, str] = field(default_factory=dict)


def plain(value: Any) -> str:
    """A fact as text, the same for the same moment in any zone."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def of(event: Event) -> Waiting | None:
    """What waits to be told of this event, or none."""
    if not event.told_before:
        return None
    kept = json.loads(event.told_before)
    since, last = (datetime.fromisoformat(kept[name]) for name in ("since", "last"))
    return Waiting(since, last, kept["before"])


def put_off(event: Event, before: Mapping[str, str], now: datetime) -> None:
    """Keep what people last heard, and say when they hear of the change; the first edit raises SEQUENCE for all."""
    waits = of(event)
    if waits is None:
        waits = Waiting(now, now)
        event.sequence += 1
        event.tell_at = now + TOGETHER
    whole = {**before, **waits.before}
    event.told_before = json.dumps({**asdict(waits), "last": now, "before": whole}, default=plain)
    if min(event.starts_at, datetime.fromisoformat(whole["starts_at"])) <= now + AT_ONCE:
        event.tell_at = now


def unheard(event: Event, waits: Waiting) -> set[str]:
    """The names of the facts that are not as people last heard them."""
    return {name for name, value in waits.before.items() if plain(getattr(event, name)) != value}


def no_more(event: Event) -> None:
    event.told_before, event.tell_at = "", None
