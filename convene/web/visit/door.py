"""The list at the door behind a helper's link: one page, loaded once, whose presses are sent when there is a line."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.signups import door, helping, presses, queries
from convene.signups.checking_in import is_here
from convene.signups.models import HelperLink

page = Blueprint("door", __name__)

LONGEST_AGE = timedelta(days=1)


def link_of(token: str) -> tuple[HelperLink, Event]:
    """The open link and its event; 410 where it is over, 404 where it never was."""
    parts = links.read("helper", token)
    link = db.session.get(HelperLink, parts[0]) if len(parts) == 1 else None
    event = db.session.get(Event, link.event_id) if link else None
    if link is None or event is None:
        abort(404)
    if not helping.is_open(link, event, clock.now()):
        abort(410)
    return link, event


def people(event: Event) -> list[dict[str, Any]]:
    """The list as the page's script has it: no address, no need, no reason."""
    return [
        {
            "id": one.id,
            "name": one.person.called or one.person.name,
            "here": is_here(one),
            "line": one.state == "waitlisted",
        }
        for one in queries.at_door(event.id)
    ]


def actor(link: HelperLink) -> str:
    return f"helper:{link.id}"


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    link, event = link_of(token)
    found = people(event)
    return render_template(
        "visit/door.html",
        link=link,
        event=event,
        token=token,
        people=found,
        here=sum(one["here"] for one in found),
        ends=helping.ends(event),
        saved=request.args.get("saved") == "1",
        is_open=door.is_open(event, clock.now()),
    )


@page.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    """The form of tick boxes, for a phone without script: only what differs from what the page showed is changed."""
    link_of(token)
    now = clock.now()
    start_write()
    link, event = link_of(token)
    event = locked(event.id)
    shown = {int(one) for one in request.form.getlist("shown_here") if one.isdecimal() and len(one) < 10}
    on_page = {int(one) for one in request.form.getlist("shown") if one.isdecimal() and len(one) < 10}
    ticked = {int(one) for one in request.form.getlist("here") if one.isdecimal() and len(one) < 10}
    made = [
        presses.Pressed(new_key(), "here" if one in ticked else "not_here", now, one)
        for one in sorted(on_page)
        if (one in ticked) != (one in shown)
    ]
    names = request.form.get("walk_ins", "").splitlines()[: presses.AT_ONCE]
    made += [presses.Pressed(new_key(), "walk_in", now, None, name) for name in names if name.strip()]
    presses.take(event, made, actor(link), now)
    helping.heard(link.id, 0, now)
    db.session.commit()
    return redirect(url_for("door.show", token=token, saved=1), 303)


@page.post("/<token>/presses")
def take(token: str) -> ResponseReturnValue:
    """Presses as the page's script sends them: JSON, each with its own key, so that a second sending is harmless."""
    link_of(token)
    now = clock.now()
    sent = sent_json()
    if not isinstance(sent, dict) or not isinstance(sent.get("presses"), list):
        abort(400)
    made = [one for one in (pressed(raw, now) for raw in sent["presses"][: presses.AT_ONCE]) if one]
    left = sent.get("unsent")
    start_write()
    link, event = link_of(token)
    event = locked(event.id)
    taken = presses.take(event, made, actor(link), now)
    helping.heard(link.id, left if isinstance(left, int) else 0, now)
    db.session.commit()
    return jsonify(taken=taken, people=people(event))


def sent_json() -> Any:
    """What was sent, or none for what no script of ours sends."""
    try:
        return request.get_json(silent=True)
    except RecursionError:
        return None


def pressed(raw: Any, now: datetime) -> presses.Pressed | None:
    """One press out of JSON, its moment counted back from now by its age: a phone's own clock may be wrong."""
    if not isinstance(raw, dict):
        return None
    key, verb, age, who, name = (raw.get(part) for part in ("key", "verb", "age", "id", "name"))
    if not isinstance(key, str) or not 8 <= len(key) <= 40 or not (key.isascii() and key.isprintable()):
        return None
    if verb not in presses.VERBS:
        return None
    if not isinstance(age, int | float) or not age >= 0:
        return None
    at = now - min(timedelta(milliseconds=min(age, 1e11)), LONGEST_AGE)
    number = who if isinstance(who, int) and 0 < who < 2**31 else None
    return presses.Pressed(key, verb, at, number, name[:500] if isinstance(name, str) else "")


def new_key() -> str:
    return uuid.uuid4().hex
