"""Somebody whose mail came back says that their address works after all."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits
from convene.extensions import db, start_write
from convene.mail.suppression import lift, reason_for
from convene.signups.models import Signup
from convene.signups.posting import send_link
from convene.web.visit.place import TOO_MANY, signup_of

page = Blueprint("reach", __name__)


@page.app_template_global()
def mail_comes_back(signup: Signup) -> bool:
    """Whether letters to this person have stopped because they came back."""
    return bool(signup.person.reachable) and reason_for(signup.person.reachable) == "bounced"


@page.post("/<token>/reach")
def try_again(token: str) -> ResponseReturnValue:
    """Let mail go there again, and send a first letter. What they or a complaint stopped stays stopped."""
    signup_of(token)
    start_write()
    signup = signup_of(token)
    if not mail_comes_back(signup):
        db.session.rollback()
        return redirect(url_for("place.show", token=token), 303)
    try:
        limits.take(clock.now(), PRESSES_PER_PLACE=str(signup.id))
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
        return redirect(url_for("place.show", token=token), 303)
    lift(signup.person.reachable)
    send_link(signup, clock.now())
    db.session.commit()
    flash("We write to you again, and have just sent a letter. If none comes, tell your host.", "good")
    return redirect(url_for("place.show", token=token), 303)
