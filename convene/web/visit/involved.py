"""Getting involved: one short form without an account, a button by mail, and a day by which the host answers."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectMultipleField
from wtforms.validators import InputRequired

from convene import clock, links
from convene.access import limits
from convene.extensions import db, start_write
from convene.messages import actions as messages
from convene.people import involvement
from convene.people.models import Involvement, Person
from convene.people.queries import hosts
from convene.web.access import client
from convene.web.behind import behind, one_person
from convene.web.forms import AtMost, Form, Needed, Paragraphs, left_empty, your_address, your_name
from convene.web.visit.news import BUSY

page = Blueprint("involved", __name__)

HOW = "get involved, confirmed by mail"
# The one tick that is a consent too: it says all that it means.
WATCH_WORDING = (
    "Just watch for now: write to me about new events, once a week at most. I can stop it in one press."
)


class InvolvedForm(Form):
    of = RadioField("With whom?", [InputRequired("Choose with whom")])
    kinds = SelectMultipleField(
        "What would you like to do?",
        [Needed("Tick at least one thing")],
        choices=[
            SelectChoice(kind, WATCH_WORDING if kind == involvement.WATCH else words)
            for kind, words in involvement.KINDS.items()
        ],
    )
    words = Paragraphs("Anything you would like to say", [AtMost(1000, "This")])
    name = your_name()
    email = your_address()
    website = left_empty()

    def offer_hosts(self) -> "InvolvedForm":
        found = hosts()
        self.of.choices = [SelectChoice(str(one.id), one.name) for one in found]
        if len(found) == 1:  # a choice of one is none
            self.of.data = str(found[0].id)
        return self


def render(form: InvolvedForm, code: int = 200) -> ResponseReturnValue:
    return render_template("visit/involved.html", form=form), code


@page.get("/get-involved")
def show() -> ResponseReturnValue:
    return render(InvolvedForm(formdata=None).offer_hosts())


@page.post("/get-involved")
def ask() -> ResponseReturnValue:
    """Write to the address; the page after it is the same for every address."""
    form, now = InvolvedForm().offer_hosts(), clock.now()
    if not form.validate():
        return render(form, 422)
    if not form.website.data:
        start_write()
        try:
            limits.take(now, SIGNUPS_PER_CLIENT=client())
        except limits.TooMany as reached:
            db.session.rollback()
            form.form_errors.append(BUSY.format(reached.minutes))
            return render(form.offer_hosts(), 429)
        host = next(one for one in hosts() if str(one.id) == form.of.data)
        kinds = form.kinds.data or ()
        involvement.ask(host, form.email.data or "", form.name.data or "", kinds, form.words.data or "", now)
        db.session.commit()
    session["asked_to_get_involved"] = form.email.data
    return redirect(url_for("involved.sent"), 303)


@page.get("/get-involved/check-your-email")
def sent() -> ResponseReturnValue:
    if "asked_to_get_involved" not in session:
        return redirect(url_for("involved.show"))
    return render_template("visit/involved_sent.html", address=session["asked_to_get_involved"])


def asked(token: str) -> tuple[Person, list[Involvement]]:
    """Whose link this is and what they ticked; what was forgotten since is refused as a forged link is."""
    person, ticked = behind("involved", token, one_person, more=None)
    found = list(involvement.of_person(person.id, ticked)) if ticked else []
    if not found:
        raise links.Forged
    return person, found


@page.get("/involved/<token>")
def press(token: str) -> ResponseReturnValue:
    """A page with one button: looking, as mail programs do, tells nobody."""
    person, found = asked(token)
    return render_template(
        "visit/involved_press.html",
        host=person.organisation,
        person=person,
        token=token,
        found=found,
        kinds=involvement.KINDS,
        watches=any(one.kind == involvement.WATCH for one in found),
        by=max((one.promised_by for one in found if one.kind != involvement.WATCH), default=None),
        preferences=links.signer("preferences").dumps([person.id, person.generation]),
    )


@page.post("/involved/<token>")
def tell(token: str) -> ResponseReturnValue:
    asked(token)
    now = clock.now()
    start_write()
    person, found = asked(token)
    watches = any(one.kind == involvement.WATCH for one in found)
    if involvement.confirm(person, [one.id for one in found], now) and watches:
        messages.agree(person, WATCH_WORDING, HOW, now)
    db.session.commit()
    return redirect(url_for("involved.press", token=token), 303)
