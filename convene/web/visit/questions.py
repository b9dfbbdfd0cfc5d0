"""A host's own questions on the page of a place: each optional, with its purpose and what becomes of the answer."""

import re
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.people.words import BadWords, tidy
from convene.signups import questions
from convene.signups.models import Question, Signup
from convene.web.visit import place

page = Blueprint("own_questions", __name__)

NOT_THESE = "None of the answers to choose from was sent; choose again"
TOO_LONG = f"The answer must be {questions.LONGEST:,} characters or fewer"
OTHERS_NOW = (
    "A question was changed or taken away while your page was open, so your answer to it was not kept. "
    "The others are saved; below stands what is asked now."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it stands on the page: `given` are its answers, `wrong` what is to be put right."""

    question: Question
    choices: list[str]
    given: list[str]
    wrong: str = ""


def shown(signup: Signup) -> list[Asked]:
    """Each question asked at this event with its choices and what this person answered."""
    asked = questions.asked_at(signup.event)
    given = questions.answers_of(signup.id) if asked else {}
    return [Asked(one, questions.choices(one), given.get(one.id, "").splitlines()) for one in asked]


page.add_app_template_global(shown, "own_questions")


def typed(question: Question) -> list[str]:
    return request.form.getlist(f"question-{question.id}")[:20]


@page.post("/<token>/questions")
def save(token: str) -> ResponseReturnValue:
    """Keep what was answered; an empty box takes an answer back. With one that cannot be kept, all stays as typed."""
    place.signup_of(token)
    start_write()
    signup, now = place.signup_of(token), clock.now()
    if signup.state not in ("confirmed", "offered", "waitlisted"):
        abort(404)
    asked = questions.asked_at(signup.event)
    wrong: dict[int, str] = {}
    for one in asked:
        try:
            questions.answer(signup, one, [tidy(text, lines=True) for text in typed(one)], now)
        except BadWords as problem:
            wrong[one.id] = str(problem)
        except questions.NoSuchAnswer:
            wrong[one.id] = TOO_LONG if one.kind == "text" else NOT_THESE
    if wrong:
        db.session.rollback()
        again = [
            Asked(one, questions.choices(one), typed(one), wrong.get(one.id, ""))
            for one in questions.asked_at(signup.event)
        ]
        return place.render(signup, token, place.details(signup), 422, again)
    lost = answered_in_vain(signup, {one.id for one in asked})
    db.session.commit()
    flash(*((OTHERS_NOW, "warn") if lost else ("Saved. Thank you.", "good")))
    return redirect(url_for("place.show", token=token), 303)


def answered_in_vain(signup: Signup, asked: set[int]) -> bool:
    """Whether there is a new answer to a question that is not asked any more."""
    before = questions.answers_of(signup.id)
    for name in request.form:
        found = re.fullmatch(r"question-(\d{1,9})", name)
        if found and int(found[1]) not in asked:
            words = "\n".join(text.strip() for text in request.form.getlist(name) if text.strip())
            if words and words.replace("\r\n", "\n") != before.get(int(found[1]), ""):
                return True
    return False
