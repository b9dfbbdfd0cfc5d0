"""Who works at this desk: asked to it by mail, given another part, ended at once."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, RadioField, SelectChoice

from convene import clock
from convene.extensions import db, start_write
from convene.people import team
from convene.people.models import Organisation, Role
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.organise import afresh, own

page = Blueprint("organise_team", __name__)

ID = own.ID.format("role_id")
PARTS = [
    SelectChoice("organiser", "Organiser: everything but owners"),
    SelectChoice("owner", "Owner: everything"),
]
OWNERS_ONLY = "Only an owner gives or ends an owner's part, or the safeguarding lead's."
LEFT = "has no part at your desk any more, and is signed out everywhere"
LAST_OWNER = "This is the last owner. Make somebody else an owner first."


class InviteForm(Form):
    name = Words(
        "Name", [Needed("Enter their name"), AtMost(120, "The name")], render_kw={"autocomplete": "off"}
    )
    email = EmailField(
        "Email", [Needed("Enter their address"), an_address], render_kw={"autocomplete": "off"}
    )
    part = RadioField("Part", choices=PARTS, default="organiser")


def render(form: InviteForm, code: int = 200) -> ResponseReturnValue:
    return render_template("organise/team.html", form=form, roles=team.of_host(g.desk.organisation_id)), code


def role(role_id: int) -> Role:
    """The part of this id at this desk, over the whole organisation, or 404."""
    found = team.one(g.desk.organisation_id, role_id)
    if found is None or found.kind not in (*team.KINDS, team.LEAD) or found.event_id is not None:
        abort(404)
    return found


def part_at_desk(role_id: int) -> Role:
    """As `role`, and not the lead's: that one is given beside another part."""
    found = role(role_id)
    return found if found.kind in team.KINDS else abort(404)


@page.get("")
def show() -> ResponseReturnValue:
    return render(InviteForm(formdata=None))


@page.post("")
def invite() -> ResponseReturnValue:
    form = InviteForm()
    if not form.validate():
        return render(form, 422)
    if not afresh.is_fresh():
        return afresh.sign_in_again(url_for("organise_team.show"))
    start_write()
    host = db.session.get_one(Organisation, g.desk.organisation_id)
    address = form.email.data or ""
    try:
        team.invite(
            host, address, form.name.data or "", form.part.data, g.desk.roles, g.desk.actor, clock.now()
        )
    except team.OwnersOnly:
        form.part.errors = [OWNERS_ONLY]
    except team.LastOwner:
        form.part.errors = [LAST_OWNER]
    else:
        db.session.commit()
        flash(f"{form.name.data} is asked to your desk, and told by mail where to sign in.", "good")
        return redirect(url_for("organise_team.show"), 303)
    db.session.rollback()
    return render(form, 409)


@page.get(f"/{ID}/end")
def ask_end(role_id: int) -> ResponseReturnValue:
    return render_template("organise/team_end.html", role=role(role_id))


@page.post(f"/{ID}/<any(owner,organiser):kind>")
def change(role_id: int, kind: str) -> ResponseReturnValue:
    if not afresh.is_fresh():
        return afresh.sign_in_again(url_for("organise_team.show"))
    start_write()
    return done(part_at_desk(role_id), "changed", kind)


@page.post(f"/{ID}/lead")
def name_lead(role_id: int) -> ResponseReturnValue:
    if not afresh.is_fresh():
        return afresh.sign_in_again(url_for("organise_team.show"))
    start_write()
    return done(part_at_desk(role_id), "lead", "")


@page.post(f"/{ID}/end")
def end(role_id: int) -> ResponseReturnValue:
    if not afresh.is_fresh():  # whoever ends a lead's part reads what was told to them
        return afresh.sign_in_again(url_for("organise_team.show"))
    start_write()
    return done(role(role_id), "ended", "")


def done(found: Role, verb: str, kind: str) -> ResponseReturnValue:
    """Do what was pressed, and say on the page of the team what came of it."""
    name, now = found.person.name, clock.now()
    left = (
        "is not the safeguarding lead any more, and is told by mail who reads instead"
        if found.kind == team.LEAD
        else LEFT
    )
    said = {
        "changed": f"{name}'s part is changed.",
        "lead": f"{name} reads from now on what is told in confidence, and is told so by mail.",
        "ended": f"{name} {left}.",
    }
    try:
        if verb == "changed":
            team.change(found, kind, g.desk.roles, g.desk.actor, now)
        elif verb == "lead":
            team.name_lead(found, g.desk.roles, g.desk.actor, now)
        else:
            team.end(found, g.desk.roles, g.desk.actor, now)
    except (team.OwnersOnly, team.LastOwner) as reason:
        db.session.rollback()
        flash(OWNERS_ONLY if isinstance(reason, team.OwnersOnly) else LAST_OWNER, "bad")
    else:
        db.session.commit()
        flash(said[verb], "good")
    return redirect(url_for("organise_team.show"), 303)
