"""What people offer and seek, as far as hosts may see it, and the glossary by which one dialect finds another."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.extensions import db, start_write
from convene.offers import actions, queries
from convene.offers.models import Offer
from convene.offers.rules import LONGEST, folded, term_of
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words
from convene.web.organise import own

page = Blueprint("organise_glossary", __name__)


class TermForm(Form):
    name = Words("Your word for it", [Needed("Enter a word"), AtMost(LONGEST, "The word")])
    aliases = Paragraphs("Other names for the same", [AtMost(900, "This")])


def by_term(said: list[Offer], glossary: dict[str, str]) -> list[tuple[str, list[Offer], list[Offer]]]:
    """Each thing under the name it is known by, with who offers it and who seeks it."""
    found: dict[str, tuple[list[Offer], list[Offer]]] = {}
    for one in said:
        found.setdefault(term_of(one.words, glossary), ([], []))[one.kind == "ask"].append(one)
    return [(term, offers, asks) for term, (offers, asks) in sorted(found.items())]


def render(form: TermForm, code: int = 200) -> ResponseReturnValue:
    organisation_id, now = g.desk.organisation_id, clock.now()
    terms = queries.terms(organisation_id)
    said = list(queries.standing(organisation_id, now, queries.TO_HOSTS))
    return (
        render_template(
            "organise/glossary.html",
            form=form,
            terms=terms,
            things=by_term(said, queries.glossary(organisation_id)),
            names={one.folded: one.name for one in terms},
        ),
        code,
    )


@page.get("")
def show() -> ResponseReturnValue:
    return render(TermForm(formdata=None))


@page.post("")
def define() -> ResponseReturnValue:
    form = TermForm()
    if not form.validate():
        return render(form, 422)
    if not folded(form.name.data or ""):
        form.name.errors = ["Enter a word with at least one letter"]
        return render(form, 422)
    start_write()
    try:
        term = actions.define(g.desk.organisation_id, form.name.data or "", form.aliases.data or "")
    except (actions.Taken, actions.TooMany) as refusal:
        db.session.rollback()
        taken = isinstance(refusal, actions.Taken)
        form.aliases.errors = [
            "One of these stands for something else already" if taken else "That is as many as there can be"
        ]
        return render(form, 422)
    audit.record(g.desk.organisation_id, g.desk.actor, "glossary.changed", f"term:{term.id}", clock.now())
    db.session.commit()
    flash("Kept. From now on these find each other.", "good")
    return redirect(url_for("organise_glossary.show"), 303)


@page.post(f"/{own.ID.format('term_id')}/remove")
def remove(term_id: int) -> ResponseReturnValue:
    start_write()
    if not actions.undefine(g.desk.organisation_id, term_id):
        db.session.rollback()
        abort(404)
    audit.record(g.desk.organisation_id, g.desk.actor, "glossary.changed", f"term:{term_id}", clock.now())
    db.session.commit()
    flash("Removed. What people said stays as they said it.", "good")
    return redirect(url_for("organise_glossary.show"), 303)
