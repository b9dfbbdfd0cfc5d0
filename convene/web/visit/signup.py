"""Signing up: the form's post, and the page that says to look for our mail."""

from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits
from convene.events import queries
from convene.extensions import db, start_write
from convene.signups import actions
from convene.signups.queries import places
from convene.web.access import client
from convene.web.forms import known_zone
from convene.web.visit.events import SignUpForm, facts

page = Blueprint("signup", __name__)

BUSY = (
    "Many people are signing up at this moment. Wait a minute and press again; what you typed is still here."
)
CLOSED = "This event takes no sign-ups any more."


@page.post("/<slug:slug>/sign-up")
def sign_up(slug: str) -> ResponseReturnValue:
    event = queries.public(slug) or abort(404)
    form = SignUpForm()
    if not form.validate():
        return render_template("visit/event.html", **facts(event, form)), 422
    if not form.website.data:
        now = clock.now()
        event_id = event.id
        start_write()
        try:
            limits.take(now, SIGNUPS_PER_CLIENT=client(), ADDRESSES_PER_EVENT=str(event_id))
            actions.sign_up(event_id, form.email.data, form.name.data, known_zone(form.zone.data), now)
        except limits.TooMany as reached:
            wait = {"Retry-After": str(1 + int(reached.wait.total_seconds()))}
            return refused(slug, form, BUSY, 429, wait)
        except actions.NotOpen:
            return refused(slug, form, CLOSED, 409)
        db.session.commit()
    session["written_to"] = {"slug": slug, "address": form.email.data, "name": form.name.data}
    return redirect(url_for("signup.check_email", slug=slug), 303)


def refused(
    slug: str, form: SignUpForm, words: str, code: int, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """The event page again with what was typed, and the reason first."""
    db.session.rollback()
    event = queries.public(slug) or abort(404)
    form.form_errors.append(words)
    return render_template("visit/event.html", **facts(event, form)), code, headers or {}


@page.get("/<slug:slug>/check-your-email")
def check_email(slug: str) -> ResponseReturnValue:
    """The same page for every address: whether it was known is nobody's business. Only the places left change it."""
    written_to = session.get("written_to")
    if not isinstance(written_to, dict) or written_to.get("slug") != slug:
        return redirect(url_for("events.show", slug=slug))
    event = queries.public(slug) or abort(404)
    full = not places(event).open_to_new
    return render_template("visit/check_email.html", event=event, written_to=written_to, full=full)
