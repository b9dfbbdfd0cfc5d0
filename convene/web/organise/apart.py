"""Who never shares a group, and why: for the safeguarding lead alone."""

from cryptography.fernet import InvalidToken
from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.groups import queries as groups
from convene.people import actions
from convene.people.models import Separation
from convene.web.organise import own, refusals
from convene.web.organise.pairs import PairForm, chosen, fill, named, pairs_of, rule, typed
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_apart", __name__)

NO_KEY = (
    "A note cannot be kept or read here yet: whoever runs this installation has to set CONVENE_NOTES_KEY."
)
NO_NOTE = "This note was written with another key, and cannot be read with the one set now."


def lead_only() -> None:
    """For everybody else these pages are not there."""
    if not sees_rules():
        abort(404)


def render(
    form: PairForm, code: int = 200, note_of: int | None = None, note: str = ""
) -> ResponseReturnValue:
    return (
        render_template(
            "organise/apart.html",
            form=fill(form),
            one=typed("one"),
            other=typed("other"),
            pairs=pairs_of(Separation),
            against=groups.against_rules(g.desk.organisation_id, clock.now()),
            refused=refusals.by_whom(),
            note_of=note_of,
            note=note,
        ),
        code,
    )


@page.get("/apart")
def show() -> ResponseReturnValue:
    lead_only()
    return render(PairForm(formdata=None))


@page.post("/apart")
def keep() -> ResponseReturnValue:
    start_write()
    lead_only()
    form = PairForm()
    pair = chosen(form) if form.validate() else None
    if pair is not None:
        try:
            actions.keep_apart(*pair, form.note.data or "", g.desk.actor, clock.now())
        except actions.SamePerson:
            form.second.errors = ["Choose two different people"]
        except actions.NoKey:
            form.note.errors = [NO_KEY]
        else:
            words = (
                f"{pair[0].name} and {pair[1].name} never share a group from now on. Only you can see this."
            )
            db.session.commit()
            flash(words, "good")
            return redirect(url_for("organise_apart.show"), 303)
    db.session.rollback()
    return render(form, 422)


@page.post(f"/apart/{own.ID.format('rule_id')}/note")
def read_note(rule_id: int) -> ResponseReturnValue:
    """Show one note, once; that it was read is written down first."""
    start_write()
    lead_only()
    try:
        note = actions.read_note(rule(Separation, rule_id), g.desk.actor, clock.now())
    except actions.NoKey:
        note = NO_KEY
    except InvalidToken:
        note = NO_NOTE
    db.session.commit()
    return render(PairForm(formdata=None), note_of=rule_id, note=note or "No note was written.")


@page.get(f"/apart/{own.ID.format('rule_id')}/lift")
def ask_lift(rule_id: int) -> ResponseReturnValue:
    lead_only()
    return render_template("organise/lift.html", kind="apart", pair=named([rule(Separation, rule_id)])[0])


@page.post(f"/apart/{own.ID.format('rule_id')}/lift")
def lift(rule_id: int) -> ResponseReturnValue:
    start_write()
    lead_only()
    if not actions.lift(Separation, rule_id, g.desk.organisation_id, g.desk.actor, clock.now()):
        abort(404)
    db.session.commit()
    flash("That rule is lifted, and its note is gone.", "good")
    return redirect(url_for("organise_apart.show"), 303)
