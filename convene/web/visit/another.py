"""Somebody else who reads the same mailbox: a page behind a place's link that gives them a place of their own."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.access import limits
from convene.extensions import db, start_write
from convene.signups import mailbox
from convene.signups.actions import NotOpen, PlaceGone
from convene.signups.models import Signup
from convene.signups.queries import places
from convene.web.forms import AtMost, Form, Needed, Words
from convene.web.visit.place import NOT_OPEN, TOO_MANY, is_open, signup_of

page = Blueprint("another", __name__)

SAME_NAME = "This is the name we have for you. Enter the other person's name"
TOO_MANY_HERE = "So many people share this mailbox already. Ask the host to add one more"


class AnotherForm(Form):
    name = Words(
        "The other person's name",
        [Needed("Enter the other person's name"), AtMost(120, "The name")],
        render_kw={"autocomplete": "off", "maxlength": 120},
    )


def render(signup: Signup, token: str, form: AnotherForm, status: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "visit/another.html",
            signup=signup,
            event=signup.event,
            token=token,
            form=form,
            places=places(signup.event),
            takes_signups=is_open(signup.event),
        ),
        status,
    )


@page.get("/<token>/another")
def show(token: str) -> ResponseReturnValue:
    return render(signup_of(token), token, AnotherForm(formdata=None))


@page.post("/<token>/another")
def make(token: str) -> ResponseReturnValue:
    signup, form = signup_of(token), AnotherForm()
    if not form.validate():
        return render(signup, token, form, 422)
    signup_id = signup.id
    start_write()
    try:
        made = mailbox.sign_up_another(signup_id, form.name.data or "", clock.now())
    except (NotOpen, PlaceGone):
        db.session.rollback()
        flash(NOT_OPEN, "bad")
        return redirect(url_for("place.show", token=token), 303)
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
        return redirect(url_for("place.show", token=token), 303)
    except mailbox.SameName:
        return refused(token, form, SAME_NAME)
    except mailbox.TooManyHere:
        return refused(token, form, TOO_MANY_HERE)
    where = links.place_token(made.id, made.generation)
    db.session.commit()
    flash("Signed up. This is their own page; its link comes to the mailbox that you share.", "good")
    return redirect(url_for("place.show", token=where), 303)


def refused(token: str, form: AnotherForm, words: str) -> ResponseReturnValue:
    db.session.rollback()
    form.name.errors = [words]
    return render(signup_of(token), token, form, 422)
