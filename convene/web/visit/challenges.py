"""A challenge's page: the question in its owners' words, both sides of it, what is known, and who works on it."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import queries
from convene.events import queries as events
from convene.signups.queries import places_of

page = Blueprint("challenges", __name__)


@page.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    challenge = queries.challenge(slug) or abort(404)
    circles = queries.of_challenge(challenge.id)
    gatherings = events.about(challenge.id, [one.id for one in circles], clock.now())
    return render_template(
        "visit/challenge.html",
        challenge=challenge,
        circles=circles,
        events=gatherings,
        places=places_of(gatherings),
    )
