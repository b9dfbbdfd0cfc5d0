"""Somebody you must not be seated with: said on a page behind the link of a place, to the safeguarding lead alone.

Nothing anywhere shows afterwards that it was said: a mailbox, and so this link, may be watched by somebody else.
"""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits
from convene.extensions import db, start_write
from convene.people import actions, worries
from convene.signups.models import Signup
from convene.web.forms import AtMost, Form, Needed, Paragraphs
from convene.web.visit.place import signup_of

page = Blueprint("worry", __name__)

LONGEST = 2000
TOLD = "Thank you for telling us. This page does not show what you wrote, and nothing else does."
TOO_MANY = "So much was written here in the last hour that this was not kept. Ring or meet your host instead."


class WorryForm(Form):
    words = Paragraphs(
        "Who is it, and what should the lead know?",
        [Needed("Write who you must not be seated with"), AtMost(LONGEST, "This")],
        render_kw={"autocomplete": "off"},
    )


def render(signup: Signup, token: str, form: WorryForm, code: int = 200) -> ResponseReturnValue:
    return (
        render_template(
            "visit/worry.html",
            event=signup.event,
            host=signup.event.organisation,
            token=token,
            form=form,
            leads=worries.leads(signup.event.organisation_id),
            can_be_kept=can_be_kept(),
        ),
        code,
    )


def can_be_kept() -> bool:
    try:
        actions.notes_cipher()
    except actions.NoKey:
        return False
    return True


@page.get("/<token>/worry")
def show(token: str) -> ResponseReturnValue:
    return render(signup_of(token), token, WorryForm(formdata=None))


@page.post("/<token>/worry")
def tell(token: str) -> ResponseReturnValue:
    signup, form = signup_of(token), WorryForm()
    if not form.validate() or not can_be_kept():
        return render(signup, token, form, 422)
    start_write()
    signup, now = signup_of(token), clock.now()
    try:
        limits.take(now, PRESSES_PER_PLACE=f"worry:{signup.id}")
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
        return redirect(url_for("worry.show", token=token), 303)
    worries.tell(signup.person, signup.event_id, form.words.data or "", now)
    db.session.commit()
    flash(TOLD, "good")
    return redirect(url_for("worry.show", token=token), 303)
