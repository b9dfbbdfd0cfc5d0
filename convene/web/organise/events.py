"""An event in the organiser's hands: written, looked over, published, changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from convene import clock
from convene.access import audit
from convene.circles import dates, telling
from convene.circles import queries as circles
from convene.events import actions, waiting
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.nudges.said import said
from convene.people.models import Organisation
from convene.signups import queries as signups
from convene.signups import upheaval
from convene.web.organise import meanwhile, own
from convene.web.organise.desk import state_of
from convene.web.organise.event_form import OVER, EventForm, is_over, typed_of, wrong
from convene.web.organise.hearing import clock_time, count, offered, saved_in_words
from convene.web.visit.answer import FACES
from convene.web.visit.events import facts as visitors_facts

page = Blueprint("organise_events", __name__)
page.add_app_template_filter(clock_time)

NOBODY_ANSWERS = (
    "Say first who answers for people's data, and how to reach them, in your organisation's settings."
)


@page.get("/new")
def new() -> ResponseReturnValue:
    form = EventForm(formdata=None, data={"zone": g.desk.zone, "host_name": g.desk.person_name})
    return render_template("organise/event_form.html", form=form, event=None)


@page.post("/new")
def create() -> ResponseReturnValue:
    form, now = EventForm(), clock.now()
    facts = form.facts(None, now)
    if facts is None:
        return render_template("organise/event_form.html", form=form, event=None), 422
    start_write()
    try:
        event_id = draft(facts, now)
        db.session.commit()
    except IntegrityError:  # another organiser took the same address for an event in this very moment
        db.session.rollback()
        form.form_errors.append("Somebody announced an event of this title just now. Press again to go on.")
        return render_template("organise/event_form.html", form=form, event=None), 409
    flash("Saved as a draft that only organisers see. Look it over, then publish it.", "good")
    return redirect(url_for("organise_events.show", event_id=event_id), 303)


def draft(facts: Mapping[str, Any], now: datetime) -> int:
    event = actions.draft(db.session.get_one(Organisation, g.desk.organisation_id), facts, now)
    audit.record(g.desk.organisation_id, g.desk.actor, "event.drafted", f"event:{event.id}", now)
    return event.id


@page.get(f"/{own.ID.format('event_id')}")
def show(event_id: int) -> ResponseReturnValue:
    event, now = own.event(event_id), clock.now()
    return render_template(
        "organise/event.html",
        event=event,
        state=state_of(event, now),
        places=signups.places(event),
        states=signups.states([event.id])[event.id],
        said=said(event.id) if event.ends_at <= now else None,
        faces=FACES,
        untold=len(upheaval.untold(event.id)),
        waits=event.state == "published" and event.ends_at > now and waiting.of(event),
        will_hear=upheaval.will_hear(event),
        can_publish=can_publish(event, now),
        can_throw_away=upheaval.can_throw_away(event),
        can_call_off=event.state == "published" and event.ends_at > now,
    )


def can_publish(event: Event, now: datetime) -> bool:
    return event.state == "draft" and event.starts_at > now


@page.get(f"/{own.ID.format('event_id')}/edit")
def edit(event_id: int) -> ResponseReturnValue:
    if (there := own.circles_page(event_id)) is not None:
        return there
    event = own.event(event_id)
    shown = typed_of(event)
    form = EventForm(formdata=None, data={**shown, "revision": meanwhile.revision(shown)})
    return render_form(form, event, 200)


@page.post(f"/{own.ID.format('event_id')}/edit")
def save(event_id: int) -> ResponseReturnValue:
    if (there := own.circles_page(event_id)) is not None:
        return there
    form, now = EventForm(), clock.now()
    facts = form.facts(own.event(event_id), now)
    if facts is not None:
        event = own.event_to_change(event_id)
        if event.state != "called_off" and (clashes := meanwhile.settle(form, typed_of(event))):
            db.session.rollback()
            return render_form(form, own.event(event_id), 409, clashes)
        facts = form.facts(event, now)  # with what somebody else changed meanwhile, which may not go together
    if facts is not None:
        try:
            before = offered(event_id)
            changed = upheaval.change(event_id, facts, now, told_of(form))
        except upheaval.TooSmall as small:
            wrong(form.capacity, f"{small.held} places are held already; enter {small.held} or more")
        except actions.CalledOff:
            form.form_errors.append("This event was called off, so it cannot be changed any more.")
        else:
            words = saved_in_words(event, changed, told_of(form), now, offered(event_id) - before)
            db.session.commit()
            flash(words, "good")
            return redirect(url_for("organise_events.show", event_id=event_id), 303)
    db.session.rollback()
    return render_form(form, own.event(event_id), 422)


def render_form(
    form: EventForm, event: Event, code: int, clashes: Sequence[meanwhile.Clash] = ()
) -> ResponseReturnValue:
    words = OVER if is_over(event, clock.now()) else ""
    return render_template(
        "organise/event_form.html", form=form, event=event, clashes=clashes, over=words
    ), code


def told_of(form: EventForm) -> tuple[str, ...]:
    """The facts whose change is told: when and where always, the rest if the host ticked it."""
    return (*actions.TOLD, *actions.MAY_TELL) if form.tell.data else actions.TOLD


@page.post(f"/{own.ID.format('event_id')}/tell")
def tell(event_id: int) -> ResponseReturnValue:
    """Those whom a change concerns hear of it without waiting."""
    now = clock.now()
    event = own.event_to_change(event_id)
    if waiting.of(event) is None:
        db.session.rollback()
        flash("There is nothing to tell: they have heard of it, or the change was undone.", "warn")
    else:
        told = upheaval.tell_change(event_id, now)
        audit.record(g.desk.organisation_id, g.desk.actor, "event.told", f"event:{event_id}", now)
        db.session.commit()
        flash(
            f"Told: {count(told, 'gets', 'get')} a letter now." if told else "Nobody is left to tell.", "good"
        )
    return redirect(url_for("organise_events.show", event_id=event_id), 303)


@page.get(f"/{own.ID.format('event_id')}/preview")
def preview(event_id: int) -> ResponseReturnValue:
    """The event's page as visitors will see it."""
    event = own.event(event_id)
    return render_template(
        "organise/event_preview.html",
        preview=True,
        can_publish=can_publish(event, clock.now()),
        **visitors_facts(event, None),
    )


@page.post(f"/{own.ID.format('event_id')}/publish")
def publish(event_id: int) -> ResponseReturnValue:
    now = clock.now()
    event = own.event_to_change(event_id)
    try:
        actions.publish(event, now)
        if event.circle_id is not None:
            circle = circles.locked(event.circle_id)
            dates.adopt(circle, event, now)
            telling.tell_members(circle, [(telling.NEW, event, None)], "", now)
    except actions.NobodyAnswersForData:
        db.session.rollback()
        flash(f"This event could not be published. {NOBODY_ANSWERS}", "bad")
    except actions.CannotPublish:
        words = (
            "Its start is in the past: change the date first."
            if event.state == "draft"
            else "It is not a draft any more."
        )
        db.session.rollback()
        flash(f"This event could not be published. {words}", "bad")
    else:
        audit.record(g.desk.organisation_id, g.desk.actor, "event.published", f"event:{event_id}", now)
        db.session.commit()
        flash("Published. It is on the front page now, and people can sign up.", "good")
    return redirect(url_for("organise_events.show", event_id=event_id), 303)
