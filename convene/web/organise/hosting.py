"""The first page of whoever hosts single events: these, each with its people, door, groups and messages."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from convene.events import queries as events

page = Blueprint("organise_hosting", __name__)


@page.get("")
def show() -> ResponseReturnValue:
    """Whoever organises here sees all events instead; they find them at the desk."""
    mine = g.desk.event_ids or frozenset()
    found = [one for one in events.for_org(g.desk.organisation_id) if one.id in mine]
    return render_template("organise/hosting.html", events=found)
