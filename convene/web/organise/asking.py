"""Answering those who ask to come, where the host answers each: a yes or a no, one press each."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.extensions import db
from convene.signups import approvals, queries
from convene.signups.actions import NotOpen
from convene.web.organise import own

page = Blueprint("organise_asking", __name__)

GONE = "Nothing was changed: they were answered already, or went away by themselves."
OVER = "The event is over or called off, so there is nothing to answer any more."


@page.get(f"/{own.ID.format('event_id')}/asking")
def show(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    return render_template(
        "organise/asking.html",
        event=event,
        asking=approvals.asking(event.id),
        places=queries.places(event),
        is_open=event.state == "published" and event.ends_at > clock.now(),
    )


@page.post(f"/{own.ID.format('event_id')}/asking/{own.ID.format('signup_id')}/yes")
def yes(event_id: int, signup_id: int) -> ResponseReturnValue:
    return answer(event_id, signup_id, True)


@page.post(f"/{own.ID.format('event_id')}/asking/{own.ID.format('signup_id')}/no")
def no(event_id: int, signup_id: int) -> ResponseReturnValue:
    return answer(event_id, signup_id, False)


def answer(event_id: int, signup_id: int, said_yes: bool) -> ResponseReturnValue:
    now = clock.now()
    own.event_to_change(event_id)
    name = own.signup(event_id, signup_id).person.name
    try:
        signup = (approvals.answer_yes if said_yes else approvals.answer_no)(signup_id, now)
    except (approvals.Answered, NotOpen) as reason:
        db.session.rollback()
        flash(OVER if isinstance(reason, NotOpen) else GONE, "warn")
        return redirect(url_for("organise_asking.show", event_id=event_id), 303)
    words = {
        "confirmed": f"{name} has a place, and a letter that says so.",
        "waitlisted": f"{name} stands in line, as every place is taken, and has a letter that says so.",
    }.get(signup.state, f"{name} has a letter that says it cannot be this time.")
    audit.record(g.desk.organisation_id, g.desk.actor, "signup.answered", f"signup:{signup_id}", now)
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("organise_asking.show", event_id=event_id), 303)
