"""A circle's page, as everybody sees it: what it gathers around, for whom, how it runs, when, and the way in."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from convene import clock
from convene.access import limits
from convene.circles import joining, queries
from convene.circles.models import Circle
from convene.events import queries as events
from convene.extensions import db, start_write
from convene.signups.queries import places_of
from convene.web.access import client
from convene.web.forms import AtMost, Form, Paragraphs, known_zone, left_empty, your_address, your_name
from convene.web.visit.signup import BUSY

page = Blueprint("circles", __name__)

CLOSED = "This circle takes nobody in just now."


class JoinForm(Form):
    name = your_name()
    email = your_address()
    words = Paragraphs("What brings you here?", [AtMost(1000, "This")])
    zone = HiddenField()
    website = left_empty()


def facts(circle: Circle, form: JoinForm) -> dict[str, Any]:
    now = clock.now()
    sessions = events.upcoming(now, circle_id=circle.id)
    learnt = queries.learning(circle.id)
    return {
        "circle": circle,
        "form": form,
        "sessions": sessions,
        "places": places_of([one for one in sessions if one.listed]),
        "past": events.past(now, circle_id=circle.id),
        "agreement": queries.agreement(circle.id),
        "takes_members": circle.state in ("forming", "open"),
        "learning": learnt if learnt is not None and learnt.public else None,
    }


@page.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    circle = queries.public(slug) or abort(404)
    return render_template("visit/circle.html", **facts(circle, JoinForm(formdata=None)))


@page.post("/<slug:slug>/join")
def join(slug: str) -> ResponseReturnValue:
    """Ask for the link; the page reads the same whoever is known already."""
    circle, form = queries.public(slug) or abort(404), JoinForm()
    if not form.validate():
        return render_template("visit/circle.html", **facts(circle, form)), 422
    if not form.website.data:
        now, circle_id = clock.now(), circle.id
        start_write()
        try:
            limits.take(now, SIGNUPS_PER_CLIENT=client(), ADDRESSES_PER_EVENT=f"circle:{circle_id}")
            zone, words = known_zone(form.zone.data), form.words.data or ""
            joining.ask(circle_id, form.email.data or "", form.name.data or "", words, zone, now)
        except limits.TooMany as reached:
            wait = {"Retry-After": str(1 + int(reached.wait.total_seconds()))}
            return refused(slug, form, BUSY.format(reached.minutes), 429, wait)
        except joining.NotOpen:
            return refused(slug, form, CLOSED, 409)
        db.session.commit()
    session["asked_to_join"] = {"slug": slug, "address": form.email.data}
    return redirect(url_for("circles.asked", slug=slug), 303)


def refused(
    slug: str, form: JoinForm, words: str, code: int, headers: dict[str, str] | None = None
) -> ResponseReturnValue:
    """The circle's page again with what was typed, and the reason first."""
    db.session.rollback()
    circle = queries.public(slug) or abort(404)
    form.form_errors.append(words)
    return render_template("visit/circle.html", **facts(circle, form)), code, headers or {}


@page.get("/<slug:slug>/check-your-email")
def asked(slug: str) -> ResponseReturnValue:
    typed = session.get("asked_to_join")
    if not isinstance(typed, dict) or typed.get("slug") != slug:
        return redirect(url_for("circles.show", slug=slug))
    circle = queries.public(slug) or abort(404)
    return render_template("visit/circle_asked.html", circle=circle, address=typed["address"])
