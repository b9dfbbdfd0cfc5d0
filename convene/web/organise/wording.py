"""The words of each letter, as this host puts them: read, changed, looked at, tried by mail, and given back."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from convene import clock
from convene.access import audit, limits
from convene.extensions import db, start_write
from convene.mail import wording
from convene.mail.languages import LANGUAGES
from convene.mail.wording import LETTERS, MEANING, Refused, Words
from convene.people import team
from convene.people.queries import ORGANISING
from convene.web import forms
from convene.web.forms import AtMost, Form, Needed, Paragraphs
from convene.web.organise import meanwhile, sample

page = Blueprint("organise_wording", __name__)

TOO_MANY = "We have written to you many times in the last hour, so no test was sent. Try again later."


def without(check: Callable[[Any], None]) -> Callable[[Any, Field], None]:
    """A rule for a field: what the check refuses is said beside it."""

    def rule(form: Any, field: Field) -> None:
        try:
            check(field.data or "")
        except Refused as refused:
            raise ValidationError(str(refused)) from None

    return rule


def words_form(placeholders: tuple[str, ...]) -> type[Form]:
    """A subject and words of a host's own; which braces they know depends on what they are for."""

    class WordsForm(Form):
        revision = HiddenField()
        subject = forms.Words(
            "Subject",
            [
                Needed("Enter a subject"),
                AtMost(wording.MOST_SUBJECT, "The subject"),
                without(lambda text: wording.check_braces(text, placeholders)),
            ],
        )
        words = Paragraphs(
            "Words",
            [
                Needed("Write some words"),
                AtMost(wording.MOST_WORDS, "The words"),
                without(lambda text: wording.check_words(text, placeholders)),
            ],
        )

    return WordsForm


def form_for(placeholders: tuple[str, ...], **how: Any) -> Form:
    """The form for a letter's words."""
    return words_form(placeholders)(**how)


def as_shown(words: Words) -> dict[str, str]:
    """A letter's words as their form shows them, with what it brings back of that (meanwhile)."""
    shown = {"subject": words.subject, "words": words.words}
    return {**shown, "revision": meanwhile.revision(shown)}


def typed(form: Any) -> Words:
    return Words(form.subject.data or "", form.words.data or "")


def of_desk(letter: str) -> wording.Kind:
    """The letter of this name, for those who organise here; 404 for any other."""
    if not g.desk.roles & set(ORGANISING) or letter not in LETTERS:
        abort(404)
    return LETTERS[letter]


def others() -> list[str]:
    """The languages that have only the usual words."""
    return [name for code, name in LANGUAGES.items() if code != wording.LANGUAGE]


def now_used(letter: str) -> Words:
    return wording.own(g.desk.organisation_id, letter) or wording.usual(letter)


@page.get("")
def show() -> ResponseReturnValue:
    if not g.desk.roles & set(ORGANISING):
        abort(404)
    own = wording.all_of(g.desk.organisation_id)
    return render_template(
        "organise/wording.html", letters=LETTERS, own=own, fixed=wording.FIXED, other_languages=others()
    )


@page.get("/<letter>")
def edit(letter: str) -> ResponseReturnValue:
    kind = of_desk(letter)
    words = now_used(letter)
    form = form_for(kind.placeholders, formdata=None, data=as_shown(words))
    return render(letter, form, words)


def render(
    letter: str,
    form: Form,
    shown: Words | None,
    code: int = 200,
    clashes: Sequence[meanwhile.Clash] = (),
) -> ResponseReturnValue:
    """The page; `shown` are the words that the letter beside them is written in, if they can be."""
    kind, now = of_desk(letter), clock.now()
    own = wording.all_of(g.desk.organisation_id).get(letter)
    who = sample.newest(g.desk.organisation_id, now)
    return render_template(
        "organise/wording_letter.html",
        letter=letter,
        kind=kind,
        form=form,
        clashes=clashes,
        own=own,
        who=who,
        example=sample.keyless(sample.of(letter, shown, who, now)) if shown else None,
        meaning=[(name, MEANING[name]) for name in kind.placeholders],
    ), code


@page.post("/<letter>")
def save(letter: str) -> ResponseReturnValue:
    """Keep what was typed, or look at it, or try it by mail: the button says which."""
    kind = of_desk(letter)
    form = form_for(kind.placeholders)
    if not form.validate():
        return render(letter, form, None, 422)
    act = request.form.get("act", "save")
    if act == "look":
        return render(letter, form, typed(form))
    if act == "test":
        return send_test(letter, form)
    now = clock.now()
    start_write()
    team.lock(g.desk.organisation_id)  # one at a time: the second sees what the first wrote
    there = now_used(letter)
    if clashes := meanwhile.settle(form, {"subject": there.subject, "words": there.words}):
        db.session.rollback()
        return render(letter, form, None, 409, clashes)
    wording.keep(g.desk.organisation_id, letter, typed(form), g.desk.actor, now)
    audit.record(g.desk.organisation_id, g.desk.actor, "wording.changed", f"letter:{letter}", now)
    db.session.commit()
    flash("Saved. Letters written from now on have these words.", "good")
    return redirect(url_for("organise_wording.edit", letter=letter), 303)


def send_test(letter: str, form: Form) -> ResponseReturnValue:
    """The letter as typed, to the organiser's own address; nothing is kept."""
    now = clock.now()
    start_write()
    try:
        sample.send(sample.of(letter, typed(form), sample.newest(g.desk.organisation_id, now), now), now)
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
    else:
        db.session.commit()
        flash(f"A test is on its way to {g.desk.address}. The words are not saved by that.", "good")
    return render(letter, form, typed(form))


@page.post("/<letter>/back")
def back(letter: str) -> ResponseReturnValue:
    """Back to the usual words; the host's own stay in the form, to be saved again if this was a mistake."""
    kind, now = of_desk(letter), clock.now()
    was = now_used(letter)
    start_write()
    gone = wording.drop(g.desk.organisation_id, letter)
    if gone:
        audit.record(g.desk.organisation_id, g.desk.actor, "wording.dropped", f"letter:{letter}", now)
    db.session.commit()
    if not gone:
        flash("These were the usual words already.", "warn")
        return redirect(url_for("organise_wording.edit", letter=letter), 303)
    flash(
        "The usual words are used again. Yours are still in the boxes: press Save to have them back.", "good"
    )
    shown = {**as_shown(was), "revision": as_shown(wording.usual(letter))["revision"]}
    return render(letter, form_for(kind.placeholders, formdata=None, data=shown), wording.usual(letter))
