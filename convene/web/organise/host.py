"""What a host says of itself: its name, who reads answers, its zone, who answers for people's data, its colour."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, Field, HiddenField
from wtforms.validators import ValidationError

from convene import clock
from convene.access import audit
from convene.extensions import db, start_write
from convene.people import colours, team
from convene.people.models import Organisation
from convene.web.boxes import ZoneField
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, a_zone, an_address
from convene.web.organise import meanwhile

page = Blueprint("organise_host", __name__)

COLUMNS = ("name", "about", "reply_to", "zone", "controller", "privacy_contact", "privacy_url", "accent")


def an_address_or_none(form: Any, field: Field) -> None:
    field.data = (field.data or "").strip()
    if field.data:
        an_address(form, field)


def a_web_page(form: Any, field: Field) -> None:
    """Empty, or the whole address of a page."""
    try:
        parts = urlsplit(field.data or "")
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in (field.data or "")
    except ValueError:
        good = False
    if field.data and not good:
        raise ValidationError("Enter the whole address, beginning with https://")


def a_readable_colour(form: Any, field: Field) -> None:
    """Empty, or a colour on which paper or ink can be read at 4.5 to 1."""
    field.data = (field.data or "").strip().lower()
    if not field.data:
        return
    if not colours.is_colour(field.data):
        raise ValidationError("Enter a colour as # and six letters or digits, such as #f6b73c")
    if colours.words_on(field.data) is None:
        raise ValidationError(
            "Words on this colour could not be read well, dark or light. Choose a lighter or darker one"
        )


class HostForm(Form):
    revision = HiddenField()
    name = Words("Name of your organisation", [Needed("Enter its name"), AtMost(120, "The name")])
    about = Paragraphs("About it, in a sentence or two", [AtMost(1000, "This")])
    reply_to = EmailField("Who reads answers to our letters", [an_address_or_none])
    zone = ZoneField("Time zone", [a_zone])
    controller = Words("Who answers for people's data", [AtMost(120, "The name")])
    privacy_contact = Words("How to reach them", [AtMost(254, "This")])
    privacy_url = Words("Your privacy page", [AtMost(400, "The address"), a_web_page])
    accent = Words("Your colour", [AtMost(7, "The colour"), a_readable_colour])

    def values(self) -> dict[str, str]:
        """The columns of Organisation, as they were typed."""
        return {name: self[name].data or "" for name in COLUMNS}


def typed_of(host: Organisation) -> dict[str, str]:
    """A host as its form shows it."""
    return {name: getattr(host, name) or "" for name in COLUMNS}


def render(form: HostForm, code: int = 200, clashes: Sequence[meanwhile.Clash] = ()) -> ResponseReturnValue:
    may_change = "owner" in g.desk.roles
    return render_template("organise/host.html", form=form, may_change=may_change, clashes=clashes), code


def owner_only() -> None:
    if "owner" not in g.desk.roles:
        abort(404)


@page.get("")
def show() -> ResponseReturnValue:
    host = db.session.get_one(Organisation, g.desk.organisation_id)
    shown = typed_of(host)
    return render(HostForm(formdata=None, data={**shown, "revision": meanwhile.revision(shown)}))


@page.post("")
def save() -> ResponseReturnValue:
    owner_only()
    form = HostForm()
    if not form.validate():
        return render(form, 422)
    start_write()
    host = team.lock(g.desk.organisation_id)
    if clashes := meanwhile.settle(form, typed_of(host)):
        db.session.rollback()
        return render(form, 409, clashes)
    for name, value in form.values().items():
        setattr(host, name, value)
    host.reply_to = host.reply_to or None
    audit.record(host.id, g.desk.actor, "organisation.changed", f"organisation:{host.id}", clock.now())
    db.session.commit()
    flash("Saved. Letters and pages say it so from now on.", "good")
    return redirect(url_for("organise_host.show"), 303)
