"""One host's programme, as every test of calendars begins, and how its calendars are read."""

from dataclasses import dataclass

from flask.testing import FlaskClient

from convene import clock, links
from convene.circles.models import Challenge, Circle
from convene.events.models import Event
from convene.extensions import db
from convene.people.actions import slug_of
from convene.people.models import Organisation, Person
from convene.signups import actions as signups
from convene.signups.models import Signup
from tests.calendar.readers import Component, strict
from tests.factories import a_person, an_event, an_organisation
from tests.web.browsing import path_of

ROOM = "https://video.example.org/hall"
KINDS = ("line-up", "circle", "host", "own", "atom")
CALENDARS = KINDS[:4]


def a_circle(host: Organisation, title: str = "High streets") -> Circle:
    now = clock.now()
    slug = slug_of(f"{title} {host.id}")
    challenge = Challenge(
        organisation_id=host.id, slug=f"{slug}-challenge", title=title, question="What for?", created_at=now
    )
    circle = Circle(
        organisation_id=host.id, challenge=challenge, slug=slug, title=f"The circle: {title}", created_at=now
    )
    db.session.add(circle)
    db.session.flush()
    return circle


@dataclass
class Programme:
    """A host with a circle, one session of it, an open event, and somebody with a place at both."""

    host: Organisation
    circle: Circle
    session: Event
    event: Event
    person: Person
    signup: Signup

    @property
    def own(self) -> str:
        return path_of(links.calendar(self.person.id, self.person.calendar_generation))

    def feeds(self) -> dict[str, str]:
        return {
            "line-up": "/line-up.ics",
            "circle": f"/circles/{self.circle.slug}.ics",
            "host": f"/hosts/{self.host.slug}.ics",
            "own": self.own,
            "atom": "/line-up.atom",
        }


def a_programme(name: str | None = None) -> Programme:
    """Committed; who changes something begins with start_write."""
    host = an_organisation(name)
    circle = a_circle(host)
    session = an_event(host, title="A session", circle_id=circle.id)
    event = an_event(host, title="An open evening", format="online", venue="", online_url=ROOM)
    person = a_person(host)
    signup = signups.bring_in_person(event, person, clock.now())
    signups.bring_in_person(session, person, clock.now())
    db.session.commit()
    return Programme(host, circle, session, event, person, signup)


def parts(client: FlaskClient, path: str) -> dict[str, Component]:
    """The events of a calendar by title, as the unforgiving reader finds them."""
    db.session.commit()
    answer = client.get(path)
    assert answer.status_code == 200
    return {one.one("SUMMARY").text(): one for one in strict(answer.data).components if one.name == "VEVENT"}


def statuses(client: FlaskClient, path: str) -> dict[str, str]:
    return {title: one.one("STATUS").value for title, one in parts(client, path).items()}
