"""Asking to hear of new events without signing up to any: a name, an address, an unticked box, and a button by mail."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice, SelectMultipleField

from convene import clock, links
from convene.access import limits
from convene.extensions import db, start_write
from convene.messages import news
from convene.messages.queries import hears_of_events
from convene.people.models import Organisation, Person
from convene.people.queries import hosts
from convene.web.access import client
from convene.web.behind import behind, one_person
from convene.web.forms import Form, Needed, left_empty, your_address, your_name

page = Blueprint("news", __name__)

BUSY = "Many people are asking at this moment. Wait {} and press again; what you typed is still here."
HOW = "line-up, confirmed by mail"


class NewsForm(Form):
    name = your_name()
    email = your_address()
    of = SelectMultipleField(
        "Tell me about new events", [Needed("Tick whose events you would like to hear of")]
    )
    website = left_empty()


def form_for(found: Sequence[Organisation], **how: object) -> NewsForm:
    """The form with one unticked box for each of these hosts."""
    form = NewsForm(**how)
    form.of.choices = [SelectChoice(str(one.id), news.wording(one)) for one in found]
    return form


@page.get("/news")
def show() -> ResponseReturnValue:
    return render(form_for(hosts(), formdata=None))


def render(form: NewsForm, code: int = 200) -> ResponseReturnValue:
    return render_template("visit/news.html", form=form), code


@page.post("/news")
def ask() -> ResponseReturnValue:
    """Write to the address; the page after it is the same for every address."""
    form, now = form_for(hosts()), clock.now()
    if not form.validate():
        return render(form, 422)
    if not form.website.data:
        start_write()
        try:
            limits.take(now, SIGNUPS_PER_CLIENT=client())
        except limits.TooMany as reached:
            db.session.rollback()
            form.form_errors.append(BUSY.format(reached.minutes))
            return render(form_for_again(form), 429)
        chosen = set(form.of.data or ())
        for host in hosts():
            if str(host.id) in chosen:
                news.ask(host, form.email.data or "", form.name.data or "", now)
        db.session.commit()
    session["asked_for_news"] = form.email.data
    return redirect(url_for("news.sent"), 303)


def form_for_again(form: NewsForm) -> NewsForm:
    """The choices read anew, since what was read before has ended with its transaction."""
    form.of.choices = [SelectChoice(str(one.id), news.wording(one)) for one in hosts()]
    return form


@page.get("/news/check-your-email")
def sent() -> ResponseReturnValue:
    if "asked_for_news" not in session:
        return redirect(url_for("news.show"))
    return render_template("visit/news_sent.html", address=session["asked_for_news"])


def person_of(token: str) -> Person:
    return behind("news", token, one_person)[0]


@page.get("/news/<token>")
def press(token: str) -> ResponseReturnValue:
    """A page with one button: looking, as mail programs do, agrees to nothing."""
    return render_yes(person_of(token), token)


def render_yes(person: Person, token: str) -> ResponseReturnValue:
    return render_template(
        "visit/news_yes.html",
        host=person.organisation,
        token=token,
        hears=hears_of_events(person.id),
        wording=news.wording(person.organisation),
        preferences=links.signer("preferences").dumps([person.id, person.generation]),
    )


@page.post("/news/<token>")
def say_yes(token: str) -> ResponseReturnValue:
    person_of(token)
    start_write()
    news.say_yes(person_of(token), HOW, clock.now())
    db.session.commit()
    return redirect(url_for("news.press", token=token), 303)
