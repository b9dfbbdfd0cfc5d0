"""An organiser at the desk of a small host, beside another host whose rows nobody there may reach."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from convene import clock
from convene.access import sign_ins
from convene.events import actions as events
from convene.events.models import Event
from convene.extensions import begin_write, db
from convene.people.actions import found_organisation, give_role, meet
from convene.people.models import Organisation, Person
from convene.signups import actions, attendance
from convene.signups.models import Signup
from tests.journey.visitor import Reader

T = TypeVar("T")

OWNER, OTHER_OWNER = "ada@example.org", "olu@elsewhere.example"


@dataclass
class World:
    """A host with an owner, and another; `client` is signed in as the owner of the first."""

    app: Flask
    client: FlaskClient
    host_id: int
    owner_id: int
    other_host_id: int

    @contextmanager
    def writing(self) -> Iterator[None]:
        with self.app.app_context():
            begin_write()
            yield
            db.session.commit()

    def event(self, host_id: int | None = None, *, publish: bool = True, **facts: Any) -> int:
        """An event in a week's time, published; facts are columns of Event."""
        starts = facts.pop("starts_at", clock.now() + timedelta(days=7))
        with self.writing():
            host = db.session.get_one(Organisation, host_id or self.host_id)
            whole = {
                "title": "Ideas over soup",
                "venue": "12 Mill Lane, Leeds",
                "zone": "Europe/London",
                "starts_at": starts,
                "ends_at": starts + timedelta(hours=2),
                "capacity": 30,
                **facts,
            }
            event = events.draft(host, whole, clock.now())
            if publish:
                event.state = "published"
            return event.id

    def add(self, event_id: int, *names: str, here: bool = False, address: bool = True) -> list[int]:
        """Sign these people up; returns the ids of their sign-ups."""
        found = []
        with self.writing():
            for name in names:
                to = f"{name.lower().replace(' ', '.')}@example.net" if address else None
                signup = actions.add(event_id, name, to, clock.now())
                if here:
                    attendance.mark(signup, "attended", "test", clock.now())
                found.append(signup.id)
        return found

    def organiser(self, address: str, *kinds: str, host_id: int | None = None) -> FlaskClient:
        """Another client, signed in as somebody with these roles."""
        with self.writing():
            host = db.session.get_one(Organisation, host_id or self.host_id)
            person = meet(host, address, address.partition("@")[0].title(), clock.now())
            for kind in kinds:
                give_role(person, kind, clock.now())
        return self.signed_in(address, host_id or self.host_id)

    def signed_in(self, address: str, host_id: int) -> FlaskClient:
        with self.writing():
            secret = sign_ins.open_sign_in(address, host_id, "a test", clock.now())
        client = self.app.test_client()
        client.set_cookie("convene_desk", secret, domain="localhost")
        return client

    def opened(self, path: str) -> dict[str, str]:
        """What the form to change the event at this path holds when it is opened."""
        return form_values(self.client.get(path + "/edit"))

    def save(self, path: str, changes: dict[str, Any], **how: Any) -> TestResponse:
        """Open the form to change an event, type this and press."""
        return self.client.post(path + "/edit", data={**self.opened(path), **changes}, **how)

    def fill(self, path: str, typed: dict[str, Any], **how: Any) -> TestResponse:
        """Open the page with a form, type this and press."""
        return self.client.post(path, data={**form_values(self.client.get(path)), **typed}, **how)

    def read(self, look: Callable[[], T]) -> T:
        with self.app.app_context():
            return look()

    def signup(self, signup_id: int) -> Signup:
        return self.read(lambda: db.session.get_one(Signup, signup_id))

    def event_row(self, event_id: int) -> Event:
        return self.read(lambda: db.session.get_one(Event, event_id))

    def person(self, name: str) -> int:
        return self.read(lambda: db.session.scalars(select(Person.id).where(Person.name == name)).one())


@pytest.fixture
def world(app: Flask) -> World:
    app.config["WTF_CSRF_ENABLED"] = False
    now = datetime.now(UTC)
    with app.app_context():
        begin_write()
        host = found_organisation("The Warm Hall", "Europe/London", now)
        other = found_organisation("Elsewhere", "Europe/Lisbon", now)
        owner = meet(host, OWNER, "Ada Bell", now)
        host.privacy_contact = other.privacy_contact = "data@example.org"
        give_role(owner, "owner", now)
        give_role(meet(other, OTHER_OWNER, "Olu Far", now), "owner", now)
        ids = host.id, owner.id, other.id
        db.session.commit()
    made = World(app, app.test_client(), *ids)
    made.client = made.signed_in(OWNER, ids[0])
    return made


def text(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    plain = re.sub(r"<(style|script|svg|head).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", plain).replace("&#39;", "'").split())


def form_values(answer: TestResponse) -> dict[str, str]:
    """What the form with a title, or with a mark of what it was shown with, holds, as a browser would send it."""
    form = next(form for form in Reader(answer.text).forms if {"title", "revision"} & set(dict(form.values)))
    return dict(form.values)


def typed(**changes: Any) -> dict[str, Any]:
    """A good event, as its form is posted."""
    day = (clock.now() + timedelta(days=10)).date()
    return {
        "title": "Power, and who has it",
        "summary": "An evening about power.",
        "description": "Come and *talk*.",
        "host_name": "Ada",
        "day": day.isoformat(),
        "starts": "18:30",
        "ends": "20:00",
        "zone": "Europe/London",
        "format": "in_person",
        "venue": "12 Mill Lane, Leeds",
        "online_url": "",
        "access_info": "",
        "capacity": "20",
        "group_size": "4",
        "round_count": "3",
        **changes,
    }
