"""Six digits typed on the page that says to look for our mail: for whoever reads that mail on another device."""

from flask import Blueprint, abort, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.access import codes, limits
from convene.events import queries
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.signups import actions
from convene.signups.line import NotOffered
from convene.signups.queries import one, places
from convene.web.access import browser, client
from convene.web.codes import DEAD, TOO_OFTEN, CodeForm, why_not

page = Blueprint("code", __name__)


def written_to(slug: str) -> dict[str, str] | None:
    """What this browser signed up with here, if it did."""
    found = session.get("written_to")
    return found if isinstance(found, dict) and found.get("slug") == slug else None


def render(event: Event, form: CodeForm, status: int = 200) -> ResponseReturnValue:
    """The same page for every address. Only the places left change it."""
    left = places(event)
    return (
        render_template(
            "visit/check_email.html",
            event=event,
            written_to=written_to(event.slug),
            places=left,
            full=not left.open_to_new,
            form=form,
        ),
        status,
    )


@page.get("/<slug:slug>/check-your-email")
def show(slug: str) -> ResponseReturnValue:
    if written_to(slug) is None:
        return redirect(url_for("events.show", slug=slug))
    return render(queries.public(slug) or abort(404), CodeForm(formdata=None))


@page.post("/<slug:slug>/check-your-email")
def use(slug: str) -> ResponseReturnValue:
    """What the mailed link's button does, and then the page that the link opens."""
    if written_to(slug) is None:
        return redirect(url_for("events.show", slug=slug), 303)
    event, form, now = queries.public(slug) or abort(404), CodeForm(), clock.now()
    if not form.validate():
        return render(event, form, 422)
    start_write()
    try:
        limits.take(now, CODES_PER_CLIENT=client())
        queries.locked_public(
            slug
        )  # before the code, as whoever signs up does: in another order two wait crosswise
        signup_id = codes.subject(browser(), "signup", slug, form.code.data or "", now)
    except limits.TooMany:
        db.session.rollback()
        return refused(slug, form, TOO_OFTEN, 429)
    except codes.Wrong as wrong:
        db.session.commit()  # the try counts
        return refused(slug, form, why_not(wrong), 422)
    signup = one(signup_id)
    if signup is None or signup.person.state == "erased":
        db.session.commit()
        return refused(slug, form, DEAD, 422)
    where = links.place_token(signup.id, signup.generation)
    try:
        if signup.state in ("started", "offered"):
            actions.confirm(signup_id, now)
    except (actions.NotOpen, NotOffered):  # the page of the place says what has become of it
        db.session.rollback()
    else:
        db.session.commit()
    return redirect(url_for("place.show", token=where), 303)


def refused(slug: str, form: CodeForm, words: str, status: int) -> ResponseReturnValue:
    form.code.errors = [words]
    return render(queries.public(slug) or abort(404), form, status)
