"""Two people chosen for a rule about them: searched for, then taken out of those that were found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import abort, g, request
from sqlalchemy import select
from wtforms import SelectChoice, SelectField

from convene.extensions import db
from convene.people import finding, queries
from convene.people.models import Lock, Person, Separation
from convene.web.forms import AtMost, Form, Paragraphs

Rule = TypeVar("Rule", Separation, Lock)

CHOICES = 20


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


def typed(name: str) -> str:
    return " ".join(request.values.get(name, "").split())[:120]


def found(text: str) -> Sequence[Person]:
    """People to choose from, once something was typed."""
    clean = "".join(c for c in text if c.isprintable())
    return finding.search(g.desk.organisation_id, clean, limit=CHOICES) if clean else []


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
