"""The note of a session: written by whoever is there, saved as they go, with what two wrote at once kept and shown."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import both, notes
from convene.circles.models import Note
from convene.events.models import Event
from convene.extensions import db
from convene.people.words import BadWords, tidy
from convene.web.forms import small
from convene.web.inside import entry
from convene.web.inside.entry import Inside
from convene.web.inside.sessions import SESSION

page = Blueprint("inside_notes", __name__)

TOO_LONG = (
    "A note holds {most:,} characters, and this has {length:,}. Nothing is lost: shorten it and save again."
)
MERGED = "Somebody saved this note while you wrote. Both are kept: what is new to it is marked below."
CLASHED = (
    "Somebody changed the same lines while you wrote. Both are kept, theirs first: tidy up what stands twice."
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as it came; `words` is it tidied, none where it cannot be kept, and then `problem` says why."""

    raw: str
    based_on: int
    words: str | None
    problem: str


def typed() -> Typed:
    raw = request.form.get("words", "").replace("\r\n", "\n")
    based_on = small(request.form.get("based_on"))
    if len(raw) > both.MOST:
        return Typed(raw, based_on, None, TOO_LONG.format(most=both.MOST, length=len(raw)))
    try:
        return Typed(raw, based_on, tidy(raw, lines=True) if raw.strip() else "", "")
    except BadWords as problem:
        return Typed(raw, based_on, None, str(problem))


@page.get(f"{SESSION}/note")
def show(token: str, event_id: int) -> ResponseReturnValue:
    here = entry.of(token)
    event = entry.session(here, event_id)
    note = notes.of(event.id)
    return render(here, event, note, note.words if note else "", note.version if note else 0)


@page.post(f"{SESSION}/note")
def save(token: str, event_id: int) -> ResponseReturnValue:
    """From the form, or from the page's script, which asks for JSON and is told the same."""
    given = typed()
    here = entry.of(token)
    event = entry.session(here, event_id)
    if given.words is None:
        if wants_json():
            return jsonify(problem=given.problem), 422
        note = notes.of(event.id)
        return render(here, event, note, given.raw, given.based_on, problem=given.problem, code=422)
    here, event = entry.session_to_write(token, event_id)
    saved = notes.save(event.id, here.person_id, given.words, given.based_on, clock.now())
    db.session.commit()
    if wants_json():
        return jsonify(told(saved))
    if saved.merged:
        event = entry.session(entry.of(token), event_id)
        return render(here, event, saved.note, saved.note.words, saved.note.version, saved=saved)
    flash("Saved.", "good")
    return redirect(url_for("inside_notes.show", token=token, event_id=event_id), 303)


def wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def told(saved: notes.Saved) -> dict[str, Any]:
    return {
        "version": saved.note.version,
        "mine": saved.mine,
        "merged": saved.merged,
        "words": saved.note.words if saved.merged else None,
        "say": (CLASHED if saved.clashed else MERGED) if saved.merged else "",
        "difference": [[piece.kind, list(piece.lines)] for piece in saved.difference],
    }


def render(
    here: Inside,
    event: Event,
    note: Note | None,
    words: str,
    based_on: int,
    *,
    problem: str = "",
    saved: notes.Saved | None = None,
    code: int = 200,
) -> ResponseReturnValue:
    return render_template(
        "inside/note.html",
        inside=here,
        event=event,
        note=note,
        words=words,
        based_on=based_on,
        problem=problem,
        say=(CLASHED if saved.clashed else MERGED) if saved else "",
        difference=saved.difference if saved else (),
        most=both.MOST,
    ), code


@page.get(f"{SESSION}/note/versions")
def versions(token: str, event_id: int) -> ResponseReturnValue:
    """What was saved before, to read or to take words from; `?version=` shows one."""
    here = entry.of(token)
    event = entry.session(here, event_id)
    note = notes.of(event.id) or abort(404)
    found = notes.versions(note, 100)
    shown = notes.version(note, small(request.args.get("version")))
    before = notes.version(note, shown.based_on) if shown else None
    difference = both.difference(before.words if before else "", shown.words) if shown else []
    return render_template(
        "inside/versions.html", inside=here, event=event, found=found, shown=shown, difference=difference
    )
