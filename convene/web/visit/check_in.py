"""Behind the code on the wall: people say that they are here, and see where they sit."""

from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField

from convene import clock, links
from convene.access import limits
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.people.addresses import folded
from convene.people.queries import by_address
from convene.signups import checking_in, queries
from convene.web.access import client
from convene.web.forms import Form, Needed, an_address

page = Blueprint("check_in", __name__)

NOT_FOUND = "We have no place under that address. Ask at the door: they let you in"
TOO_OFTEN = "Many tries were made from where you are. Ask at the door: they let you in"


class AddressForm(Form):
    email = EmailField(
        "The email address you signed up with",
        [Needed("Enter the address you signed up with"), an_address],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )


def event_of(token: str) -> Event:
    parts = links.read("check_in", token)
    event = db.session.get(Event, parts[0]) if len(parts) == 1 else None
    return event if event and event.self_check_in and event.state == "published" else abort(404)


def render(event: Event, form: AddressForm, token: str, status: int = 200) -> ResponseReturnValue:
    open_ = checking_in.is_open(event, clock.now())
    return render_template("visit/check_in.html", event=event, form=form, token=token, is_open=open_), status


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return render(event_of(token), AddressForm(formdata=None), token)


@page.post("/<token>")
def come(token: str) -> ResponseReturnValue:
    """Mark whoever signed up with this address."""
    event, form, now = event_of(token), AddressForm(), clock.now()
    if not form.validate():
        return render(event, form, token, 422)
    start_write()
    try:
        limits.take(now, CHECK_INS_PER_CLIENT=client())
    except limits.TooMany:
        db.session.rollback()
        form.email.errors = [TOO_OFTEN]
        return render(event_of(token), form, token, 429)
    event = locked(event_of(token).id)
    person = by_address(event.organisation_id, folded(form.email.data or ""))
    signup = queries.of_person(event.id, person.id) if person else None
    try:
        if signup is None:
            raise checking_in.NotExpected
        new = checking_in.come(signup, now)
    except checking_in.NotExpected:
        db.session.commit()  # the try counts
        form.email.errors = [NOT_FOUND]
        return render(event_of(token), form, token, 404)
    where = links.place_token(signup.id, signup.generation)
    # Where somebody sits is for the first phone that says so: a second one may be anybody's who knows the address.
    own = new or session.get("checked_in") == signup.id
    if own:
        session["checked_in"] = signup.id
    db.session.commit()
    if own:
        return redirect(url_for("now.show", token=where), 303)
    return redirect(url_for("check_in.known", token=token), 303)


@page.get("/<token>/known")
def known(token: str) -> ResponseReturnValue:
    return render_template("visit/checked_in.html", event=event_of(token), token=token)
