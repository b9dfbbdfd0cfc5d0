"""Changing the groups by hand: asking, moving, changing places, pinning, and taking the last change back."""

from flask import Blueprint, abort, flash, g, request
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.extensions import db, start_write
from convene.groups import actions, undo
from convene.web.organise import own
from convene.web.organise.groups import ACTS, back, whole
from convene.web.organise.in_hand import refusal
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_changes", __name__)

STALE = "The groups have changed since this page was shown. Look again, then go on."


def number() -> int | None:
    return request.form.get("round", type=int)


def refused(event_id: int) -> None:
    """Write down that a rule stood against a move: many tries at one person should be seen."""
    start_write()
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.refused", f"event:{event_id}", clock.now())
    db.session.commit()


def outdated(reason: Exception, words: str) -> str:
    """Why what was cannot be had back; that a keep-apart rule was made since is for those who may know."""
    return refusal(reason) if isinstance(reason, actions.NotPossible) and sees_rules() else words


@page.post(f"/{own.ID.format('event_id')}/groups/ask")
def ask(event_id: int) -> ResponseReturnValue:
    """The button beside a name: shows what moving them to the group chosen there would do. Changes nothing."""
    own.event(event_id)
    seat_id = whole(request.form.get("seat"))
    group_id = whole(request.form.get(f"to-{seat_id}"))
    if not seat_id or not group_id:
        flash("Choose a group beside the name first.", "warn")
        return back(event_id, round=number())
    return back(event_id, round=number(), seat=seat_id, to=group_id, _anchor="in-hand")


@page.post(f"/{own.ID.format('event_id')}/groups/move")
def move(event_id: int) -> ResponseReturnValue:
    """Keep what the preview showed: the move, or the exchange."""
    seat_id, group_id = whole(request.form.get("seat")), whole(request.form.get("to"))
    other_id = whole(request.form.get("other"))
    event = own.event_to_change(event_id)
    act = "swap" if other_id else "move"
    try:
        undo.remember(event, act, clock.now())
        seat = actions.swap(event, seat_id, other_id) if other_id else actions.move(event, seat_id, group_id)
        name, label = seat.person.name, seat.group.label
        told = seat.group.round.state == "published"
    except actions.NotPossible as reason:
        db.session.rollback()
        refused(event_id)
        flash(refusal(reason), "bad")
        return back(event_id, round=number())
    except actions.Changed:
        db.session.rollback()
        flash(STALE, "warn")
        return back(event_id, round=number())
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.moved", f"event:{event_id}", clock.now())
    db.session.commit()
    late = " They were told another group: write to those it touches when you are done." if told else ""
    flash(f"{name} is at {label} now.{late}", "good")
    return back(event_id, round=number(), _anchor=f"seat-{seat_id}")


@page.post(f"/{own.ID.format('event_id')}/groups/pin")
def pin(event_id: int) -> ResponseReturnValue:
    """Pin or let go the person or the group whose button was pressed: `seat-17-on`, `group-5-off`."""
    own.event(event_id)
    kind, _, rest = request.form.get("pin", "").partition("-")
    id_, _, on = rest.partition("-")
    if kind not in ("seat", "group") or not whole(id_) or on not in ("on", "off"):
        abort(400)
    event = own.event_to_change(event_id)
    try:
        undo.remember(event, "pin", clock.now())
        actions.pin(event, on == "on", **{f"{kind}_id": whole(id_)})
    except actions.Changed:
        db.session.rollback()
        flash(STALE, "warn")
        return back(event_id, round=number())
    db.session.commit()
    return back(event_id, round=number(), _anchor=f"{kind}-{id_}")


@page.post(f"/{own.ID.format('event_id')}/groups/undo")
def take_back(event_id: int) -> ResponseReturnValue:
    event = own.event_to_change(event_id)
    try:
        act = undo.undo(event, whole(request.form.get("last")), clock.now())
    except (actions.Changed, actions.NotPossible) as reason:
        db.session.rollback()
        flash(
            outdated(reason, "This cannot be undone any more: somebody has come, left or moved since."),
            "warn",
        )
        return back(event_id, round=number())
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.undone", f"event:{event_id}", clock.now())
    db.session.commit()
    flash(f"Undone: {ACTS.get(act, 'the last change')}." if act else "There is nothing to undo.", "good")
    return back(event_id, round=number())
