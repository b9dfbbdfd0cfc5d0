"""The people a host knows, who of them sit together, and, for the safeguarding lead alone, who never do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cryptography.fernet import InvalidToken
from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import SelectChoice, SelectField

from convene import clock
from convene.extensions import db, start_write
from convene.groups import queries as groups
from convene.people import actions, queries
from convene.people.models import Lock, Person, Separation
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import own, refusals

page = Blueprint("organise_people", __name__)

Rule = TypeVar("Rule", Separation, Lock)

SHOWN = 50
CHOICES = 20
NO_KEY = (
    "A note cannot be kept or read here yet: whoever runs this installation has to set CONVENE_NOTES_KEY."
)
NO_NOTE = "This note was written with another key, and cannot be read with the one set now."


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule about two people, with their names."""

    rule: Separation | Lock
    names: tuple[str, str]


class PairForm(Form):
    """Two people out of those that were searched for; the choices are put in by the page."""

    first = SelectField("One person", coerce=str, validate_choice=False)
    second = SelectField("The other", coerce=str, validate_choice=False)
    note = Paragraphs("Why, for you alone", [AtMost(2000, "The note")], render_kw={"rows": 4})


def pairs_of(table: type[Separation] | type[Lock]) -> list[Pair]:
    """Every rule of this kind at this desk, with the names, in two queries."""
    return named(queries.all_pairs(table, g.desk.organisation_id))


def named(rules: Sequence[Separation | Lock]) -> list[Pair]:
    ids = [person for rule in rules for person in (rule.first_id, rule.second_id)]
    names = {person.id: person.name for person in queries.in_organisation(g.desk.organisation_id, ids)}
    return [Pair(rule, (names.get(rule.first_id, ""), names.get(rule.second_id, ""))) for rule in rules]


def rule(table: type[Rule], rule_id: int) -> Rule:
    """The rule of this id at this desk, or 404."""
    own_rule = (table.id == rule_id, table.organisation_id == g.desk.organisation_id)
    return db.session.scalar(select(table).where(*own_rule)) or abort(404)


def sees_separations() -> bool:
    return queries.may_see_separations(db.session.get_one(Person, g.desk.person_id))


def lead_only() -> None:
    """For everybody else these pages are not there."""
    if not sees_separations():
        abort(404)


def typed(name: str) -> str:
    return " ".join(request.values.get(name, "").split())[:120]


def found(text: str) -> Sequence[Person]:
    """People to choose from, once something was typed."""
    clean = "".join(c for c in text if c.isprintable())
    return queries.search(g.desk.organisation_id, clean, limit=CHOICES) if clean else []


def fill(form: PairForm) -> PairForm:
    """Put the people found for both halves into the form."""
    for field, people in ((form.first, found(typed("one"))), (form.second, found(typed("other")))):
        field.choices = [SelectChoice(str(person.id), in_a_list(person)) for person in people]
    return form


def in_a_list(person: Person) -> str:
    return f"{person.name} ({person.address_typed})" if person.address_typed else person.name


def chosen(form: PairForm) -> tuple[Person, Person] | None:
    """The two people posted, or none with the reason at the field; 404 for somebody of another host."""
    ids = []
    for field in (form.first, form.second):
        if not field.data or field.data == "None":
            field.errors = [*field.errors, "Search for a name, then choose the person"]
            continue
        ids.append(
            int(field.data) if field.data.isascii() and field.data.isdigit() and len(field.data) < 10 else 0
        )
    if len(ids) < 2:
        return None
    people = {person.id: person for person in queries.in_organisation(g.desk.organisation_id, ids)}
    if ids[0] not in people or ids[1] not in people:
        abort(404)
    return people[ids[0]], people[ids[1]]


@page.get("")
def show() -> ResponseReturnValue:
    text = typed("q")
    people = queries.search(
        g.desk.organisation_id, "".join(c for c in text if c.isprintable()), limit=SHOWN + 1
    )
    return render_template(
        "organise/people.html",
        typed=text,
        people=people[:SHOWN],
        more=len(people) > SHOWN,
        may_see=sees_separations(),
    )


def together_page(form: PairForm, code: int = 200) -> ResponseReturnValue:
    one, other = typed("one"), typed("other")
    return render_template(
        "organise/together.html", form=fill(form), one=one, other=other, pairs=pairs_of(Lock)
    ), code


@page.get("/together")
def together() -> ResponseReturnValue:
    return together_page(PairForm(formdata=None))


@page.post("/together")
def keep_together() -> ResponseReturnValue:
    form = PairForm()
    start_write()
    pair = chosen(form) if form.validate() else None
    if pair is not None:
        try:
            actions.keep_together(*pair, g.desk.actor, clock.now())
        except actions.SamePerson:
            form.second.errors = ["Choose two different people"]
        else:
            words = f"{pair[0].name} and {pair[1].name} are kept together from the next deal on."
            db.session.commit()
            flash(words, "good")
            return redirect(url_for("organise_people.together"), 303)
    db.session.rollback()
    return together_page(form, 422)


@page.get(f"/together/{own.ID.format('rule_id')}/lift")
def ask_lift_together(rule_id: int) -> ResponseReturnValue:
    return render_template("organise/lift.html", kind="together", pair=named([rule(Lock, rule_id)])[0])


@page.post(f"/together/{own.ID.format('rule_id')}/lift")
def lift_together(rule_id: int) -> ResponseReturnValue:
    start_write()
    if not actions.lift(Lock, rule_id, g.desk.organisation_id, g.desk.actor, clock.now()):
        abort(404)
    db.session.commit()
    flash("That rule is lifted. It no longer counts in the next deal.", "good")
    return redirect(url_for("organise_people.together"), 303)


def apart_page(
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
def apart() -> ResponseReturnValue:
    lead_only()
    return apart_page(PairForm(formdata=None))


@page.post("/apart")
def keep_apart() -> ResponseReturnValue:
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
            return redirect(url_for("organise_people.apart"), 303)
    db.session.rollback()
    return apart_page(form, 422)


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
    return apart_page(PairForm(formdata=None), note_of=rule_id, note=note or "No note was written.")


@page.get(f"/apart/{own.ID.format('rule_id')}/lift")
def ask_lift_apart(rule_id: int) -> ResponseReturnValue:
    lead_only()
    return render_template("organise/lift.html", kind="apart", pair=named([rule(Separation, rule_id)])[0])


@page.post(f"/apart/{own.ID.format('rule_id')}/lift")
def lift_apart(rule_id: int) -> ResponseReturnValue:
    start_write()
    lead_only()
    if not actions.lift(Separation, rule_id, g.desk.organisation_id, g.desk.actor, clock.now()):
        abort(404)
    db.session.commit()
    flash("That rule is lifted, and its note is gone.", "good")
    return redirect(url_for("organise_people.apart"), 303)
