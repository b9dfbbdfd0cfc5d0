"""How somebody comes to an event in a room and online: the button on their page that changes it."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from convene.access import limits
from convene.extensions import db
from convene.signups import ways
from convene.signups.actions import NotOpen, PlaceGone
from convene.web.visit.place import NOT_OPEN, TOO_MANY, press, signup_locked

page = Blueprint("way", __name__)

TAKEN = "Every place {there} is taken, so nothing was changed: your place {here} is yours."
THERE = {True: "online", False: "in the room"}


@page.post("/<token>/way")
def change(token: str) -> ResponseReturnValue:
    online = request.form.get("way") == "online"
    signup = signup_locked(token)
    try:
        press(lambda signup, now: ways.change(signup, online, now), signup)
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
    except (NotOpen, PlaceGone):
        db.session.rollback()
        flash(NOT_OPEN, "bad")
    except ways.NoPlaceThere:
        db.session.rollback()
        flash(TAKEN.format(there=THERE[online], here=THERE[not online]), "warn")
    else:
        db.session.commit()
        flash(f"Changed: you come {'online' if online else 'to the room'}.", "good")
    return redirect(url_for("place.show", token=token), 303)
