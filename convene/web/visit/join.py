"""The door of an event online: whoever has a place is led to the room as it is now, and anybody else told why not."""

from flask import Blueprint, make_response, redirect, render_template
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.signups import joining, queries
from convene.signups.models import Signup
from convene.web.behind import behind
from convene.web.visit.place import signup_of

page = Blueprint("join", __name__)


def signup_behind(token: str) -> Signup:
    """By the link of letters and calendars, which opens the room alone, or by that of the person's own page."""
    try:
        return behind("join", token, queries.one)[0]
    except links.Forged:
        return signup_of(token)


@page.get("/<token>/join")
def show(token: str) -> ResponseReturnValue:
    """Nothing is written: a mail scanner that follows the link has done nothing by it."""
    signup = signup_behind(token)
    standing = joining.standing(signup, clock.now())
    if standing == "open":
        answer = make_response(redirect(signup.event.online_url, 302))
    else:
        answer = make_response(render_template("visit/join.html", event=signup.event, standing=standing))
    answer.headers["Cache-Control"] = "no-store"
    return answer
