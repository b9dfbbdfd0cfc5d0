"""Signing up: what the form on an event's page posts."""

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits
from convene.events import queries
from convene.extensions import db, start_write
from convene.signups import actions
from convene.web.access import browser, client, remember_browser
from convene.web.forms import known_zone
from convene.web.visit import code
from convene.web.visit.events import SignUpForm, facts, for_members

page = Blueprint("signup", __name__)

BUSY = "Many people are signing up at this moment. Wait {} and press again; what you typed is still here."
# True of every address, whether or not another letter left.
AGAIN = "We have written again, unless that address has had several letters from us in the last hour."
CLOSED = "This event takes no sign-ups any more."


@page.get("/<slug:slug>/sign-up")
def opened(slug: str) -> ResponseReturnValue:
    """Where the form was refused its address stayed in the bar: opened from there, it leads to the form."""
    return to_event(slug, 302)


@page.post("/<slug:slug>/sign-up")
def sign_up(slug: str) -> ResponseReturnValue:
    form = SignUpForm()
    valid = form.validate()
    if not valid or form.website.data:  # only a machine fills that in, and it reads what everybody reads
        event = queries.public(slug) or abort(404)
        if for_members(event):
            return to_event(slug)
        if not valid:
            return render_template("visit/event.html", **facts(event, form)), 422
    remember_browser()
    if not form.website.data:
        now = clock.now()
        start_write()
        try:
            limits.take(now, SIGNUPS_PER_CLIENT=client(), ADDRESSES_PER_EVENT=slug)
            found = queries.locked_public(slug)
            if found is None:
                db.session.commit()  # the asking counts: it took the lock
                abort(404)
            if for_members(found):
                db.session.rollback()
                return to_event(slug)
            zone = known_zone(form.zone.data)
            online = form.way.data == "online" if form.way.raw_data else None
            actions.sign_up_to(found, form.email.data, form.name.data, zone, now, browser(), online)
        except limits.TooMany as reached:
            wait = {"Retry-After": str(1 + int(reached.wait.total_seconds()))}
            return refused(slug, form, BUSY.format(reached.minutes), 429, wait)
        except actions.NotOpen:
            return refused(slug, form, CLOSED, 409)
        db.session.commit()
    if (code.written_to(slug) or {}).get("address") == form.email.data:
        flash(AGAIN, "good")
    session["written_to"] = {"slug": slug, "address": form.email.data, "name": form.name.data}
    return redirect(url_for("code.show", slug=slug), 303)


def to_event(slug: str, status: int = 303) -> ResponseReturnValue:
    return redirect(url_for("events.show", slug=slug), status)


def refused(
    slug: str, form: SignUpForm, words: str, code: int, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """The event page again with what was typed, and the reason first."""
    db.session.rollback()
    event = queries.public(slug) or abort(404)
    form.form_errors.append(words)
    return render_template("visit/event.html", **facts(event, form)), code, headers or {}
