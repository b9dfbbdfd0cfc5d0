"""An event of this evening at the desk: its people, its groups, and the presses that change them."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries
from convene.groups.models import Group, Round, Seat
from convene.groups.revision import revision
from convene.people.models import Person
from tests.web.organise.conftest import World

NAMES = [f"{first} {last}" for first in ("Bo", "Cy", "Di", "Ed", "Fi", "Gus") for last in ("Ash", "Elm")]


def tonight(world: World, **facts: Any) -> int:
    return world.event(starts_at=clock.now() + timedelta(minutes=20), **facts)


def seats(world: World, number: int) -> dict[str, str]:
    """Who sits in which group of a round."""
    rows = select(Person.name, Group.label).join(Seat, Seat.person_id == Person.id)
    rows = rows.join(Group, Seat.group_id == Group.id).join(Round, Group.round_id == Round.id)
    return world.read(
        lambda: {name: label for name, label in db.session.execute(rows.where(Round.number == number))}
    )


def shown(world: World, event_id: int) -> str:
    """What a page of the groups that is opened now says that it shows."""
    return world.read(lambda: revision(db.session.get_one(Event, event_id), queries.rounds(event_id)))


def publish(world: World, event_id: int, client: FlaskClient | None = None, **data: str) -> TestResponse:
    """Publish the groups as they stand."""
    data["revision"] = shown(world, event_id)
    path = f"/organise/events/{event_id}/groups/publish"
    return (client or world.client).post(path, data=data, follow_redirects=True)


def move(
    world: World, event_id: int, name: str, label: str, client: FlaskClient | None = None
) -> TestResponse:
    """Move somebody on the board of round 1, as the page does once its effect was seen."""
    rows = select(Seat.id).join(Person, Seat.person_id == Person.id).join(Round, Seat.round_id == Round.id)
    seat = world.read(lambda: db.session.scalar(rows.where(Person.name == name, Round.number == 1)))
    groups = select(Group.id).join(Round, Group.round_id == Round.id).where(Round.number == 1)
    group = world.read(lambda: db.session.scalar(groups.where(Group.label == label)))
    data = {"seat": str(seat), "to": str(group), "round": "1", "revision": shown(world, event_id)}
    path = f"/organise/events/{event_id}/groups/move"
    return (client or world.client).post(path, data=data, follow_redirects=True)
