"""A host's own questions on the page of a place: each optional, with its purpose and what becomes of the answer."""

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.people.words import BadWords, tidy
from convene.signups import questions
from convene.signups.models import Signup
from convene.web.visit.place import signup_of

page = Blueprint("own_questions", __name__)


def shown(signup: Signup) -> list[tuple]:
    """Each question asked at this event with its choices and what this person answered."""
    given = questions.answers_of(signup.id)
    asked = questions.asked_at(signup.event)
    return [(one, questions.choices(one), given.get(one.id, "").splitlines()) for one in asked]


page.add_app_template_global(shown, "own_questions")


@page.post("/<token>/questions")
def save(token: str) -> ResponseReturnValue:
    """Keep what was answered; an empty box takes an answer back."""
    signup_of(token)
    start_write()
    signup, now = signup_of(token), clock.now()
    if signup.state not in ("confirmed", "offered", "waitlisted"):
        abort(404)
    try:
        for one in questions.asked_at(signup.event):
            given = [tidy(text, lines=True) for text in request.form.getlist(f"question-{one.id}")[:20]]
            questions.answer(signup, one, given, now)
    except (BadWords, questions.NoSuchAnswer):
        db.session.rollback()
        flash(
            "One answer could not be kept: it was too long, or is not offered any more. Nothing was changed.",
            "bad",
        )
    else:
        db.session.commit()
        flash("Saved. Thank you.", "good")
    return redirect(url_for("place.show", token=token), 303)
