"""Who has signed up to an event, with a place or in line; people are added and taken off here."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import skipping
from convene.circles.joining import Gone
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail.suppression import bars, reason_for, reasons_for
from convene.nudges.queries import of_event
from convene.people.models import Person
from convene.signups import actions, queries
from convene.signups import known as known_people
from convene.signups.models import Signup
from convene.web.organise import adding, own
from convene.web.organise.adding import AddForm, Meant

page = Blueprint("organise_signups", __name__)

LISTED = ("confirmed", "offered", "waitlisted", "started")
NOT_OPEN = "Nobody can be added: the event must be published and not over."


def render(event: Event, form: AddForm, code: int = 200, known: Sequence[Person] = ()) -> ResponseReturnValue:
    """`known`: people of the name typed, of whom one may be meant."""
    everybody = queries.in_state(event.id, *LISTED)
    return (
        render_template(
            "organise/signups.html",
            event=event,
            form=form,
            known=known,
            places=queries.places(event),
            counts=queries.states([event.id])[event.id],
            of={
                state: [one for one in everybody if one.state == state and not one.needs_answer]
                for state in LISTED
            },
            asking=sum(one.needs_answer for one in everybody),
            brought={one.id: one.person.name for one in everybody},
            is_open=event.state == "published" and event.ends_at > clock.now(),
            unreached=reasons_for(one.person.reachable for one in everybody if one.person.reachable),
            nudges=of_event(event.id),
        ),
        code,
    )


@page.get(f"/{own.ID.format('event_id')}/signups")
def show(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id), AddForm(formdata=None))


@page.post(f"/{own.ID.format('event_id')}/signups")
def add(event_id: int) -> ResponseReturnValue:
    form, now = AddForm(), clock.now()
    try:
        signup, meant = adding.add(event_id, form, sign_up, NOT_OPEN, now)
    except adding.NotAdded as reason:
        return render(own.event(event_id), form, reason.code, reason.known)
    words = added_in_words(signup, meant.before)
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("organise_signups.show", event_id=event_id), 303)


def sign_up(event: Event, meant: Meant, now: datetime) -> Signup:
    """Raises actions.NotOpen."""
    if meant.person:
        return known_people.add(event.id, meant.person, now)
    return actions.add(event.id, meant.name, meant.address, now)


def added_in_words(signup: Signup, before: str) -> str:
    """What became of who was added; `before` is the state they were in."""
    name = signup.person.name
    already = " already" if before == signup.state else ""
    if signup.state == "offered":
        return f"{name} has been offered a place already and has not answered yet."
    if signup.state == "waitlisted":
        has = f"is on the waiting list{already}, with {queries.ahead(signup) or 'nobody'} before them"
    else:
        has = f"has a place{already}"
    return f"{name} {has}." if already else f"{name} {has}. {told(signup.person)}"


def told(person: Person) -> str:
    if not person.reachable:
        return "We have no address for them, so tell them yourself."
    if bars(reason_for(person.reachable), "place_confirmed"):
        return "Mail does not reach them, so tell them yourself."
    return "We have written to them."


@page.get(f"/{own.ID.format('event_id')}/signups/{own.ID.format('signup_id')}/cancel")
def ask_cancel(event_id: int, signup_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    signup = own.signup(event_id, signup_id)
    waiting = queries.places(event).waiting
    return render_template("organise/signup_cancel.html", event=event, signup=signup, waiting=waiting)


@page.post(f"/{own.ID.format('event_id')}/signups/{own.ID.format('signup_id')}/cancel")
def cancel(event_id: int, signup_id: int) -> ResponseReturnValue:
    signup, now = own.signup(event_id, signup_id), clock.now()
    name = signup.person.name
    member_id = skipping.by_person(event_id, signup.person_id) if signup.by_circle else None
    if member_id is not None:
        return skip(event_id, member_id, name, now)
    own.event_to_change(event_id)
    actions.cancel(signup_id, now)
    db.session.commit()
    flash(f"{name} is off the list.", "good")
    return redirect(url_for("organise_signups.show", event_id=event_id), 303)


def skip(event_id: int, member_id: int, name: str, now: datetime) -> ResponseReturnValue:
    """A member's place comes from their circle: they skip this one session, and their calendar hears of it."""
    start_write()  # and no lock of the event: the circle's comes before it
    try:
        skipping.skip(member_id, event_id, now)
    except Gone:
        db.session.rollback()
        flash("This session is over, off or begun already, so nothing was changed.", "bad")
    else:
        db.session.commit()
        flash(f"{name} skips this session and keeps their place in the circle.", "good")
    return redirect(url_for("organise_signups.show", event_id=event_id), 303)
