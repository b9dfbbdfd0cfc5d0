"""Changing one's own address: typed on the page of one's data, and done by a button in the new mailbox."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits, tokens
from convene.extensions import db, start_write
from convene.people.addresses import folded
from convene.privacy import moving
from convene.signups import mending
from convene.web.visit.my_data import TOO_OFTEN, AddressForm, closed, form_of, person_in_hand, render

page = Blueprint("address", __name__)

AT_DESK = "You sign in to a desk with this address, so it is not changed here. Ask an owner of that desk"
THE_SAME = "This is the address we have"


@page.post("/my-data/address")
def ask() -> ResponseReturnValue:
    """Write to the new mailbox; the page says the same whether or not somebody has that address already."""
    start_write()
    person, form, now = person_in_hand(), AddressForm(), clock.now()
    if person is None:
        db.session.rollback()
        return closed()
    if form.validate():
        typed = form.new_address.data or ""
        try:
            if folded(typed) == person.address:
                form.new_address.errors = [THE_SAME]
            else:
                limits.take(
                    now, MAILS_PER_ADDRESS_HOUR=folded(typed), MAILS_PER_KNOWN_ADDRESS_HOUR=person.reachable
                )
                moving.ask(person, typed, now)
        except limits.TooMany:
            form.new_address.errors = [TOO_OFTEN]
        except moving.AtDesk:
            form.new_address.errors = [AT_DESK]
    if form.errors:
        db.session.rollback()
        person = person_in_hand()
        return render(person, form_of(person), 422, form) if person else closed()
    db.session.commit()
    flash("We have written to the new address. Press the button in that letter within an hour.", "good")
    return redirect(url_for("my_data.show"), 303)


@page.get("/my-data/address/<secret>")
def press(secret: str) -> ResponseReturnValue:
    """A page with one button: looking, as mail programs do, spends nothing and shows nothing."""
    if not tokens.usable(moving.PURPOSE, secret, clock.now()):
        return closed()
    return render_template("visit/address_press.html", secret=secret)


@page.post("/my-data/address/<secret>")
def use(secret: str) -> ResponseReturnValue:
    start_write()
    try:
        person = moving.use(secret, clock.now())
    except (tokens.Unusable, mending.Taken, mending.AtDesk):
        db.session.rollback()
        return closed()
    host = person.organisation.name
    kept = session.get("my_data")
    if isinstance(kept, list) and len(kept) == 3 and kept[0] == person.id:
        session["my_data"] = [person.id, person.generation, kept[2]]  # their page stays open in this browser
    db.session.commit()
    return render_template("visit/address_changed.html", host=host)
