"""One person's own side of an agreement to stay in touch: what came of it, a few words through us, and its end."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice

from convene import clock, links
from convene.access import limits
from convene.extensions import db, start_write
from convene.network import actions, queries
from convene.network.models import Tie
from convene.network.rules import CAME, USES
from convene.web.forms import AtMost, Form, Needed, Paragraphs

page = Blueprint("tie", __name__)

TOO_MANY = "So many messages went this way in the last hour that this one was not passed on. Try again later."
PASSED_ON = "If they still want to hear from you, your words are on their way."


class CameForm(Form):
    came = RadioField(
        "What came of it?", choices=[SelectChoice(key, words) for key, words in CAME.items()], default=""
    )
    words = Paragraphs("In your own words", [AtMost(2000, "This")])
    use = RadioField(
        "May these words be used?",
        choices=[SelectChoice(key, words) for key, words in USES.items()],
        default="private",
    )


class WriteForm(Form):
    message = Paragraphs("Your words", [Needed("Write a few words"), AtMost(2000, "This")])


def side_of(token: str) -> Tie:
    """The side behind a link; one that was ended, or of somebody erased, is refused like a forged one."""
    parts = links.read("tie", token)
    side = queries.side(parts[0]) if len(parts) == 2 else None
    if side is None or side.person.generation != parts[1]:
        raise links.Forged
    return side


def render(
    side: Tie, token: str, came: CameForm | None = None, message: WriteForm | None = None, code: int = 200
) -> ResponseReturnValue:
    person = side.person
    came = came or CameForm(formdata=None, data={"came": side.came, "words": side.words, "use": side.use})
    return (
        render_template(
            "visit/tie.html",
            side=side,
            host=person.organisation,
            token=token,
            form=message if message and message.errors else came,
            came=came,
            message=message or WriteForm(formdata=None),
            zone=person.zone or person.organisation.zone,
        ),
        code,
    )


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return render(side_of(token), token)


@page.post("/<token>")
def say(token: str) -> ResponseReturnValue:
    side, form = side_of(token), CameForm()
    if not form.validate():
        return render(side, token, came=form, code=422)
    start_write()
    side = side_of(token)
    actions.say(side, form.came.data or "", form.words.data or "", form.use.data or "", clock.now())
    db.session.commit()
    flash("Thank you. You can change it here at any time.", "good")
    return redirect(url_for("tie.show", token=token), 303)


@page.post("/<token>/write")
def write(token: str) -> ResponseReturnValue:
    side, form = side_of(token), WriteForm()
    if not form.validate():
        return render(side, token, message=form, code=422)
    start_write()
    try:
        actions.write(side_of(token), form.message.data or "", clock.now())
    except limits.TooMany:
        db.session.rollback()
        form.form_errors.append(TOO_MANY)
        return render(side_of(token), token, message=form, code=429)
    db.session.commit()
    flash(PASSED_ON, "good")
    return redirect(url_for("tie.show", token=token), 303)


@page.post("/<token>/end")
def end(token: str) -> ResponseReturnValue:
    """At once, and with no word to the other."""
    side_of(token)
    start_write()
    side = side_of(token)
    actions.end(side, clock.now())
    db.session.commit()
    flash("Ended. It is gone from your page, and nobody is told.", "good")
    return redirect(url_for("lineup.show"), 303)
