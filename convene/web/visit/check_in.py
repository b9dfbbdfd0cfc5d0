"""Behind the code on the wall: people say that they are here, and see where they sit."""

from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField

from convene import clock, links
from convene.access import limits
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.people.addresses import folded
from convene.people.queries import has_rule
from convene.signups import checking_in, queries
from convene.signups.models import Signup
from convene.web.access import client
from convene.web.forms import Form, Needed, an_address
from convene.web.visit.place import sittings

page = Blueprint("check_in", __name__)

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
    found = signups_of(event, form.email.data or "", now)
    if len(found) == 1:
        come_in(found, now)
    session["may_check_in"] = [one.id for one in found] if len(found) > 1 else []
    db.session.commit()
    return redirect(url_for("check_in.seat", token=token), 303)


def signups_of(event: Event, typed: str, now: datetime) -> list[Signup]:
    """The places not yet marked of all who read this mailbox.

    Nobody is among them who must be kept apart from somebody, for the answer must tell nothing.
    """
    rows = queries.at_address(event.id, folded(typed))
    return [one for one in rows if checking_in.is_expected(one, now) and not has_rule(one.person_id)]


def come_in(found: Iterable[Signup], now: datetime) -> None:
    """Mark these here; this phone, the first to say so, is shown where they sit."""
    for one in found:
        if checking_in.come(one, now):
            session["checked_in"] = [*kept_in("checked_in"), one.id][-20:]


def kept_in(name: str) -> list[int]:
    """Sign-ups that this phone checked in (`checked_in`), or that read the mailbox it named (`may_check_in`)."""
    kept = session.get(name, [])
    return [one for one in kept if isinstance(one, int)] if isinstance(kept, list) else []


def still_to_say(event: Event, now: datetime) -> list[Signup]:
    """Of those who read the mailbox that was named on this phone, who is not marked yet."""
    ids = kept_in("may_check_in")
    rows = queries.some_at(event.id, ids) if ids else []
    return [one for one in rows if checking_in.is_expected(one, now) and not has_rule(one.person_id)]


@page.get("/<token>/seat")
def seat(token: str) -> ResponseReturnValue:
    """Where those sit whom this phone checked in; the same page, without a seat, for everybody else.

    Where several read the mailbox that was typed, it asks first which of them are here.
    """
    event = event_of(token)
    mine = [one for one in queries.present(event.id) if one.id in kept_in("checked_in")]
    people = [(one.person.called or one.person.name, sittings(one)) for one in mine]
    asked = still_to_say(event, clock.now())
    return render_template("visit/checked_in.html", event=event, token=token, people=people, asked=asked)


@page.post("/<token>/seat")
def say_who(token: str) -> ResponseReturnValue:
    """Mark those who were ticked, of the ones who read the mailbox that was typed on this phone."""
    event_id, now = event_of(token).id, clock.now()
    ticked = set(request.form.getlist("here"))
    start_write()
    event = locked(event_id)
    come_in([one for one in still_to_say(event, now) if str(one.id) in ticked], now)
    db.session.commit()
    if not ticked:
        flash("Tick whoever is here, then press again.", "warn")
    return redirect(url_for("check_in.seat", token=token), 303)
