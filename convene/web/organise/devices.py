"""Where an organiser is signed in, and how each of those places is ended at once."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit, sign_ins
from convene.extensions import db, start_write
from convene.web.organise.own import ID
from convene.web.organise.sign_in import forget_cookie

page = Blueprint("organise_devices", __name__)


@page.get("")
def show() -> ResponseReturnValue:
    return render_template("organise/devices.html", devices=sign_ins.open_for(g.desk.address, clock.now()))


@page.post(f"/{ID.format('sign_in_id')}/end")
def end(sign_in_id: int) -> ResponseReturnValue:
    now = clock.now()
    start_write()
    if not sign_ins.end(g.desk.address, now, sign_in_id):
        abort(404)
    audit.record(g.desk.organisation_id, g.desk.actor, "device.ended", f"sign_in:{sign_in_id}", now)
    db.session.commit()
    if sign_in_id == g.desk.sign_in_id:
        return left("You are signed out on this device.")
    flash("That device is signed out.", "good")
    return redirect(url_for("organise_devices.show"), 303)


@page.post("/end-all")
def end_all() -> ResponseReturnValue:
    now = clock.now()
    start_write()
    sign_ins.end(g.desk.address, now)
    audit.record(g.desk.organisation_id, g.desk.actor, "devices.ended", g.desk.actor, now)
    db.session.commit()
    return left("You are signed out everywhere. Ask for a new link to come back.")


def left(words: str) -> ResponseReturnValue:
    flash(words, "good")
    answer = redirect(url_for("organise_sign_in.ask"), 303)
    forget_cookie(answer)
    return answer
