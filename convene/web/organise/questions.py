"""A host's own questions: up to ten, each with its purpose, who sees the answer, and how long it is kept."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, HiddenField, RadioField, SelectChoice, SelectField
from wtforms.validators import ValidationError

from convene import clock
from convene.events import queries as events
from convene.extensions import db, start_write
from convene.people import team
from convene.signups import questions
from convene.signups.models import Question
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words
from convene.web.organise import meanwhile, own
from convene.web.organise.event_fields import Whole, as_choice

page = Blueprint("organise_questions", __name__)

ID = own.ID.format("question_id")
COLUMNS = ("words", "kind", "options", "purpose", "seen_by", "kept_days", "feeds")
GONE = (
    "Somebody else replaced this question or took it away while you wrote. What you wrote stands below: "
    "press to ask it as a new one, or leave it."
)
FULL = f"{questions.MOST} questions are asked already. Take one away first: each more makes fewer people answer any."


def a_list_of_answers(form: Any, field: Field) -> None:
    """For a choice out of a list: two to twelve answers, each once."""
    if form.kind.data not in ("one", "several"):
        field.data = ""
        return
    lines = [" ".join(line.split()) for line in (field.data or "").splitlines() if line.strip()]
    least, most = questions.OPTIONS
    if not least <= len(lines) <= most or len(set(lines)) < len(lines) or max(map(len, lines)) > 100:
        raise ValidationError(
            f"Write {least} to {most} different answers, one a line, of 100 letters at most"
        )
    field.data = "\n".join(lines)


class QuestionForm(Form):
    revision = HiddenField()
    words = Words("The question", [Needed("Enter the question"), AtMost(200, "The question")])
    kind = RadioField(
        "How is it answered?", choices=[SelectChoice(*one) for one in questions.KINDS.items()], default="text"
    )
    options = Paragraphs("The answers to choose from", [AtMost(1300, "The list"), a_list_of_answers])
    purpose = Words("What is it for?", [Needed("Say what the answer is for"), AtMost(200, "This")])
    seen_by = RadioField(
        "Who sees the answers?",
        choices=[SelectChoice(*one) for one in questions.SEEN_BY.items()],
        default="organisers",
    )
    kept_days = Whole("Days the answers are kept after the event", 1, 365, default=90)
    feeds = RadioField(
        "How are the answers kept?",
        choices=[SelectChoice(*one) for one in questions.FEEDS.items()],
        default="",
    )
    event_id = SelectField("Asked at", coerce=str, default="")

    def offer_events(self) -> "QuestionForm":
        found = [one for one in events.for_org(g.desk.organisation_id) if one.ends_at > clock.now()]
        listed = [as_choice(one) for one in found]
        self.event_id.choices = [SelectChoice("", "Every event"), *listed]
        return self

    def facts(self) -> dict[str, Any]:
        return {
            **{name: self[name].data for name in COLUMNS},
            "event_id": int(self.event_id.data) if self.event_id.data else None,
        }


def typed_of(found: Question) -> dict[str, Any]:
    """A question as its form shows it."""
    return {name: getattr(found, name) for name in COLUMNS}


def question(question_id: int) -> Question:
    return questions.one(g.desk.organisation_id, question_id) or abort(404)


def render(form: QuestionForm, code: int = 200) -> ResponseReturnValue:
    asked = questions.of_host(g.desk.organisation_id)
    titles = {one.id: one.title for one in events.for_org(g.desk.organisation_id)}
    return render_template(
        "organise/questions.html",
        form=form,
        asked=asked,
        titles=titles,
        kinds=questions.KINDS,
        seen_by=questions.SEEN_BY,
    ), code


@page.get("")
def show() -> ResponseReturnValue:
    return render(QuestionForm(formdata=None).offer_events())


@page.post("")
def ask() -> ResponseReturnValue:
    form = QuestionForm().offer_events()
    if not form.validate():
        return render(form, 422)
    start_write()
    try:
        questions.ask(g.desk.organisation_id, form.facts(), g.desk.actor, clock.now())
    except questions.TooMany:
        db.session.rollback()
        form.form_errors.append(FULL)
        return render(form, 409)
    db.session.commit()
    flash("Asked from now on, of everybody who takes a place.", "good")
    return redirect(url_for("organise_questions.show"), 303)


@page.get(f"/{ID}")
def edit(question_id: int) -> ResponseReturnValue:
    found = question(question_id)
    shown = typed_of(found)
    form = QuestionForm(formdata=None, data={**shown, "revision": meanwhile.revision(shown)}).offer_events()
    form.event_id.data = str(found.event_id or "")
    return render_one(form, found)


def render_one(
    form: QuestionForm, found: Question, code: int = 200, clashes: Sequence[meanwhile.Clash] = ()
) -> ResponseReturnValue:
    answered = questions.is_answered(found)
    return render_template(
        "organise/question.html", form=form, question=found, answered=answered, clashes=clashes
    ), code


@page.post(f"/{ID}")
def save(question_id: int) -> ResponseReturnValue:
    form = QuestionForm().offer_events()
    found = questions.one(g.desk.organisation_id, question_id)
    if found is None:
        return replaced(question_id, form)
    # Where it is asked stays: another event is another question.
    form.event_id.data, form.event_id.validate_choice = str(found.event_id or ""), False
    if not form.validate():
        return render_one(form, found, 422)
    start_write()
    team.lock(g.desk.organisation_id)  # one at a time: the second sees what the first wrote
    found = questions.one(g.desk.organisation_id, question_id)
    if found is None:
        return replaced(question_id, form)
    if clashes := meanwhile.settle(form, typed_of(found)):
        db.session.rollback()
        return render_one(form, question(question_id), 409, clashes)
    questions.change(found, form.facts(), g.desk.actor, clock.now())
    db.session.commit()
    flash("Saved. Answers given before keep the words that they were given to.", "good")
    return redirect(url_for("organise_questions.show"), 303)


def replaced(question_id: int, form: QuestionForm) -> ResponseReturnValue:
    """The page on which what was typed can be asked anew; 404 where there never was such a question here."""
    db.session.rollback()
    if not questions.was_asked(g.desk.organisation_id, question_id):
        abort(404)
    form.form_errors.append(GONE)
    return render(form, 409)


@page.post(f"/{ID}/retire")
def retire(question_id: int) -> ResponseReturnValue:
    start_write()
    questions.retire(question(question_id), g.desk.actor, clock.now())
    db.session.commit()
    flash("It is asked no more. Answers stay as long as was promised.", "good")
    return redirect(url_for("organise_questions.show"), 303)


@page.get(f"/event/{own.ID.format('event_id')}")
def answers(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    readers = ("organisers", "hosts") if g.desk.event_ids is None else ("hosts",)
    found = questions.answers_at(event.id, readers)
    names = {one.id: one.person.name for _, given in found for one, _ in given}
    return render_template("organise/answers.html", event=event, found=found, names=names)
