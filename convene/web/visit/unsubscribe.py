"""Stopping mail in one press: one kind of nudge, or everything for somebody who never asked."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.circles import delivering, joining
from convene.circles.queries import at_address
from convene.circles.talk_letters import STOPS as POSTS_STOP
from convene.extensions import csrf, db, start_write
from convene.messages import actions as messages
from convene.messages.letters import STOPS
from convene.messages.queries import hears_of_events
from convene.nudges.letters import SEVERAL
from convene.nudges.rules import IN_WORDS, KINDS
from convene.nudges.stopping import stop as stop_nudges
from convene.people.actions import hold, never_mail_to, unmute
from convene.people.addresses import folded
from convene.people.models import Person
from convene.signups.actions import cancel
from convene.signups.queries import open_places
from convene.web.behind import behind, one_person

page = Blueprint("unsubscribe", __name__)

ANNOUNCEMENT, POSTS = "announcement", "circle_posts"
KIND_OF = {**dict(enumerate(KINDS)), STOPS: ANNOUNCEMENT, POSTS_STOP: POSTS}  # by its number in the link
WORDS = {
    **IN_WORDS,
    ANNOUNCEMENT: "news of events",
    POSTS: "letters with what was written and noted in your circles",
}
AGAIN_WORDING = "Start them again: news of events"


def person_and_kinds(token: str) -> tuple[Person, list[str]]:
    """One kind by its number or, of a letter that gathered several, each of them by a bit."""
    person, (number,) = behind("unsubscribe", token, one_person, more=1)
    if number >= SEVERAL:
        kinds = [kind for place, kind in enumerate(KINDS) if number & (1 << place)]
    else:
        kinds = [KIND_OF[number]] if number in KIND_OF else []
    if not kinds:
        raise links.Forged
    return person, kinds


def render(person: Person, kinds: list[str], token: str) -> str:
    return render_template(
        "visit/unsubscribe.html",
        kind=one_after_another([WORDS[kind] for kind in kinds]),
        host=person.organisation,
        stopped=all(is_stopped(person, kind) for kind in kinds),
        token=token,
        all_notices=links.signer("preferences").dumps([person.id, person.generation]),
    )


def is_stopped(person: Person, kind: str) -> bool:
    if kind == POSTS:
        return not delivering.hears(person)
    return not hears_of_events(person.id) if kind == ANNOUNCEMENT else kind in person.muted.split()


def one_after_another(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return render(*person_and_kinds(token), token)


@page.post("/<token>")
@csrf.exempt
def stop(token: str) -> ResponseReturnValue:
    """RFC 8058: pressed by a person on our page, or by their mail program with no cookie and no token."""
    person_and_kinds(token)
    start_write()
    person, kinds = person_and_kinds(token)
    hold(person)  # a letter of this kind that is being written meanwhile is found, or never written
    for kind in kinds:
        if kind == ANNOUNCEMENT:
            messages.stop(person, "unsubscribe page", clock.now())
        elif kind == POSTS:
            delivering.stop(person)
        else:
            stop_nudges(person, kind)
    db.session.commit()
    return render(person, kinds, token)


@page.post("/<token>/again")
def again(token: str) -> ResponseReturnValue:
    person_and_kinds(token)
    start_write()
    person, kinds = person_and_kinds(token)
    hold(person)
    for kind in kinds:
        if kind == ANNOUNCEMENT:
            messages.agree(person, AGAIN_WORDING, "unsubscribe page", clock.now())
        elif kind == POSTS:
            delivering.again(person)
        else:
            unmute(person, kind)
    db.session.commit()
    return render(person, kinds, token)


def stranger(token: str) -> str:
    """The folded address that a link was sent to: that of its person, or one that no person here has."""
    try:
        parts = links.read("never", token)
    except links.Forged:
        return folded(links.address_in(token))
    person = db.session.get(Person, parts[0]) if len(parts) == 1 else None
    return person.reachable if person else abort(404)


@page.get("/never/<token>")
def show_never(token: str) -> ResponseReturnValue:
    address = stranger(token)
    places, circles = len(open_places(address, clock.now())), len(at_address(address))
    return render_template("visit/never.html", token=token, done=False, places=places, circles=circles)


@page.post("/never/<token>")
def never(token: str) -> ResponseReturnValue:
    stranger(token)
    start_write()
    address = stranger(token)
    # No letter could tell of a change any more, so no place is kept either; the page has said so.
    for member_id in at_address(address):
        joining.leave(member_id, clock.now())
    for signup_id in open_places(address, clock.now()):
        cancel(signup_id, clock.now())
    if address:
        never_mail_to(address, clock.now())
    db.session.commit()
    return render_template("visit/never.html", token=token, done=True)
