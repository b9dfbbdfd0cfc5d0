"""The line-up: what is on, and the circles that gather around shared challenges."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import queries as circles
from convene.events import queries as events
from convene.signups import queries as signups

page = Blueprint("lineup", __name__)


@page.get("/")
def show() -> ResponseReturnValue:
    now = clock.now()
    upcoming = events.upcoming(now)
    return render_template(
        "visit/lineup.html",
        events=upcoming,
        places=signups.places_of(upcoming),
        past=events.past(now),
        circles=circles.gathering(),
    )
