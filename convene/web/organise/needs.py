"""What only some groups of an event have, and who can sit nowhere else: captions, no steps, a language."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.groups import settings
from convene.groups.models import Need
from convene.web.forms import AtMost, Form, Needed, Words
from convene.web.organise import own
from convene.web.organise.event_fields import Ticked, Whole
from convene.web.organise.groups import called_off
from convene.web.organise.mixing import SAVED

page = Blueprint("organise_needs", __name__)

NEEDS = f"/{own.ID.format('event_id')}/groups/settings/needs"
ONE = f"{NEEDS}/{own.ID.format('need_id')}"


class NeedForm(Form):
    name = Words(
        "What some groups have",
        [Needed("Say what it is, such as captions"), AtMost(60, "The name")],
        render_kw={"autocomplete": "off"},
    )
    groups = Whole("How many groups have it", 1, 999)
    people = Ticked("Who needs it")


def render(event: Event, form: NeedForm, need: Need | None = None, code: int = 200) -> ResponseReturnValue:
    """Who said something about their access needs stands first, with their words."""
    coming = settings.coming(event)
    return (
        render_template(
            "organise/need.html",
            event=event,
            form=form,
            need=need,
            told=[signup for signup in coming if signup.access_needs],
            others=[signup for signup in coming if not signup.access_needs],
        ),
        code,
    )


def need_of(event: Event, need_id: int) -> Need:
    return settings.need(event.id, need_id) or abort(404)


def to_settings(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organise_mixing.show", event_id=event_id, _anchor="needs"), 303)


@page.get(f"{NEEDS}/new")
def new(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id), NeedForm(formdata=None, data={"groups": 1}))


@page.get(ONE)
def show(event_id: int, need_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    need = need_of(event, need_id)
    people = {one.person_id for one in need.people}
    kept = {"name": need.name, "groups": need.groups, "people": people}
    return render(event, NeedForm(formdata=None, data=kept), need)


@page.post(f"{NEEDS}/new")
def add(event_id: int) -> ResponseReturnValue:
    return save(own.event_to_change(event_id))


@page.post(ONE)
def change(event_id: int, need_id: int) -> ResponseReturnValue:
    event = own.event_to_change(event_id)
    return save(event, need_of(event, need_id))


def save(event: Event, need: Need | None = None) -> ResponseReturnValue:
    """The need that was typed, in the place of this one or beside the others."""
    form, event_id, need_id = NeedForm(), event.id, need.id if need else 0
    if event.state == "called_off":
        db.session.rollback()
        return called_off(event_id)
    if form.validate():
        name, groups = form.name.data or "", form.groups.data or 1
        coming = {signup.person_id for signup in settings.coming(event)}
        try:
            settings.set_need(event, need, name, groups, coming, form.people.data)
        except settings.SameName:
            form.name.errors = ["There is a need of that name already; change that one"]
        except settings.TooMany:
            form.form_errors.append(
                f"{settings.MOST_NEEDS} are the most one event can have. Remove one first."
            )
        else:
            note(event_id)
            db.session.commit()
            flash(SAVED, "good")
            return to_settings(event_id)
    db.session.rollback()
    event = own.event(event_id)
    return render(event, form, need_of(event, need_id) if need_id else None, 422)


@page.post(f"{ONE}/remove")
def remove(event_id: int, need_id: int) -> ResponseReturnValue:
    event = own.event_to_change(event_id)
    need = settings.remove_need(event, need_id) or abort(404)
    words = f"Removed: {need.name}. The next deal no longer asks for it."
    note(event_id)
    db.session.commit()
    flash(words, "good")
    return to_settings(event_id)


def note(event_id: int) -> None:
    """Write down that needs were changed, and by whom; not whose."""
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.needs", f"event:{event_id}", clock.now())
