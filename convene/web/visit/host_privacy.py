"""What a host keeps about people and how long, from its settings: also for hosts with no such page elsewhere."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from convene.people import queries
from convene.privacy.retention import KEPT

page = Blueprint("host_privacy", __name__)


@page.get("/<slug:slug>/privacy")
def show(slug: str) -> ResponseReturnValue:
    host = queries.organisation(slug) or abort(404)
    return render_template("visit/host_privacy.html", host=host, kept=KEPT)
