"""How somebody will get to an event, or where they will sit for one online: one press, and it is theirs alone."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.extensions import db, start_write
from convene.mail.languages import known
from convene.mail.translations import said
from convene.nudges import answering
from convene.signups.models import Signup
from convene.web.speech import page_in, said_of
from convene.web.visit.place import signup_of, signup_to_change

page = Blueprint("plan", __name__)

# As it is pressed, and as it stands there afterwards.
WAYS = {
    "foot": "On foot or by bike",
    "bus": "By bus, tram or train",
    "car": "By car",
    "together": "With somebody",
}
SEATS = {"home": "At home", "work": "At work", "elsewhere": "Somewhere else"}
UNSURE = {"unsure": "I do not know yet"}


def choices(signup: Signup) -> dict[str, str]:
    """Where they come from, or where they sit if they come online."""
    online = signup.event.format == "online" or signup.attends_online
    return {**(SEATS if online else WAYS), **UNSURE}


def has_one(signup: Signup) -> bool:
    """Whoever has no place, or whose event has begun or is off, needs no plan."""
    event = signup.event
    return signup.state == "confirmed" and event.state == "published" and clock.now() < event.starts_at


@page.get("/<token>/plan")
def show(token: str) -> ResponseReturnValue:
    signup = signup_of(token)
    if not has_one(signup):
        return redirect(url_for("place.show", token=token))
    language, mine = known(signup.person.language), choices(signup)
    return page_in(
        language,
        "visit/plan.html",
        signup=signup,
        event=signup.event,
        token=token,
        online=UNSURE.keys() | SEATS.keys() >= mine.keys(),
        choices={key: said_of(words, language) for key, words in mine.items()},
        chosen=answering.plan_of(signup.event_id, signup.person_id),
    )


@page.post("/<token>/plan")
def choose(token: str) -> ResponseReturnValue:
    signup_of(token)
    start_write()
    signup = signup_to_change(token)
    way, language = request.form.get("way", ""), known(signup.person.language)
    if has_one(signup) and way in choices(signup):
        answering.say_plan(signup.event, signup.person, way, clock.now())
        db.session.commit()
        flash(said("Noted, for you alone. You can change it until it starts.", language), "good")
    else:
        db.session.rollback()
        flash(said("Nothing was noted: it has begun, or you come another way now.", language), "warn")
    return redirect(url_for("plan.show", token=token), 303)
