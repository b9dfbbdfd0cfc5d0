"""A round in the room: started, given more time and ended by whichever helper presses first, and how much is left."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.events.models import Event
from convene.groups import actions, queries, settings
from convene.groups.models import Round

MORE = timedelta(minutes=2)


class Overtaken(Exception):
    """Somebody pressed, or published, since the page was shown; what it asked for may not be meant any more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the rounds stand that people were told of.

    told  all of them in order, those held too
    on    the one that was started and is not held yet, whether or not its time is up
    next  the first that nobody has started
    """

    told: tuple[Round, ...]
    on: Round | None
    next: Round | None

    @property
    def revision(self) -> str:
        """What a form was shown with: every press changes it, so that of two presses only the first can hold."""
        on = f"{self.on.number}.{epoch(self.on.ends_at)}" if self.on else "0.0"
        return f"{on}.{self.next.number if self.next else 0}"


def standing(rounds: Iterable[Round]) -> Standing:
    """From the rounds of one event in their order; drafts say nothing, for nobody was told of them."""
    told = tuple(round_ for round_ in rounds if round_.state != "draft")
    opened = [round_ for round_ in told if round_.state == "published"]
    on = max(
        (round_ for round_ in opened if round_.started_at),
        key=lambda round_: (round_.started_at, round_.number),
        default=None,
    )
    return Standing(told, on, next((round_ for round_ in opened if not round_.started_at), None))


def of(event: Event) -> Standing:
    return standing(queries.rounds(event.id, "published", "held"))


def minutes_left(round_: Round, now: datetime) -> int:
    """Whole minutes, the one that has begun counted as whole; 0 from the moment when the time is up."""
    return minutes_until(round_.ends_at, now)


def minutes_until(moment: datetime | None, now: datetime) -> int:
    """The same of any moment; 0 where there is none."""
    return max(0, math.ceil((moment - now) / timedelta(minutes=1))) if moment else 0


def whole_minutes(round_: Round) -> int:
    """How long the round is from its start to its end, with what it was given more."""
    if round_.started_at is None or round_.ends_at is None:
        return 0
    return math.ceil((round_.ends_at - round_.started_at) / timedelta(minutes=1))


def epoch(moment: datetime | None) -> int:
    """Whole seconds since 1970, as a browser's clock counts them."""
    return int(moment.timestamp()) if moment else 0


# What the buttons do. The event's row must be locked: two helpers may press at once. Each raises Overtaken unless
# things stand as they did where the button was shown, which its `revision` says.


def start(event: Event, number: int, revision: str, now: datetime) -> Round:
    """Begin the next round, which must be this one; the round before it is held with the same press.

    Drafts beside were dealt without knowing that people already sit together, and go.
    """
    stand = as_shown(event, revision)
    if stand.next is None or stand.next.number != number:
        raise Overtaken
    minutes = settings.of(event).minutes
    if stand.on:
        actions.hold(event, stand.on.number)
    actions.drop(event, "draft")
    actions.close_undo(event, told=False)
    stand.next.started_at = now
    stand.next.ends_at = now + timedelta(minutes=minutes)
    return stand.next


def give_more(event: Event, number: int, revision: str, now: datetime) -> Round:
    """Two minutes more for the round that is on: from now, if its time is up already."""
    on = on_as_shown(event, number, revision)
    on.ends_at = max(on.ends_at or now, now) + MORE
    return on


def end(event: Event, number: int, revision: str, now: datetime) -> None:
    """The round that is on has been held."""
    on = on_as_shown(event, number, revision)
    on.ends_at = min(on.ends_at or now, now)
    actions.hold(event, number)


def as_shown(event: Event, revision: str) -> Standing:
    stand = of(event)
    if stand.revision != revision:
        raise Overtaken
    return stand


def on_as_shown(event: Event, number: int, revision: str) -> Round:
    on = as_shown(event, revision).on
    if on is None or on.number != number:
        raise Overtaken
    return on
