"""Erase me: what goes and what stays is said first, then one button does it, for good."""

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.privacy import erased
from convene.privacy.erasure import StillOrganises, erase
from convene.signups.queries import to_come
from convene.web.visit.my_data import closed, person_in_hand

page = Blueprint("erase", __name__)

ORGANISES = "You have a part in running this organisation, so nothing was erased. Ask an owner to end that part first."


@page.get("/my-data/erase")
def ask() -> ResponseReturnValue:
    person = person_in_hand()
    if person is None:
        return closed()
    coming = len(to_come(person.id, clock.now()))
    return render_template("visit/erase.html", person=person, host=person.organisation, coming=coming)


@page.post("/my-data/erase")
def act() -> ResponseReturnValue:
    """Pressed twice, the second finds nothing left to erase."""
    now = clock.now()
    start_write()
    person = person_in_hand()
    if person is None:
        db.session.rollback()
        return closed()
    person_id, known_since, host = person.id, person.created_at, person.organisation.name
    try:
        if erase(person_id, f"person:{person_id}", now):
            erased.note(current_app.config["ERASED"], person_id, known_since, now)
    except StillOrganises:
        db.session.rollback()
        flash(ORGANISES, "bad")
        return redirect(url_for("my_data.show"), 303)
    except OSError:  # a restored backup would bring them back: better to say that it could not be done
        db.session.rollback()
        return render_template("visit/erase_failed.html"), 503
    db.session.commit()
    session.clear()
    return render_template("visit/erased.html", host=host)
