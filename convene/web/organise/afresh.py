"""Before the weightiest acts: whoever is at the desk signed in lately, so that a device left open is no door."""

from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access.models import SignIn
from convene.extensions import db

FRESH = timedelta(hours=1)


def is_fresh() -> bool:
    found = db.session.get(SignIn, g.desk.sign_in_id)
    return found is not None and clock.now() - found.created_at < FRESH


def sign_in_again(back: str) -> ResponseReturnValue:
    """The page that asks for it; nothing was done yet."""
    db.session.rollback()
    if request.method == "GET":
        return redirect(url_for("organise_sign_in.ask", next=back))
    return render_template("organise/sign_in_again.html", url=url_for("organise_sign_in.ask", next=back)), 403
