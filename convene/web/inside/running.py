"""A session as it runs: what is on, how long still, who sits with whom, for the wall or a shared screen."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.circles import agenda, planning
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, queries, stretches, timing
from convene.groups.models import Round
from convene.signups import called
from convene.web.inside import entry
from convene.web.inside.sessions import SESSION, on_agenda

page = Blueprint("inside_running", __name__)

EARLY = timedelta(hours=12)
OVERTAKEN = "Somebody else pressed first, so this press changed nothing. This is how things stand now."
ANOTHER_DAY = "This session is on another day: it begins from this page then."
CALLED_OFF = "This session was called off."
ALONE = "Nobody could be put into groups this time. Turn to somebody near you."


@page.get(f"{SESSION}/run")
def show(token: str, event_id: int) -> ResponseReturnValue:
    here, now = entry.of(token), clock.now()
    event = entry.session(here, event_id)
    parts = planning.parts(event.id)
    part = planning.on(parts)
    step = planning.step_of(part) if part else None
    next_part, next_step = stretches.coming(parts)
    sitting = stretches.sitting(event, part)
    return render_template(
        "inside/running.html",
        inside=here,
        event=event,
        may_host=entry.hosts_session(here, planning.session_of(event)),
        parts=parts,
        part=part,
        step=step,
        steps=agenda.steps(planning.value(part)) if part else (),
        next_part=next_part,
        next_step=next_step,
        after=planning.following(parts),
        mark=planning.mark(parts),
        begun=any(one.started_at for one in parts),
        left=timing.minutes_until(part.ends_at, now) if part else 0,
        ends=timing.epoch(part.ends_at) if part else 0,
        now=timing.epoch(now),
        groups=by_group(event, sitting) if sitting else [],
        promised=on_agenda(event) if part and part.kind == "actions" else [],
    )


def by_group(event: Event, sitting: Round) -> list[tuple[str, list[str]]]:
    """Each group of the round with the names in it, as they are called."""
    known = called.names(event.id)
    return [
        (group.label, [known.of(seat.person) for seat in group.seats])
        for group in sitting.groups
        if group.seats
    ]


@page.post(f"{SESSION}/run")
def press(token: str, event_id: int) -> ResponseReturnValue:
    """On to the next stretch, past what is left of a part, or two minutes more."""
    here, now = entry.of(token), clock.now()
    event = entry.session(here, event_id)
    if not entry.hosts_session(here, planning.session_of(event)):
        abort(404)
    act, shown = request.form.get("act", ""), request.form.get("mark", "")
    if event.state == "called_off":
        return say(token, event_id, CALLED_OFF)
    if event.state != "published" or now < event.starts_at - EARLY:
        return say(token, event_id, ANOTHER_DAY)
    if act not in ("on", "skip", "more"):
        abort(400)
    wanted = None if act == "more" else needs_groups(event, act)
    asked = stretches.ask(event, wanted) if wanted else None
    whole = stretches.joining(event, planning.parts(event.id), wanted) if wanted else []
    db.session.rollback()
    dealt = stretches.dealt(asked, whole)
    _, event = entry.session_to_host(token, event_id)
    try:
        words = ""
        if act == "more":
            stretches.longer(event, planning.give_more(event, shown, now))
        else:
            planning.as_shown(event, shown)
            if wanted and asked and dealt:
                stretches.keep(event, wanted, asked, dealt, now)
            elif wanted:
                words = ALONE
            move = planning.go_on if act == "on" else planning.skip_to_next
            stretches.go_along(event, move(event, shown, now), now)
    except (planning.Overtaken, actions.Changed, actions.NotPossible):
        return say(token, event_id, OVERTAKEN)
    db.session.commit()
    if words:
        flash(words, "warn")
    return redirect(url_for("inside_running.show", token=token, event_id=event_id), 303)


def needs_groups(event: Event, act: str) -> stretches.Wanted | None:
    parts = planning.parts(event.id)
    part = planning.on(parts)
    if act == "skip" and part is not None:
        parts = [one for one in parts if one is not part]
    return stretches.wanted(parts, queries.rounds(event.id))


def say(token: str, event_id: int, words: str) -> ResponseReturnValue:
    db.session.rollback()
    flash(words, "warn")
    return redirect(url_for("inside_running.show", token=token, event_id=event_id), 303)
