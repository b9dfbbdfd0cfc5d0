"""What people told in confidence, and who may be back under another name: for the safeguarding lead alone."""

from cryptography.fernet import InvalidToken
from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectChoice, SelectField

from convene import clock
from convene.circles import apart, joining
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.people import actions, queries, worries
from convene.people.models import Person, Worry
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import own
from convene.web.organise.apart import NO_KEY, NO_NOTE, lead_only
from convene.web.organise.pairs import found, in_a_list, typed

page = Blueprint("organise_safeguarding", __name__)

ID = own.ID.format("worry_id")
CIRCLE = own.ID.format("circle_id")
PAIR = f"{own.ID.format('person_id')}/{own.ID.format('known_id')}"
GONE = "This was dealt with meanwhile, so nothing was changed."


class AboutForm(Form):
    person = SelectField("Who it is about", coerce=str, validate_choice=False)
    note = Paragraphs("Why, for you alone", [AtMost(2000, "The note")], render_kw={"rows": 4})


def worry(worry_id: int) -> Worry:
    """What somebody wrote to this desk, or 404."""
    return worries.one(g.desk.organisation_id, worry_id) or abort(404)


def like(person_id: int, known_id: int) -> worries.Like:
    """These two, if they are still alike and asked about at this desk, or 404."""
    asked = worries.alike(g.desk.organisation_id)
    pair = (person_id, known_id)
    return next((each for each in asked if (each.person.id, each.known.id) == pair), None) or abort(404)


def case(circle_id: int, person_id: int, known_id: int) -> apart.Case:
    """These two in this circle, if the lead has yet to answer, or 404."""
    wanted = (circle_id, person_id, known_id)
    asked = apart.cases(g.desk.organisation_id, clock.now())
    found = (each for each in asked if (each.circle.id, each.newcomer.id, each.other.id) == wanted)
    return next(found, None) or abort(404)


def writers(told: list[Worry]) -> dict[int, str]:
    ids = [one.person_id for one in told if one.person_id]
    return {one.id: one.name for one in queries.in_organisation(g.desk.organisation_id, ids)}


def events(told: list[Worry]) -> dict[int, Event]:
    ids = [one.event_id for one in told if one.event_id]
    rows = select(Event).where(Event.organisation_id == g.desk.organisation_id, Event.id.in_(ids))
    return {event.id: event for event in db.session.scalars(rows)}


@page.get("")
def show() -> ResponseReturnValue:
    lead_only()
    waiting, done = worries.told_lately(g.desk.organisation_id, clock.now())
    return render_template(
        "organise/safeguarding.html",
        waiting=waiting,
        done=done,
        names=writers(waiting + done),
        events=events(waiting + done),
        alike=worries.alike(g.desk.organisation_id),
        in_one_circle=apart.in_one_circle(g.desk.organisation_id),
    )


@page.get("/circles")
def circles() -> ResponseReturnValue:
    lead_only()
    found = apart.cases(g.desk.organisation_id, clock.now())
    return render_template("organise/in_one_circle.html", cases=found)


def render(told: Worry, form: AboutForm, words: str | None = None, code: int = 200) -> ResponseReturnValue:
    people = [one for one in found(typed("q")) if one.id != told.person_id]
    form.person.choices = [SelectChoice(str(one.id), in_a_list(one)) for one in people]
    return (
        render_template(
            "organise/worry.html",
            told=told,
            form=form,
            sought=typed("q"),
            words=words,
            writer=writers([told]).get(told.person_id or 0, ""),
            event=events([told]).get(told.event_id or 0),
        ),
        code,
    )


@page.get(f"/{ID}")
def open_one(worry_id: int) -> ResponseReturnValue:
    lead_only()
    return render(worry(worry_id), AboutForm(formdata=None))


@page.post(f"/{ID}/read")
def read(worry_id: int) -> ResponseReturnValue:
    """Show the words, once; that they were read is written down first."""
    start_write()
    lead_only()
    try:
        words = worries.read(worry(worry_id), g.desk.actor, clock.now())
    except actions.NoKey:
        words = NO_KEY
    except InvalidToken:
        words = NO_NOTE
    db.session.commit()
    return render(worry(worry_id), AboutForm(formdata=None), words)


@page.post(f"/{ID}/link")
def link(worry_id: int) -> ResponseReturnValue:
    start_write()
    lead_only()
    told, form = worry(worry_id), AboutForm()
    person = chosen(form)
    if form.validate() and person is not None:
        try:
            worries.link(told, person, form.note.data or "", g.desk.actor, clock.now())
        except actions.SamePerson:
            form.person.errors = ["This is the person who wrote it. Choose the other one"]
        except actions.NoKey:
            form.note.errors = [NO_KEY]
        except InvalidToken:
            form.note.errors = ["What was written cannot be read with the key set now: write a note yourself"]
        except worries.Gone:
            db.session.rollback()
            flash(GONE, "warn")
            return redirect(url_for("organise_safeguarding.show"), 303)
        else:
            db.session.commit()
            flash("From now on the two never share a group. Only you can see this.", "good")
            return redirect(url_for("organise_apart.show"), 303)
    elif person is None:
        form.person.errors = ["Search for a name, then choose the person"]
    db.session.rollback()
    return render(worry(worry_id), form, code=422)


def chosen(form: AboutForm) -> Person | None:
    """The person posted, none if nobody was; 404 for somebody of another host."""
    text = form.person.data or ""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return next(iter(queries.in_organisation(g.desk.organisation_id, [int(text)])), None) or abort(404)


@page.post(f"/{ID}/aside")
def set_aside(worry_id: int) -> ResponseReturnValue:
    start_write()
    lead_only()
    try:
        worries.set_aside(worry(worry_id), g.desk.actor, clock.now())
    except worries.Gone:
        db.session.rollback()
        flash(GONE, "warn")
    else:
        db.session.commit()
        flash("Set aside. It stays on this page for a year, and you can still link it.", "good")
    return redirect(url_for("organise_safeguarding.show"), 303)


@page.post(f"/like/{PAIR}/another")
def another(person_id: int, known_id: int) -> ResponseReturnValue:
    start_write()
    lead_only()
    worries.another_person(like(person_id, known_id), g.desk.actor, clock.now())
    db.session.commit()
    flash("Noted: two different people. You are not asked about them again.", "good")
    return redirect(url_for("organise_safeguarding.show"), 303)


@page.post(f"/like/{PAIR}/same")
def same(person_id: int, known_id: int) -> ResponseReturnValue:
    start_write()
    lead_only()
    worries.the_same(like(person_id, known_id), g.desk.actor, clock.now())
    db.session.commit()
    flash("The same rules hold for both entries from now on. Only you can see this.", "good")
    return redirect(url_for("organise_safeguarding.show"), 303)


@page.post(f"/circle/{CIRCLE}/{PAIR}/in")
def let_in(circle_id: int, person_id: int, known_id: int) -> ResponseReturnValue:
    return answered(
        circle_id, person_id, known_id, "in", "Noted. In this circle every deal keeps them apart."
    )


@page.post(f"/circle/{CIRCLE}/{PAIR}/out")
def leave_in_line(circle_id: int, person_id: int, known_id: int) -> ResponseReturnValue:
    return answered(
        circle_id, person_id, known_id, "out", "Noted. They stay in line, and the line passes by them."
    )


def answered(
    circle_id: int, person_id: int, known_id: int, word: apart.Word, said: str
) -> ResponseReturnValue:
    start_write()
    lead_only()
    joining.lead_says(case(circle_id, person_id, known_id), word, g.desk.actor, clock.now())
    db.session.commit()
    flash(f"{said} Only you can see this.", "good")
    return redirect(url_for("organise_safeguarding.circles"), 303)
