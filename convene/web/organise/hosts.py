"""Who hosts one event: asked by mail to that event alone, and ended in one press."""

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField

from convene import clock
from convene.extensions import db, start_write
from convene.people import team
from convene.people.models import Organisation
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.organise import own

page = Blueprint("organise_hosts", __name__)

ID = f"{own.ID.format('event_id')}/hosts"
HAS_IT = "They have a part here that opens this event already"


class HostForm(Form):
    name = Words(
        "Name", [Needed("Enter their name"), AtMost(120, "The name")], render_kw={"autocomplete": "off"}
    )
    email = EmailField(
        "Email", [Needed("Enter their address"), an_address], render_kw={"autocomplete": "off"}
    )


def render(event_id: int, form: HostForm, code: int = 200) -> ResponseReturnValue:
    event = own.event(event_id)
    hosts = team.hosts_of(g.desk.organisation_id, event_id)
    return render_template("organise/hosts.html", event=event, form=form, hosts=hosts), code


@page.get(f"/{ID}")
def show(event_id: int) -> ResponseReturnValue:
    return render(event_id, HostForm(formdata=None))


@page.post(f"/{ID}")
def invite(event_id: int) -> ResponseReturnValue:
    own.event(event_id)
    form = HostForm()
    if not form.validate():
        return render(event_id, form, 422)
    start_write()
    own.event(event_id)
    host = db.session.get_one(Organisation, g.desk.organisation_id)
    address, name = form.email.data or "", form.name.data or ""
    if team.invite_host(host, event_id, address, name, g.desk.actor, clock.now()) is None:
        db.session.rollback()
        form.email.errors = [HAS_IT]
        return render(event_id, form, 409)
    db.session.commit()
    flash(f"{name} is asked to host this event, and told by mail where to sign in.", "good")
    return redirect(url_for("organise_hosts.show", event_id=event_id), 303)


@page.post(f"/{ID}/{own.ID.format('host_role_id')}/end")
def end(event_id: int, host_role_id: int) -> ResponseReturnValue:
    start_write()
    own.event(event_id)
    found = team.one(g.desk.organisation_id, host_role_id)
    if found is None or found.event_id != event_id or found.kind != team.HOST:
        abort(404)
    name = found.person.name
    team.end(found, g.desk.roles, g.desk.actor, clock.now())
    db.session.commit()
    flash(f"{name} does not host this event any more, and is signed out everywhere.", "good")
    return redirect(url_for("organise_hosts.show", event_id=event_id), 303)
