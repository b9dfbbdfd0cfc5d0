"""The list at the door, made for a phone: who is here, who walked in, and the word that the list is whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.groups.turnout import turnout
from convene.people.models import Person
from convene.people.words import is_found
from convene.signups import attendance, door, queries
from convene.signups import known as known_people
from convene.signups.models import HOLDING, Signup
from convene.web.organise import adding, own
from convene.web.organise.adding import AddForm, Meant, NotAdded

page = Blueprint("organise_attendance", __name__)

HERE = ("attended", "part")
ON_THE_LIST = (*HOLDING, "waitlisted")
CLOSED = "Nobody can be added: the event is not published, or it is over and the list is complete."


class Full(NotAdded):
    """Every place is taken, and nobody has said yet that one more is let in."""


def is_here(signup: Signup) -> bool:
    return signup.attendance is not None and signup.attendance.state in HERE


def render(
    event: Event, form: AddForm, code: int = 200, full: bool = False, known: Sequence[Person] = ()
) -> ResponseReturnValue:
    """`full`: ask whether one more is let in although every place is taken; `known`: which of these is meant."""
    typed = " ".join(request.args.get("q", "").split())[:120]
    people = queries.at_door(event.id)
    found = [one for one in people if is_found(typed, one.person.name)]
    return (
        render_template(
            "organise/attendance.html",
            event=event,
            form=form,
            typed=typed,
            full=full,
            known=known,
            done=request.args.get("done", ""),
            marked=next((one for one in people if str(one.id) == request.args.get("marked")), None),
            expected=[one for one in found if one.state == "confirmed" or one.attendance],
            others=[one for one in found if one.state != "confirmed" and not one.attendance],
            present=sum(is_here(one) for one in people),
            coming=sum(one.state == "confirmed" or is_here(one) for one in people),
            places=queries.places(event),
            turnout=turnout(event, clock.now()),
            begun=event.starts_at <= clock.now(),
            is_open=door.is_open(event, clock.now()),
        ),
        code,
    )


@page.get(f"/{own.ID.format('event_id')}/attendance")
def show(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id), AddForm(formdata=None))


def back(event_id: int, signup_id: int | None = None) -> ResponseReturnValue:
    """The list again, at the same row."""
    row: dict[str, Any] = {"done": signup_id, "_anchor": f"person-{signup_id}"} if signup_id else {}
    return redirect(url_for("organise_attendance.show", event_id=event_id, **row), 303)


def to_the_next_guest(event_id: int, signup_id: int) -> ResponseReturnValue:
    """The whole list again, at an empty search box, with what became of this person above it.

    Without an #anchor: with one, a browser gives no field the focus.
    """
    return redirect(url_for("organise_attendance.show", event_id=event_id, marked=signup_id), 303)


@page.post(f"/{own.ID.format('event_id')}/attendance/{own.ID.format('signup_id')}")
def mark(event_id: int, signup_id: int) -> ResponseReturnValue:
    """Mark one person here, or take that back; once the list is complete, not here means did not come.

    Who is here has a place from then on, so that their groups and our thanks find them. A mark can be taken back
    whatever became of the place.
    """
    here = request.form.get("here", "")
    if here not in ("yes", "no"):
        abort(400)
    event = own.event_to_change(event_id)
    signup = own.signup(event_id, signup_id)
    absent = "no_show" if event.attendance_complete_at and signup.state == "confirmed" else "unknown"
    if signup.state in ON_THE_LIST or signup.attendance:
        if here == "yes":
            seat(signup)
        attendance.mark(signup, "attended" if here == "yes" else absent, g.desk.actor, clock.now())
        db.session.commit()
    return to_the_next_guest(event_id, signup_id) if request.form.get("q") else back(event_id, signup_id)


@page.post(f"/{own.ID.format('event_id')}/attendance/walk-in")
def walk_in(event_id: int) -> ResponseReturnValue:
    """Somebody at the door who is not on the list. `anyway` lets one more in when every place is taken."""
    form, now = AddForm(), clock.now()
    try:
        signup, _ = adding.add(event_id, form, write_down, CLOSED, now)
    except NotAdded as reason:
        full = isinstance(reason, Full)
        return render(own.event(event_id), form, reason.code, full, reason.known)
    seat(signup)
    attendance.mark(signup, "attended", g.desk.actor, now)
    signup_id = signup.id
    db.session.commit()
    return to_the_next_guest(event_id, signup_id)


def write_down(event: Event, meant: Meant, now: datetime) -> Signup:
    """Raises Full, and actions.NotOpen."""
    anyway = request.form.get("anyway") == "yes"
    if not queries.places(event).of(False).open_to_new and not anyway and meant.before not in HOLDING:
        raise Full(409)
    if meant.person:
        return known_people.add_at_door(event.id, meant.person, now)
    return door.add(event.id, meant.name, meant.address, now)


def seat(signup: Signup) -> None:
    """A place past the line for somebody who is here; where the event grew for it, that is written down."""
    now = clock.now()
    if door.let_in(signup, now):
        subject = f"event:{signup.event_id}"
        audit.record(g.desk.organisation_id, g.desk.actor, "event.one_more", subject, now)


@page.post(f"/{own.ID.format('event_id')}/attendance/complete")
def complete(event_id: int) -> ResponseReturnValue:
    event, now = own.event_to_change(event_id), clock.now()
    if event.state != "published" or event.starts_at > now:
        db.session.rollback()
        flash("Attendance can be complete only once the event has begun.", "bad")
        return back(event_id)
    absent = attendance.complete(event, g.desk.actor, now)
    audit.record(g.desk.organisation_id, g.desk.actor, "attendance.complete", f"event:{event_id}", now)
    db.session.commit()
    words = f"{absent} without a mark did not come." if absent else "Everybody on it was marked."
    flash(f"The list is complete. {words}", "good")
    return back(event_id)


@page.post(f"/{own.ID.format('event_id')}/attendance/reopen")
def reopen(event_id: int) -> ResponseReturnValue:
    attendance.reopen(own.event_to_change(event_id))
    audit.record(
        g.desk.organisation_id, g.desk.actor, "attendance.reopened", f"event:{event_id}", clock.now()
    )
    db.session.commit()
    flash("The list is open again. Those who were presumed absent are not marked any more.", "good")
    return back(event_id)
