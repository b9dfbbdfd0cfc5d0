"""Stopping mail in one press: one kind of nudge, or everything for somebody who never asked."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.extensions import csrf, db, start_write
from convene.nudges.actions import stop as stop_nudges
from convene.nudges.rules import KINDS
from convene.people.actions import never_mail, unmute
from convene.people.models import Person
from convene.signups.actions import cancel
from convene.signups.queries import open_places

page = Blueprint("unsubscribe", __name__)

WORDS = {"reminder": "reminders the day before", "thank_you": "letters after an event that ask how it was"}


def person_and_kind(token: str) -> tuple[Person, str]:
    parts = links.read("unsubscribe", token)
    person = db.session.get(Person, parts[0]) if len(parts) == 3 else None
    if person is None or person.generation != parts[1] or not 0 <= parts[2] < len(KINDS):
        raise links.Forged
    return person, KINDS[parts[2]]


def render(person: Person, kind: str, token: str) -> str:
    stopped = kind in person.muted.split()
    return render_template(
        "visit/unsubscribe.html", kind=WORDS[kind], host=person.organisation, stopped=stopped, token=token
    )


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return render(*person_and_kind(token), token)


@page.post("/<token>")
@csrf.exempt
def stop(token: str) -> ResponseReturnValue:
    """RFC 8058: pressed by a person on our page, or by their mail program with no cookie and no token."""
    person_and_kind(token)
    start_write()
    person, kind = person_and_kind(token)
    stop_nudges(person, kind)
    db.session.commit()
    return render(person, kind, token)


@page.post("/<token>/again")
def again(token: str) -> ResponseReturnValue:
    person_and_kind(token)
    start_write()
    person, kind = person_and_kind(token)
    unmute(person, kind)
    db.session.commit()
    return render(person, kind, token)


def stranger(token: str) -> Person:
    parts = links.read("never", token)
    return (db.session.get(Person, parts[0]) if len(parts) == 1 else None) or abort(404)


@page.get("/never/<token>")
def show_never(token: str) -> ResponseReturnValue:
    places = len(open_places(stranger(token).address or "", clock.now()))
    return render_template("visit/never.html", token=token, done=False, places=places)


@page.post("/never/<token>")
def never(token: str) -> ResponseReturnValue:
    stranger(token)
    start_write()
    person = stranger(token)
    # No letter could tell of a change any more, so no place is kept either; the page has said so.
    for signup_id in open_places(person.address or "", clock.now()):
        cancel(signup_id, clock.now())
    never_mail(person, clock.now())
    db.session.commit()
    return render_template("visit/never.html", token=token, done=True)
