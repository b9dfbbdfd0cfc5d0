"""A person's group now and the next one, behind their own link: the page that lies open on a phone in the room."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.groups import timing
from convene.signups import checking_in
from convene.signups.actions import lock_signup
from convene.web.visit.place import may_see_groups, signup_of, sittings

page = Blueprint("now", __name__)


@page.post("/<token>/here")
def come(token: str) -> ResponseReturnValue:
    """The person's own word that they are here, where the organiser lets them say so."""
    signup_of(token)
    start_write()
    signup = lock_signup(signup_of(token).id)
    try:
        checking_in.come(signup, clock.now())
    except checking_in.NotExpected:
        db.session.rollback()
        flash("That cannot be said here now. Somebody at the door marks you.", "warn")
        return redirect(url_for("place.show", token=token), 303)
    db.session.commit()
    return redirect(url_for("now.show", token=token), 303)


@page.get("/<token>/now")
def show(token: str) -> ResponseReturnValue:
    signup, now = signup_of(token), clock.now()
    event = signup.event
    stand = timing.of(event)
    left = timing.minutes_left(stand.on, now) if stand.on else 0
    mine: dict[int, dict[str, Any]] = {one["number"]: one for one in sittings(signup)}
    return render_template(
        "visit/now.html",
        signup=signup,
        event=event,
        token=token,
        stand=stand,
        state=state_of(event.state == "called_off", may_see_groups(signup), stand, mine),
        sits=mine.get(stand.on.number) if stand.on else None,
        sits_next=mine.get(stand.next.number) if stand.next else None,
        is_over=event.ends_at <= now and not left,
        left=left,
        ends=timing.epoch(stand.on.ends_at) if stand.on else 0,
        now=timing.epoch(now),
        may_come=checking_in.is_open(event, now)
        and signup.state == "confirmed"
        and not checking_in.is_here(signup),
    )


def state_of(called_off: bool, coming: bool, stand: timing.Standing, mine: dict[int, dict[str, Any]]) -> str:
    """How things stand for one person, in a word that the template has a face for."""
    if called_off:
        return "called_off"
    if not coming:
        return "not_coming"
    if not stand.told:
        return "not_ready"
    if not mine:
        return "no_group"
    if stand.on:
        return "on"
    return "next" if stand.next else "done"
