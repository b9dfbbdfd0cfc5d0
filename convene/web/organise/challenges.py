"""A shared question at the desk: its words, both its sides, what is known, and the open events about it."""

from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField, RadioField, SelectChoice, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from convene import clock
from convene.access import audit
from convene.circles import queries
from convene.circles.models import Challenge
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words
from convene.web.organise import meanwhile, own
from convene.web.organise.event_fields import as_choice

page = Blueprint("organise_challenges", __name__)

ID = own.ID.format("challenge_id")
STATES = [SelectChoice("open", "Open"), SelectChoice("resting", "Resting"), SelectChoice("closed", "Closed")]
WORDS = ("title", "question", "owners", "one_side", "other_side", "known", "state")


class Ticks(SelectMultipleField):
    """Several of a list, as boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ChallengeForm(Form):
    revision = HiddenField()
    title = Words("A short name", [Needed("Enter a short name"), AtMost(140, "The name")])
    question = Paragraphs("The question", [Needed("Write the question"), AtMost(600, "The question")])
    owners = Words("Whose question is it?", [AtMost(200, "This")])
    one_side = Paragraphs("Some say", [AtMost(2000, "This")])
    other_side = Paragraphs("Others say", [AtMost(2000, "This")])
    known = Paragraphs("What is known so far", [AtMost(10_000, "This")])
    events = Ticks("Open events about it", validate_choice=False)
    state = RadioField("It is", choices=STATES, default="open")

    def offer(self, challenge: Challenge) -> None:
        """Events to come of this host, but sessions; and those that are about it already."""
        mine = select(Event).where(
            Event.organisation_id == challenge.organisation_id, Event.circle_id.is_(None)
        )
        ahead = Event.ends_at > clock.now()
        rows = mine.where(ahead | (Event.challenge_id == challenge.id)).order_by(Event.starts_at).limit(50)
        self.events.choices = [as_choice(one) for one in db.session.scalars(rows)]


def challenge_of(challenge_id: int) -> Challenge:
    return queries.challenge_for_org(g.desk.organisation_id, challenge_id) or abort(404)


def about(challenge: Challenge) -> list[str]:
    rows = select(Event.id).where(Event.challenge_id == challenge.id).order_by(Event.id)
    return [str(event_id) for event_id in db.session.scalars(rows)]


def typed_of(challenge: Challenge) -> dict[str, Any]:
    return {name: getattr(challenge, name) for name in WORDS}


def render(challenge: Challenge, form: ChallengeForm, code: int = 200, **more: Any) -> ResponseReturnValue:
    return render_template("organise/challenge_form.html", challenge=challenge, form=form, **more), code


@page.get(f"/{ID}")
def edit(challenge_id: int) -> ResponseReturnValue:
    challenge = challenge_of(challenge_id)
    shown = typed_of(challenge)
    begun = {**shown, "events": about(challenge), "revision": meanwhile.revision(shown)}
    form = ChallengeForm(formdata=None, data=begun)
    form.offer(challenge)
    return render(challenge, form)


@page.post(f"/{ID}")
def save(challenge_id: int) -> ResponseReturnValue:
    form, now = ChallengeForm(), clock.now()
    form.offer(challenge_of(challenge_id))
    if not form.validate():
        return render(challenge_of(challenge_id), form, 422)
    start_write()
    challenge = challenge_of(challenge_id)
    if clashes := meanwhile.settle(form, typed_of(challenge)):
        db.session.rollback()
        return render(challenge_of(challenge_id), form, 409, clashes=clashes)
    for name in WORDS:
        setattr(challenge, name, form[name].data)
    challenge.revision += 1
    known, chosen = {choice.value for choice in form.events.choices}, set(form.events.data or ())
    for value in known:
        event = db.session.get_one(Event, int(value))
        if value in chosen:
            event.challenge_id = challenge.id
        elif event.challenge_id == challenge.id:
            event.challenge_id = None
    audit.record(g.desk.organisation_id, g.desk.actor, "challenge.changed", f"challenge:{challenge_id}", now)
    db.session.commit()
    flash("Saved.", "good")
    return redirect(url_for("organise_challenges.edit", challenge_id=challenge_id), 303)
