"""How somebody is shown to others: what they are called, what their group is told, and a number for their name."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField
from wtforms.validators import ValidationError

from convene.extensions import db, start_write
from convene.people.words import safe_to_mail
from convene.signups.called import by_number
from convene.signups.models import Signup
from convene.web.forms import AtMost, Form, Words
from convene.web.visit.place import signup_of

page = Blueprint("shown", __name__)

TELLS = ("affiliation", "field", "place")


def a_plain_name(form: Any, field: Any) -> None:
    """It stands in letters to others, who must find no link and no number to ring there."""
    if field.data and not safe_to_mail(field.data):
        raise ValidationError("Enter a name as people say it, without numbers, links or signs")


class ShownForm(Form):
    called = Words(
        "What should we call you?",
        [AtMost(60, "This"), a_plain_name],
        render_kw={"autocomplete": "nickname", "maxlength": 60},
    )
    affiliation = BooleanField("Your organisation or group")
    field = BooleanField("Your field of work or interest")
    place = BooleanField("Where you are based")
    by_number = BooleanField("Show a number for my name")


def form_of(signup: Signup) -> ShownForm:
    person = signup.person
    hidden = person.hides.split()
    ticks = {name: name not in hidden for name in TELLS}
    return ShownForm(formdata=None, data={"called": person.called, "by_number": person.by_number, **ticks})


def render(signup: Signup, token: str, form: ShownForm, code: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "visit/shown.html",
            event=signup.event,
            person=signup.person,
            token=token,
            form=form,
            number=by_number(signup.id),
        ),
        code,
    )


@page.get("/<token>/shown")
def show(token: str) -> ResponseReturnValue:
    signup = signup_of(token)
    return render(signup, token, form_of(signup))


@page.post("/<token>/shown")
def save(token: str) -> ResponseReturnValue:
    signup, form = signup_of(token), ShownForm()
    if not form.validate():
        return render(signup, token, form, 422)
    start_write()
    person = signup_of(token).person
    person.called, person.by_number = form.called.data or "", form.by_number.data
    person.hides = " ".join(name for name in TELLS if not form[name].data)
    db.session.commit()
    flash("Saved. What was printed or mailed before stays as it was.", "good")
    return redirect(url_for("shown.show", token=token), 303)
