"""People to welcome next time: a gentle list for the host alone, each with one press that invites them."""

from datetime import datetime

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail.models import OutgoingMail
from convene.messages.queries import hears_of_events
from convene.network import edge, welcome
from convene.nudges.actions import nudges_of
from convene.nudges.rules import capped
from convene.people.models import Person
from convene.people.queries import in_organisation
from convene.web.organise import own

page = Blueprint("organise_welcome", __name__)

NO_NEWS = "They did not agree to news of events, so invite them in person."
ENOUGH = "They had as many letters from here as we send in such a time. Try again in some days."
NOTHING_ON = "Announce an event first: there is none to invite to."


def next_event(organisation_id: int, now: datetime) -> Event | None:
    """The soonest that anybody can sign up to."""
    rows = select(Event).where(Event.organisation_id == organisation_id, Event.state == "published")
    rows = rows.where(Event.listed, Event.starts_at > now).order_by(Event.starts_at, Event.id)
    return db.session.scalars(rows.limit(1)).first()


def invited(event: Event | None, people: list[Person]) -> set[int]:
    """Who was invited to it from this page already."""
    keys = {welcome.key_of(event, person): person.id for person in people} if event else {}
    found = select(OutgoingMail.key).where(OutgoingMail.key.in_(keys))
    return {keys[key] for key in db.session.scalars(found)} if keys else set()


@page.get("")
def show() -> ResponseReturnValue:
    now = clock.now()
    found = edge.to_welcome(g.desk.organisation_id, now)
    event = next_event(g.desk.organisation_id, now)
    people = [one.person for one in found]
    return render_template(
        "organise/welcome.html",
        found=found,
        event=event,
        invited=invited(event, people),
        hears=welcome.who_hears(people),
        why=edge.WHY,
        no_news=NO_NEWS,
        nothing_on=NOTHING_ON,
    )


@page.post(f"/{own.ID.format('person_id')}")
def invite(person_id: int) -> ResponseReturnValue:
    """One letter about the next event, to somebody who agreed to news and is on the list."""
    start_write()
    now = clock.now()
    person = next(iter(in_organisation(g.desk.organisation_id, [person_id])), None) or abort(404)
    event = next_event(g.desk.organisation_id, now)
    on_list = person_id in {one.person.id for one in edge.to_welcome(g.desk.organisation_id, now)}
    if event is None or str(event.id) != request.form.get("event", ""):
        words, kind = "The next event is another one by now. Look again.", "warn"
    elif not on_list:
        words, kind = "They are coming, or left the list meanwhile.", "warn"
    elif not person.reachable or not hears_of_events(person.id):
        words, kind = NO_NEWS, "warn"
    elif capped(nudges_of([person.reachable], now).get(person.reachable, ()), now):
        words, kind = ENOUGH, "warn"
    else:
        welcome.invite(event, person, now)
        audit.record(g.desk.organisation_id, g.desk.actor, "person.welcomed", f"person:{person.id}", now)
        words, kind = f"Invited {person.name} to {event.title}.", "good"
    db.session.commit()
    flash(words, kind)
    return redirect(url_for("organise_welcome.show"), 303)
