"""An event that will not be held: called off once it was published, or thrown away while it is a draft."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.signups import queries as signups
from convene.signups import upheaval
from convene.signups.actions import NotOpen
from convene.signups.models import HOLDING
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import own

page = Blueprint("organise_ending", __name__)


class CallOffForm(Form):
    words = Paragraphs("A few words to them", [AtMost(1000, "This")], render_kw={"rows": 4})


@page.get(f"/{own.ID.format('event_id')}/call-off")
def ask_call_off(event_id: int) -> ResponseReturnValue:
    if (there := own.circles_page(event_id)) is not None:
        return there
    return call_off_page(own.event(event_id), CallOffForm(formdata=None), 200)


def call_off_page(event: Event, form: CallOffForm, code: int) -> ResponseReturnValue:
    can = event.state == "published" and event.ends_at > clock.now()
    waiting = signups.in_state(event.id, *HOLDING, "waitlisted")
    unreached = [signup.person.name for signup in waiting if not signup.person.reachable]
    told = len(waiting) - len(unreached)
    return render_template(
        "organise/call_off.html", event=event, form=form, told=told, unreached=unreached, can=can
    ), code


@page.post(f"/{own.ID.format('event_id')}/call-off")
def call_off(event_id: int) -> ResponseReturnValue:
    if (there := own.circles_page(event_id)) is not None:
        return there
    form, now = CallOffForm(), clock.now()
    if not form.validate():
        return call_off_page(own.event(event_id), form, 422)
    own.event_to_change(event_id)
    try:
        told = upheaval.call_off(event_id, form.words.data or "", now)
    except NotOpen:
        db.session.rollback()
        flash("Only a published event that is not over can be called off.", "bad")
    else:
        audit.record(g.desk.organisation_id, g.desk.actor, "event.called_off", f"event:{event_id}", now)
        db.session.commit()
        flash(called_off_in_words(told), "good")
    return redirect(url_for("organise_events.show", event_id=event_id), 303)


def called_off_in_words(told: int) -> str:
    if told <= upheaval.AT_ONCE:
        return f"Called off. Everybody with a place or in line ({told}) is told."
    return f"Called off. {told} people had a place or stood in line: their letters are written one after another now."


@page.get(f"/{own.ID.format('event_id')}/throw-away")
def ask_throw_away(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    return render_template("organise/throw_away.html", event=event, can=upheaval.can_throw_away(event))


@page.post(f"/{own.ID.format('event_id')}/throw-away")
def throw_away(event_id: int) -> ResponseReturnValue:
    title = own.event_to_change(event_id).title
    try:
        upheaval.throw_away(event_id)
    except upheaval.NotADraft:
        db.session.rollback()
        flash("Only a draft that nobody has signed up to can be thrown away.", "bad")
        return redirect(url_for("organise_events.show", event_id=event_id), 303)
    audit.record(g.desk.organisation_id, g.desk.actor, "event.thrown_away", f"event:{event_id}", clock.now())
    db.session.commit()
    flash(f"The draft “{title}” is thrown away.", "good")
    return redirect(url_for("organise_desk.show"), 303)
