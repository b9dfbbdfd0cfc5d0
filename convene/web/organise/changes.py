"""Changing the groups by hand: asking, moving, changing places, pinning, and taking the last change back."""

from flask import Blueprint, abort, flash, g, request
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, queries, undo
from convene.groups.models import Seat
from convene.web.organise import own
from convene.web.organise.groups import ACTS, STALE, back, shown, to_change_as_shown, whole
from convene.web.organise.in_hand import refusal
from convene.web.organise.refusals import refused
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_changes", __name__)

BEGUN = "A round has begun since, so nobody goes back behind it."


def number() -> int | None:
    return request.form.get("round", type=int)


def outdated(reason: Exception, words: str) -> str:
    """Why what was cannot be had back; that a keep-apart rule was made since is for those who may know."""
    return refusal(reason) if isinstance(reason, actions.NotPossible) and sees_rules() else words


@page.post(f"/{own.ID.format('event_id')}/groups/ask")
def ask(event_id: int) -> ResponseReturnValue:
    """The button beside a name: shows what moving them to the group chosen there would do. Changes nothing."""
    event = own.event(event_id)
    seat_id = whole(request.form.get("seat")) or typed_beside()
    group_id = whole(request.form.get(f"to-{seat_id}")) or of_number(event, request.form.get(f"at-{seat_id}"))
    if not seat_id or not group_id:
        flash("Choose a group beside the name first.", "warn")
        return back(event_id, round=number())
    return back(event_id, round=number(), seat=seat_id, to=group_id, _anchor="in-hand")


def typed_beside() -> int:
    """The one seat beside which a number was typed, where the Enter key was pressed and no button."""
    filled = [name for name, text in request.form.items() if name.startswith("at-") and text.strip()]
    return whole(filled[0].removeprefix("at-")) if len(filled) == 1 else 0


def of_number(event: Event, typed: str | None) -> int:
    """The id of the group of this number in the round that was shown; 0 where there is none."""
    round_ = shown(queries.board(event.id), number())
    wanted = whole((typed or "").strip())
    return next((group.id for group in round_.groups if group.number == wanted), 0) if round_ else 0


@page.post(f"/{own.ID.format('event_id')}/groups/move")
def move(event_id: int) -> ResponseReturnValue:
    """Keep what the preview showed: the move, or the exchange."""
    seat_id, group_id = whole(request.form.get("seat")), whole(request.form.get("to"))
    other_id = whole(request.form.get("other"))
    event = to_change_as_shown(event_id)
    act = "swap" if other_id else "move"
    try:
        undo.remember(event, act, clock.now())
        seat = actions.swap(event, seat_id, other_id) if other_id else actions.move(event, seat_id, group_id)
        name, label = seat.person.name, seat.group.label
        told = seat.group.round.state == "published"
    except actions.NotPossible as reason:
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
    event = to_change_as_shown(event_id)
    try:
        undo.remember(event, "pin", clock.now())
        found = actions.pin(event, on == "on", **{f"{kind}_id": whole(id_)})
        name = found.person.name if isinstance(found, Seat) else found.label
    except actions.Changed:
        db.session.rollback()
        flash(STALE, "warn")
        return back(event_id, round=number())
    db.session.commit()
    flash(
        f"{name} is pinned: the next deal leaves {'them' if kind == 'seat' else 'it'} there."
        if on == "on"
        else f"{name} is not pinned any more.",
        "good",
    )
    return back(event_id, round=number(), _anchor=f"{kind}-{id_}")


@page.post(f"/{own.ID.format('event_id')}/groups/undo")
def take_back(event_id: int) -> ResponseReturnValue:
    event = to_change_as_shown(event_id)
    try:
        act = undo.undo(event, whole(request.form.get("last")), clock.now())
    except undo.Begun:
        db.session.rollback()
        flash(BEGUN, "warn")
        return back(event_id, round=number())
    except (actions.Changed, actions.NotPossible) as reason:
        refused(event_id)
        flash(
            outdated(reason, "This cannot be undone any more: somebody has come, left or moved since."),
            "warn",
        )
        return back(event_id, round=number())
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.undone", f"event:{event_id}", clock.now())
    db.session.commit()
    flash(f"Undone: {ACTS.get(act, 'the last change')}." if act else "There is nothing to undo.", "good")
    return back(event_id, round=number())
