"""The round timer, for whoever runs the room: minutes left, the question, and one button for what comes next."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries, settings, timing
from convene.groups.starters import questions
from convene.web.organise import own
from convene.web.organise.groups import ON_THE_DAY

page = Blueprint("organise_timer", __name__)

OVERTAKEN = "Somebody else pressed first, so this press changed nothing. This is how things stand now."
CALLED_OFF = "This event was called off, so no round can begin."


@page.get(f"/{own.ID.format('event_id')}/groups/timer")
def show(event_id: int) -> ResponseReturnValue:
    event, now = own.event(event_id), clock.now()
    rounds = queries.rounds(event.id)
    stand = timing.standing(rounds)
    asked = stand.on or stand.next
    return render_template(
        "organise/timer.html",
        event=event,
        stand=stand,
        drafts=any(round_.state == "draft" for round_ in rounds),
        minutes=settings.of(event).minutes,
        left=timing.minutes_left(stand.on, now) if stand.on else 0,
        whole=timing.whole_minutes(stand.on) if stand.on else 0,
        until=zones.spoken_time(stand.on.ends_at, event.zone) if stand.on and stand.on.ends_at else "",
        ends=timing.epoch(stand.on.ends_at) if stand.on else 0,
        now=timing.epoch(now),
        questions=questions(event.id, asked.number) if asked else [],
        early=now < event.starts_at,
    )


@page.post(f"/{own.ID.format('event_id')}/groups/timer/start")
def start(event_id: int) -> ResponseReturnValue:
    return press(event_id, timing.start, "round.started", "Round {0} is on. Say so in the room.")


@page.post(f"/{own.ID.format('event_id')}/groups/timer/more")
def more(event_id: int) -> ResponseReturnValue:
    return press(event_id, timing.give_more, "round.prolonged", "Round {0} has two minutes more.")


@page.post(f"/{own.ID.format('event_id')}/groups/timer/end")
def end(event_id: int) -> ResponseReturnValue:
    return press(event_id, timing.end, "round.ended", "Round {0} has been held.")


Act = Callable[[Event, int, str, datetime], object]


def press(event_id: int, act: Act, verb: str, words: str) -> ResponseReturnValue:
    """Do what one button says, if things still stand as they did when it was shown."""
    event, now = own.event_to_change(event_id), clock.now()
    if now < event.starts_at - ON_THE_DAY:
        db.session.rollback()
        flash("The event is on another day: the timer starts then.", "warn")
        return redirect(url_for("organise_timer.show", event_id=event_id), 303)
    number = request.form.get("round", 0, type=int)
    try:
        if event.state == "called_off":
            db.session.rollback()
            flash(CALLED_OFF, "bad")
        else:
            act(event, number, request.form.get("revision", ""), now)
            audit.record(g.desk.organisation_id, g.desk.actor, verb, f"event:{event_id}", now)
            db.session.commit()
            flash(words.format(number), "good")
    except timing.Overtaken:
        db.session.rollback()
        flash(OVERTAKEN, "warn")
    return redirect(url_for("organise_timer.show", event_id=event_id), 303)
