"""Who is in a circle, at the desk: those who ask are answered, others brought in or let go."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField

from convene import clock
from convene.circles import joining, queries
from convene.circles.models import Circle, Member
from convene.extensions import db, start_write
from convene.people.models import Separation
from convene.people.queries import pairs
from convene.people.words import BadWords, tidy
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.organise import own
from convene.web.organise.circles import ID, circle_of, written
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_circle_members", __name__)

CLOSED = "This circle takes nobody in just now."
MEMBER = f"/{ID}/members/{own.ID.format('member_id')}"


def an_address_if_any(form: Form, field: EmailField) -> None:
    if field.data:
        an_address(form, field)


class AddForm(Form):
    name = Words(
        "Name", [Needed("Enter their name"), AtMost(120, "The name")], render_kw={"autocomplete": "off"}
    )
    email = EmailField("Email", [an_address_if_any], render_kw={"autocomplete": "off"})


def member_of(circle: Circle, member_id: int) -> Member:
    """The member of this id of this circle, or 404."""
    member = queries.member(member_id)
    return member if member is not None and member.circle_id == circle.id else abort(404)


def render(circle: Circle, form: AddForm, code: int = 200) -> ResponseReturnValue:
    inside = queries.members(circle.id)
    return render_template(
        "organise/circle_members.html",
        circle=circle,
        form=form,
        asking=queries.members(circle.id, "asked"),
        inside=inside,
        waiting=queries.members(circle.id, "waiting"),
        gone=queries.members(circle.id, "left", "declined"),
        agreement=queries.agreement(circle.id),
        apart=apart(inside) if sees_rules() else [],
    ), code


def apart(inside: Sequence[Member]) -> list[tuple[str, str]]:
    """Pairs who must never share a group, for the lead alone: every deal keeps them apart, one table cannot."""
    names = {member.person_id: member.person.name for member in inside}
    return [(names[first], names[second]) for first, second in pairs(Separation, list(names))]


@page.get(f"/{ID}/members")
def show(circle_id: int) -> ResponseReturnValue:
    return render(circle_of(circle_id), AddForm(formdata=None))


@page.post(f"/{ID}/members")
def add(circle_id: int) -> ResponseReturnValue:
    """Somebody who asked the host: a place at once, or one in line."""
    form, now, circle = AddForm(), clock.now(), circle_of(circle_id)
    if not form.validate():
        return render(circle, form, 422)
    start_write()
    try:
        member = joining.add(circle_id, form.name.data or "", form.email.data or None, now)
    except joining.NotOpen:
        db.session.rollback()
        form.form_errors.append(CLOSED)
        return render(circle_of(circle_id), form, 409)
    written("member_added", circle_id, now)
    state = member.state
    db.session.commit()
    flash(
        "They are in, and told by mail." if state == "member" else "They are in line for the next place.",
        "good",
    )
    return redirect(url_for("organise_circle_members.show", circle_id=circle_id), 303)


def words() -> str:
    try:
        return tidy(request.form.get("words", "")[:1000], lines=True)
    except BadWords:
        return ""


@page.post(f"{MEMBER}/yes")
def say_yes(circle_id: int, member_id: int) -> ResponseReturnValue:
    return answer(circle_id, member_id, True)


@page.post(f"{MEMBER}/no")
def say_no(circle_id: int, member_id: int) -> ResponseReturnValue:
    return answer(circle_id, member_id, False)


def answer(circle_id: int, member_id: int, yes: bool) -> ResponseReturnValue:
    now = clock.now()
    member_of(circle_of(circle_id), member_id)
    start_write()
    try:
        member = joining.answer(member_id, yes, words(), g.desk.actor, now)
    except joining.Gone:
        db.session.rollback()
        flash("Somebody answered them already, or they do not ask any more.", "warn")
        return redirect(url_for("organise_circle_members.show", circle_id=circle_id), 303)
    except joining.NotOpen:
        db.session.rollback()
        flash(CLOSED, "warn")
        return redirect(url_for("organise_circle_members.show", circle_id=circle_id), 303)
    written("answered", circle_id, now)
    state = member.state
    db.session.commit()
    said = {
        "member": "They are in, and told by mail.",
        "waiting": "They are in line for the next place, and told.",
    }
    flash(said.get(state, "They are told, kindly, that it is not possible just now."), "good")
    return redirect(url_for("organise_circle_members.show", circle_id=circle_id), 303)


@page.post(f"{MEMBER}/remove")
def remove(circle_id: int, member_id: int) -> ResponseReturnValue:
    """End somebody's place; the next in line has it."""
    now = clock.now()
    member_of(circle_of(circle_id), member_id)
    start_write()
    joining.let_go(member_id, g.desk.actor, now)
    written("member_removed", circle_id, now)
    db.session.commit()
    flash("Their place is ended, and they are told.", "good")
    return redirect(url_for("organise_circle_members.show", circle_id=circle_id), 303)
