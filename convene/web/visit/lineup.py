"""The line-up: what is on, and the circles that gather around shared challenges."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import queries as circles
from convene.events import queries as events
from convene.events.opening import opening
from convene.people.queries import hosts
from convene.signups import queries as signups
from convene.web import kept
from convene.web.visit.news import form_for

page = Blueprint("lineup", __name__)

MOST = 6  # hosts whose box stands here; the page of its own has all


@page.get("/")
def show() -> ResponseReturnValue:
    now = clock.now()
    upcoming = events.upcoming(now)
    read = {
        "events": upcoming,
        "openings": [opening(event, now) for event in upcoming],
        "places": signups.places_of(upcoming),
        "past": events.past(now),
        "circles": circles.gathering(),
        "hosts": hosts(),
    }
    return kept.page(read, lambda: write(read))


def write(read: dict[str, Any]) -> str:
    found = read["hosts"]
    news = form_for(found[:MOST], formdata=None)
    return render_template("visit/lineup.html", news=news, more_hosts=len(found) > MOST, **read)
