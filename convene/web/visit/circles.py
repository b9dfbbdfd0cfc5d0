"""A circle's page: the question it gathers around, both sides of it, and its sessions."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import queries
from convene.events import queries as events
from convene.signups.queries import places_of

page = Blueprint("circles", __name__)


@page.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    circle = queries.public(slug) or abort(404)
    now = clock.now()
    sessions = events.upcoming(now, circle_id=circle.id)
    return render_template(
        "visit/circle.html",
        circle=circle,
        sessions=sessions,
        places=places_of(sessions),
        past=events.past(now, circle_id=circle.id),
    )
