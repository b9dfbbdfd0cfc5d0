"""Behind the code on the wall: people say that they are here, and see where they sit."""

from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, abort, redirect, render_template, session, url_for
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
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.visit.place import sittings

page = Blueprint("check_in", __name__)

TOO_OFTEN = "Many tries were made from where you are. Ask at the door: they let you in"


class AddressForm(Form):
    email = EmailField(
        "The email address you signed up with",
        [Needed("Enter the address you signed up with"), an_address],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )
    name = Words(
        "Your first name",
        [AtMost(200, "This")],
        render_kw={"autocomplete": "given-name", "spellcheck": "false"},
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
    """Mark who signed up with this address; of several who read it, whoever is named. Nobody's whole name is told."""
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
    come_in(signups_of(event, form.email.data or "", form.name.data or "", now), now)
    db.session.commit()
    return redirect(url_for("check_in.seat", token=token), 303)


def signups_of(event: Event, typed: str, name: str, now: datetime) -> list[Signup]:
    """The places not yet marked of whoever is meant, of all who read this mailbox: the one there is, or who is named.

    Nobody is among them who must be kept apart from somebody, for the answer must tell nothing.
    """
    rows = [one for one in queries.at_address(event.id, folded(typed)) if one.state == "confirmed"]
    if len(rows) > 1:
        names = {one.id: (one.person.name, one.person.called or "") for one in rows}
        named = checking_in.meant(name, names)
        rows = [one for one in rows if one.id in named]
    return [one for one in rows if checking_in.is_expected(one, now) and not has_rule(one.person_id)]


def come_in(found: Iterable[Signup], now: datetime) -> None:
    """Mark these here; this phone, the first to say so, is shown where they sit."""
    for one in found:
        if checking_in.come(one, now):
            session["checked_in"] = [*kept_in("checked_in"), one.id][-20:]


def first_name(signup: Signup) -> str:
    """Enough to tell apart those who came with one phone, and no more for whoever only knows an address."""
    return (signup.person.called or signup.person.name).split()[0]


def kept_in(name: str) -> list[int]:
    """Sign-ups that this phone checked in (`checked_in`)."""
    kept = session.get(name, [])
    return [one for one in kept if isinstance(one, int)] if isinstance(kept, list) else []


@page.get("/<token>/seat")
def seat(token: str) -> ResponseReturnValue:
    """Where those sit whom this phone checked in; the same page, without a seat, for everybody else."""
    event = event_of(token)
    mine = [one for one in queries.present(event.id) if one.id in kept_in("checked_in")]
    people = [(first_name(one) if len(mine) > 1 else "", sittings(one)) for one in mine]
    return render_template("visit/checked_in.html", event=event, token=token, people=people)
