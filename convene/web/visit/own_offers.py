"""What a person can give and what they seek, on a page of their own: said, shown as they choose, renewed, removed."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice

from convene import clock
from convene.extensions import db, start_write
from convene.mail.languages import HOUSE, known
from convene.mail.translations import said
from convene.offers import actions, queries
from convene.offers.rules import MOST, SHOWN, SOON
from convene.people.models import Person
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.visit.mine import person_of

page = Blueprint("own_offers", __name__)

ID = "<int(max=2147483647):offer_id>"


TOO_MANY = f"Keep to {MOST} things: remove one first"


class OffersForm(Form):
    offers = Paragraphs("What can you give?", [AtMost(900, "This")])
    asks = Paragraphs("What are you looking for?", [AtMost(900, "This")])
    shown = RadioField(
        "Who may see it?", choices=[SelectChoice(key, words) for key, words in SHOWN.items()], default="group"
    )


def render(person: Person, token: str, form: OffersForm, code: int = 200) -> ResponseReturnValue:
    now = clock.now()
    return (
        render_template(
            "visit/own_offers.html",
            person=person,
            host=person.organisation,
            token=token,
            form=form,
            said=queries.of_person(person.id),
            shown=SHOWN,
            now=now,
            soon=now + SOON,
            zone=person.zone or person.organisation.zone,
        ),
        code,
    )


def keep(person: Person, form: OffersForm, now: datetime) -> bool:
    """Keep what was typed; False, with nothing kept and an error at the field, where it would be too many."""
    for field, kind in ((form.offers, "offer"), (form.asks, "ask")):
        try:
            actions.say(person, kind, field.data or "", form.shown.data or "nobody", now)
        except actions.TooMany:
            db.session.rollback()
            field.errors = [TOO_MANY]
            return False
    return True


@page.get("/<token>/offers")
def show(token: str) -> ResponseReturnValue:
    return render(person_of(token), token, OffersForm(formdata=None))


@page.post("/<token>/offers")
def say(token: str) -> ResponseReturnValue:
    person, form = person_of(token), OffersForm()
    if not form.validate():
        return render(person, token, form, 422)
    start_write()
    if not keep(person_of(token), form, clock.now()):
        return render(person_of(token), token, form, 422)
    db.session.commit()
    flash("Kept for 90 days. You can renew it here.", "good")
    return redirect(url_for("own_offers.show", token=token), 303)


@page.post(f"/<token>/offers/{ID}/renew")
def renew(token: str, offer_id: int) -> ResponseReturnValue:
    person_of(token)
    start_write()
    person = person_of(token)
    if actions.renew(person.id, offer_id, clock.now()):
        flash(said("Renewed for another 90 days.", language_of_form(person)), "good")
    db.session.commit()
    return back(token)


@page.post(f"/<token>/offers/{ID}/remove")
def remove(token: str, offer_id: int) -> ResponseReturnValue:
    person_of(token)
    start_write()
    person = person_of(token)
    if actions.remove(person.id, offer_id):
        flash(said("Removed.", language_of_form(person)), "good")
    db.session.commit()
    return back(token)


def on_still_true() -> bool:
    """Whether the button stood on the page that asks if all of it is still true."""
    return request.form.get("from") == "still-true"


def language_of_form(person: Person) -> str:
    return known(person.language) if on_still_true() else HOUSE


def back(token: str) -> ResponseReturnValue:
    where = "still_true.show" if on_still_true() else "own_offers.show"
    return redirect(url_for(where, token=token), 303)
