"""Planning a session: an agenda from a template, then part by part; only those who host it change it."""

from collections.abc import Callable
from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, SelectChoice, SelectField

from convene.circles import agenda, planning
from convene.circles.models import AgendaPart
from convene.events.models import Event
from convene.extensions import db
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, small
from convene.web.inside import entry
from convene.web.inside.entry import Inside
from convene.web.inside.sessions import ID, SESSION, back
from convene.web.organise.event_fields import Whole

Verb = Callable[[Event, AgendaPart, int], None]

page = Blueprint("inside_agenda", __name__)

PART = f"{SESSION}/agenda/{ID.format('part_id')}"
OVERTAKEN = "Somebody else changed the agenda, so nothing was changed by you. This is how it stands now."
BEGUN = "That part has begun, so it stays as it is."
SIZES = [
    SelectChoice("0", "Everybody together"),
    *(SelectChoice(str(n), f"In groups of {n}" if n > 2 else "In pairs") for n in range(2, 7)),
]


class PartForm(Form):
    kind = SelectField(
        "What it is", choices=[SelectChoice(key, words) for key, words in agenda.KINDS.items()]
    )
    title = Words(
        "What it is called", [Needed("Give it a name, such as Open circle"), AtMost(140, "The name")]
    )
    minutes = Whole("Minutes", 1, agenda.MOST_MINUTES)
    prompt = Paragraphs("The question, or what to do", [AtMost(1000, "This")])
    group_size = SelectField("How people sit", choices=SIZES, default="0")
    rounds = Whole("How often people change groups", 1, agenda.MOST_ROUNDS, default=1)
    revision = HiddenField()

    def part(self) -> agenda.Part:
        size = int(self.group_size.data or 0)
        return agenda.Part(
            self.kind.data or "other",
            self.title.data or "",
            self.minutes.data or 1,
            self.prompt.data or "",
            size,
            (self.rounds.data or 1) if size else 0,
        )


def revision_shown() -> int:
    return small(request.form.get("revision"))


@page.post(f"{SESSION}/agenda/template")
def lay_out(token: str, event_id: int) -> ResponseReturnValue:
    _, event = entry.session_to_host(token, event_id)
    template = agenda.TEMPLATES.get(request.form.get("template", ""))
    if template is None:
        db.session.rollback()
        flash("Choose one of the ways to spend a session.", "bad")
        return back(token, event_id)
    try:
        planning.lay_out(event, template, revision_shown())
    except planning.Overtaken:
        return overtaken(token, event_id)
    db.session.commit()
    flash("There is an agenda now. Change what does not fit.", "good")
    return back(token, event_id, "agenda")


@page.get(f"{SESSION}/agenda/add")
def ask(token: str, event_id: int) -> ResponseReturnValue:
    here, event = for_host(token, event_id)
    own = planning.session_of(event)
    found = [planning.value(part) for part in planning.parts(event.id)]
    left = agenda.left_over(found, event.starts_at, event.ends_at)
    usual = {"kind": "other", "minutes": max(1, min(left, 30)), "revision": own.agenda_revision if own else 1}
    return render(here, event, PartForm(formdata=None, data=usual), None)


@page.post(f"{SESSION}/agenda/add")
def add(token: str, event_id: int) -> ResponseReturnValue:
    form = PartForm()
    if not form.validate():
        here, event = for_host(token, event_id)
        return render(here, event, form, None, 422)
    _, event = entry.session_to_host(token, event_id)
    try:
        planning.add(event, form.part(), revision_shown())
    except planning.Overtaken:
        return again(token, event_id, form, None)
    except planning.TooMany:
        db.session.rollback()
        flash(f"An agenda has at most {agenda.MOST_PARTS} parts. Take one out first.", "bad")
        return back(token, event_id)
    db.session.commit()
    flash("Added as the last part.", "good")
    return back(token, event_id, "agenda")


@page.get(PART)
def show(token: str, event_id: int, part_id: int) -> ResponseReturnValue:
    here, event = for_host(token, event_id)
    row, own = part_of(event, part_id), planning.session_of(event)
    data = {
        "kind": row.kind,
        "title": row.title,
        "minutes": row.minutes,
        "prompt": row.prompt,
        "group_size": str(row.group_size or 0),
        "rounds": row.rounds or 1,
        "revision": own.agenda_revision if own else 1,
    }
    return render(here, event, PartForm(formdata=None, data=data), row)


@page.post(PART)
def edit(token: str, event_id: int, part_id: int) -> ResponseReturnValue:
    form = PartForm()
    if not form.validate():
        here, event = for_host(token, event_id)
        return render(here, event, form, part_of(event, part_id), 422)
    _, event = entry.session_to_host(token, event_id)
    try:
        planning.edit(event, part_of(event, part_id), form.part(), revision_shown())
    except planning.Overtaken:
        return again(token, event_id, form, part_id)
    except planning.Begun:
        return begun(token, event_id)
    db.session.commit()
    flash("Saved.", "good")
    return back(token, event_id, "agenda")


@page.post(f"{PART}/remove")
def remove(token: str, event_id: int, part_id: int) -> ResponseReturnValue:
    return act(token, event_id, part_id, planning.remove, "Taken out.")


@page.post(f"{PART}/earlier")
def earlier(token: str, event_id: int, part_id: int) -> ResponseReturnValue:
    return act(token, event_id, part_id, planning.earlier, "It comes earlier now.")


def act(token: str, event_id: int, part_id: int, verb: Verb, words: str) -> ResponseReturnValue:
    _, event = entry.session_to_host(token, event_id)
    row = part_of(event, part_id)
    try:
        verb(event, row, revision_shown())
    except planning.Overtaken:
        return overtaken(token, event_id)
    except planning.Begun:
        return begun(token, event_id)
    db.session.commit()
    flash(words, "good")
    return back(token, event_id, "agenda")


def for_host(token: str, event_id: int) -> tuple[Inside, Event]:
    here = entry.of(token)
    event = entry.session(here, event_id)
    return (here, event) if entry.hosts_session(here, planning.session_of(event)) else abort(404)


def part_of(event: Event, part_id: int) -> AgendaPart:
    row = db.session.get(AgendaPart, part_id)
    return row if row is not None and row.event_id == event.id else abort(404)


def render(
    here: Inside, event: Event, form: PartForm, row: AgendaPart | None, code: int = 200
) -> ResponseReturnValue:
    minutes = round((event.ends_at - event.starts_at) / timedelta(minutes=1))
    return render_template(
        "inside/part.html", inside=here, event=event, form=form, row=row, minutes=minutes
    ), code


def again(token: str, event_id: int, form: PartForm, part_id: int | None) -> ResponseReturnValue:
    """What was typed, once more, on top of how the agenda stands now."""
    db.session.rollback()
    here, event = for_host(token, event_id)
    own = planning.session_of(event)
    form.revision.data = str(own.agenda_revision if own else 1)
    form.form_errors.append(
        "Somebody else changed the agenda meanwhile. Look at it, and press again if this still fits."
    )
    return render(here, event, form, part_of(event, part_id) if part_id else None, 409)


def overtaken(token: str, event_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(OVERTAKEN, "warn")
    return redirect(url_for("inside_sessions.show", token=token, event_id=event_id, _anchor="agenda"), 303)


def begun(token: str, event_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(BEGUN, "warn")
    return back(token, event_id, "agenda")
