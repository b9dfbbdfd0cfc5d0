"""A person's group now and the next one, behind their own link: the page that lies open on a phone in the room."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from convene import clock
from convene.groups import timing
from convene.web.visit.place import may_see_groups, signup_of, sittings

page = Blueprint("now", __name__)


@page.get("/<token>/now")
def show(token: str) -> ResponseReturnValue:
    signup, now = signup_of(token), clock.now()
    event = signup.event
    stand = timing.of(event)
    left = timing.minutes_left(stand.on, now) if stand.on else 0
    mine: dict[int, dict[str, Any]] = {one["number"]: one for one in sittings(signup)}
    return render_template(
        "visit/now.html",
        signup=signup,
        event=event,
        token=token,
        stand=stand,
        state=state_of(event.state == "called_off", may_see_groups(signup), stand, mine),
        sits=mine.get(stand.on.number) if stand.on else None,
        sits_next=mine.get(stand.next.number) if stand.next else None,
        is_over=event.ends_at <= now and not left,
        left=left,
        ends=timing.epoch(stand.on.ends_at) if stand.on else 0,
        now=timing.epoch(now),
    )


def state_of(called_off: bool, coming: bool, stand: timing.Standing, mine: dict[int, dict[str, Any]]) -> str:
    """How things stand for one person, in a word that the template has a face for."""
    if called_off:
        return "called_off"
    if not coming:
        return "not_coming"
    if not stand.told:
        return "not_ready"
    if not mine:
        return "no_group"
    if stand.on:
        return "on"
    return "next" if stand.next else "done"
