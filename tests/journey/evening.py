"""An evening that is going on: people are here, their groups are published, and a round may be on."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from convene.events.models import Event
from convene.groups import actions, publishing, timing
from convene.groups.deal.engine import deal
from convene.groups.facts import problem
from convene.people.models import Organisation
from convene.signups import attendance
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event

SECONDS = 0.01  # of work for the deal


def begin(
    host: Organisation, names: Sequence[str], now: datetime, **facts: Any
) -> tuple[Event, list[Signup]]:
    """An event that began ten minutes ago, these people here, and their groups published without a letter.

    `facts` are columns of Event.
    """
    hours = {"starts_at": now - timedelta(minutes=10), "ends_at": now + timedelta(hours=2)}
    event = an_event(host, now=now, **{"capacity": 200, "group_size": 4, "round_count": 3, **hours, **facts})
    here = [a_signup(event, a_person(host, name=name, now=now), now=now) for name in names]
    for signup in here:
        attendance.mark(signup, "attended", "person:1", now)
    publish(event, now)
    return event, here


def draw(event: Event, now: datetime) -> None:
    """Deal for whoever is here, and tell nobody yet."""
    asked = problem(event, seed=1)
    actions.keep(event, asked, deal(asked, SECONDS), now)


def publish(event: Event, now: datetime) -> None:
    """Deal for whoever is here, and tell them."""
    draw(event, now)
    publishing.publish_quietly(event, now)


def start(event: Event, now: datetime) -> None:
    """Press the button that starts the next round."""
    stand = timing.of(event)
    assert stand.next
    timing.start(event, stand.next.number, stand.revision, now)
