"""A person's own calendar to follow, behind an address that is theirs alone until they take a new one."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.calendar import feed
from convene.circles import invites
from convene.extensions import db, start_write
from convene.people.actions import renew_calendar
from convene.people.models import Person
from convene.signups.own_calendar import owner, showings
from convene.web.visit.calendar import CALENDAR, answer, settings
from convene.web.visit.place import signup_of

page = Blueprint("own_calendar", __name__)


@page.app_template_global()
def own_calendar(person: Person) -> tuple[str, str]:
    """The address that this person gives to their calendar and to nobody else, as webcal: and as it is."""
    url = links.calendar(person.id, person.calendar_generation)
    return links.webcal(url), url


@page.get("/calendar/<key>.ics")
def follow(key: str) -> ResponseReturnValue:
    parts = links.read("calendar", key)
    person = owner(*parts) if len(parts) == 2 else None
    if person is None:
        abort(404)
    circles = invites.followed(person.id)
    places = [one for one in showings(person.id, clock.now()) if one.event.circle_id not in circles]
    host = person.organisation.name
    name = f"Your events with {host}"
    tag = feed.mark(name, host, *settings(), *(place.mark() for place in places), repr(circles))
    midnight = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    changed_at = max(
        (midnight, *(place.stamp for place in places), *(one.whole.stamp for one in circles.values()))
    )

    def write() -> bytes:
        return feed.feed(
            name, [place.entry() for place in places], write=feed.written, series=list(circles.values())
        )

    response = answer(tag, changed_at, CALENDAR, write, cache="private")
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@page.post("/place/<token>/new-calendar")
def renew(token: str) -> ResponseReturnValue:
    """A new address for the calendar of the person at this place; the old one is dead from now on."""
    signup_of(token)
    start_write()
    renew_calendar(signup_of(token).person)
    db.session.commit()
    flash("Your calendar has a new address, and the old one has ended. Add the new one below.", "good")
    return redirect(url_for("place.show", token=token), 303)
