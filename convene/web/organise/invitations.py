"""Inviting somebody by name: a letter with a yes and a no, and, if the host says so, a place though all are held."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, EmailField

from convene import clock
from convene.access import audit, limits
from convene.events.models import Event
from convene.extensions import db
from convene.mail.suppression import bars, reason_for
from convene.signups import invitations, inviting, queries
from convene.signups.actions import NotOpen
from convene.signups.models import Invitation, Signup
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.organise import own

page = Blueprint("organise_invitations", __name__)

NOT_OPEN = "Nobody can be invited: the event must be published and not over."
HAS_PLACE = "They have a place already"
TOO_MANY = "This address has had many letters lately that nobody there asked for. Try again tomorrow"
BARRED = "Mail does not reach this address, or somebody there asked for none. Invite them in person"


class InviteForm(Form):
    name = Words(
        "Name", [Needed("Enter their name"), AtMost(120, "The name")], render_kw={"autocomplete": "off"}
    )
    email = EmailField(
        "Email",
        [Needed("Enter their address"), an_address],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    over_limit = BooleanField("They may come even if every place is taken")


def render(event: Event, form: InviteForm, code: int = 200) -> ResponseReturnValue:
    found: Sequence[tuple[Invitation, Signup | None]] = invitations.with_signups(event.id)
    facts: dict[str, Any] = {"invited": found, "places": queries.places(event)}
    facts["is_open"] = event.state == "published" and event.ends_at > clock.now()
    return render_template("organise/invitations.html", event=event, form=form, **facts), code


@page.get(f"/{own.ID.format('event_id')}/invitations")
def show(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id), InviteForm(formdata=None))


@page.post(f"/{own.ID.format('event_id')}/invitations")
def invite(event_id: int) -> ResponseReturnValue:
    form, now = InviteForm(), clock.now()
    if not form.validate():
        return render(own.event(event_id), form, 422)
    event = own.event_to_change(event_id)
    name, address = form.name.data or "", form.email.data or ""
    if bars(reason_for(address), "asked_to_come"):
        return refused(event_id, form, BARRED)
    try:
        made = inviting.invite(event, name, address, bool(form.over_limit.data), g.desk.actor, now)
    except NotOpen:
        db.session.rollback()
        form.form_errors.append(NOT_OPEN)
        return render(own.event(event_id), form, 409)
    except inviting.HasPlace:
        return refused(event_id, form, HAS_PLACE)
    except limits.TooMany:
        return refused(event_id, form, TOO_MANY)
    audit.record(g.desk.organisation_id, g.desk.actor, "signup.invited", f"signup:{made.id}", now)
    db.session.commit()
    flash(f"{name} is written to. They stand here until they say yes or no.", "good")
    return redirect(url_for("organise_invitations.show", event_id=event_id), 303)


def refused(event_id: int, form: InviteForm, words: str) -> ResponseReturnValue:
    db.session.rollback()
    form.email.errors = [words]
    return render(own.event(event_id), form, 409)


@page.post(f"/{own.ID.format('event_id')}/invitations/{own.ID.format('invitation_id')}/take-back")
def take_back(event_id: int, invitation_id: int) -> ResponseReturnValue:
    now = clock.now()
    event = own.event_to_change(event_id)
    found, signup = invitations.one_of(event.id, invitation_id) or abort(404)
    name = found.name
    if inviting.take_back(found, signup, now):
        audit.record(g.desk.organisation_id, g.desk.actor, "signup.uninvited", f"invitation:{found.id}", now)
        db.session.commit()
        flash(f"Taken back: the link in {name}'s letter keeps no place any more.", "good")
    else:
        db.session.rollback()
        flash(f"Nothing was changed: {name} has answered already. You can take them off the list.", "warn")
    return redirect(url_for("organise_invitations.show", event_id=event_id), 303)
