"""A circle's dates at the desk: planned from a rhythm, one or several changed, called off, given again."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, SelectChoice
from wtforms.validators import AnyOf

from convene import clock
from convene.calendar import zones
from convene.circles import dates, queries, rules, telling
from convene.circles.models import Circle, CircleSession
from convene.events.actions import CannotPublish
from convene.extensions import db
from convene.people.words import BadWords, tidy
from convene.web.filters import plural
from convene.web.forms import AtMost, Form, Paragraphs, Words
from convene.web.organise import meanwhile, own
from convene.web.organise.circle_fields import RhythmForm, notes, typed_of
from convene.web.organise.circles import ID, circle_of, circle_to_change, written
from convene.web.organise.event_fields import Clock, Day, a_room_address
from convene.web.organise.event_form import FORMATS, last_day, wrong

page = Blueprint("organise_circle_dates", __name__)

SESSION = f"/{ID}/sessions/{own.ID.format('event_id')}"
SCOPES = [
    SelectChoice("this", "This session alone"),
    SelectChoice("following", "This one and those that follow"),
    SelectChoice("all", "All sessions to come"),
]
OVER = "That session is over, or somebody called it off meanwhile; nothing was changed."


def session_of(circle: Circle, event_id: int) -> CircleSession:
    found = queries.session_of(event_id)
    return found if found is not None and found.circle_id == circle.id else abort(404)


@page.get(f"/{ID}/rhythm")
def show(circle_id: int) -> ResponseReturnValue:
    circle = circle_of(circle_id)
    pattern = rules.read(circle.pattern, circle.skipped)
    shown = typed_of(pattern, circle.minutes) if pattern else {}
    form = RhythmForm(formdata=None, data={**shown, **picked(circle)})
    return render_template("organise/circle_rhythm.html", form=form, circle=circle)


def picked(circle: Circle) -> dict[str, Any]:
    """The first date as a poll found it, from the address that the poll's page led to."""
    try:
        start = datetime.fromisoformat(
            f"{request.args.get('day', '')[:10]}T{request.args.get('starts', '')[:5]}"
        )
        ends = start + timedelta(minutes=circle.minutes)
    except (ValueError, OverflowError):
        return {}
    return {"day": start.date(), "starts": start.time(), "ends": ends.time()}


@page.post(f"/{ID}/rhythm")
def plan(circle_id: int) -> ResponseReturnValue:
    form, now, circle = RhythmForm(), clock.now(), circle_of(circle_id)
    planned = form.pattern(circle.zone, now)
    if planned is None:
        return render_template("organise/circle_rhythm.html", form=form, circle=circle), 422
    pattern, minutes = planned
    circle = circle_to_change(circle_id)
    try:
        circle.minutes = minutes
        made = dates.plan(circle, pattern, now)
    except (ValueError, CannotPublish) as fault:
        db.session.rollback()
        form.refuse(fault)
        return render_template("organise/circle_rhythm.html", form=form, circle=circle_of(circle_id)), 422
    telling.tell_members(circle, [(telling.NEW, event, None) for event in made], "", now)
    written("planned", circle_id, now)
    said, number = notes(pattern, circle.zone), len(made)
    db.session.commit()
    flash(f"{plural(number, 'session')} planned, and every member has them in one calendar entry.", "good")
    for words in said:
        flash(words, "warn")
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)


class SessionForm(Form):
    revision = HiddenField()
    day = Day("Date")
    starts = Clock("Starts at", "Enter the time it starts")
    ends = Clock("Ends at", "Enter the time it ends")
    format = RadioField("How do people meet?", choices=FORMATS)
    venue = Words("Where is it?", [AtMost(300, "The place")])
    online_url = Words("Link to join", [AtMost(500, "The link"), a_room_address])
    access_info = Paragraphs("Getting in and taking part", [AtMost(2000, "This")])
    scope = RadioField(
        "What does this change?",
        [AnyOf([choice.value for choice in SCOPES], "Choose which sessions this changes")],
        choices=SCOPES,
        default="this",
        validate_choice=False,
    )

    def facts(self, zone: str) -> dict[str, Any] | None:
        self.validate()
        day, starts, ends = self.day.data, self.starts.data, self.ends.data
        if self.errors or day is None or starts is None or ends is None:
            return None
        last = datetime.combine(last_day(day, starts, ends), ends)
        times = {}
        for field, at in ((self.starts, datetime.combine(day, starts)), (self.ends, last)):
            try:
                times[field.name] = rules.exists(at, zone)
            except rules.SkippedHour:
                wrong(
                    field,
                    "The clocks go forward over this time, so it does not exist that day; choose another",
                )
                return None
        if times["ends"] <= times["starts"]:
            wrong(self.ends, "The end must be after the start")
            return None
        shared = {name: self[name].data for name in dates.SHARED}
        return {**shared, "starts_at": times["starts"], "ends_at": times["ends"]}


def shown_of(session: CircleSession) -> dict[str, Any]:
    event = session.event
    starts, ends = (zones.local(at, event.zone) for at in (event.starts_at, event.ends_at))
    plain = {name: getattr(event, name) for name in dates.SHARED}
    return {**plain, "day": starts.date(), "starts": starts.time(), "ends": ends.time()}


def render(
    circle: Circle, session: CircleSession, form: SessionForm, code: int = 200, clashes: Any = ()
) -> ResponseReturnValue:
    event, now = session.event, clock.now()
    return render_template(
        "organise/circle_session.html",
        circle=circle,
        session=session,
        event=event,
        form=form,
        clashes=clashes,
        skips=queries.skips([event.id]).get(event.id, []),
        can_change=event.state == "published" and event.starts_at > now and circle.state != "ended",
        can_restore=event.state == "called_off" and event.starts_at > now and circle.state != "ended",
    ), code


@page.get(SESSION)
def session(circle_id: int, event_id: int) -> ResponseReturnValue:
    circle = circle_of(circle_id)
    found = session_of(circle, event_id)
    shown = shown_of(found)
    form = SessionForm(formdata=None, data={**shown, "revision": meanwhile.revision(shown)})
    return render(circle, found, form)


@page.post(SESSION)
def save(circle_id: int, event_id: int) -> ResponseReturnValue:
    form, now, circle = SessionForm(), clock.now(), circle_of(circle_id)
    found = session_of(circle, event_id)
    facts = form.facts(circle.zone)
    if facts is None:
        return render(circle, found, form, 422)
    circle = circle_to_change(circle_id)
    found = session_of(circle, event_id)
    if clashes := meanwhile.settle(form, shown_of(found)):
        db.session.rollback()
        circle = circle_of(circle_id)
        return render(circle, session_of(circle, event_id), form, 409, clashes)
    facts = form.facts(circle.zone)
    try:
        if facts is None:
            raise dates.Over
        changed, passed_by = dates.change(found, facts, form.scope.data, now)
    except (dates.Over, dates.InThePast, rules.SkippedHour) as fault:
        db.session.rollback()
        refuse(form, fault)
        circle = circle_of(circle_id)
        return render(circle, session_of(circle, event_id), form, 422)
    telling.tell_at_once(circle, changed, now)
    if changed:
        written("dates_changed", circle_id, now)
    alone = [zones.spoken_date(event.starts_at, event.zone) for event in passed_by]
    number = len(changed)
    db.session.commit()
    flash(changed_in_words(number), "good")
    if alone:
        flash(f"These were moved by themselves before, and stay where they are: {'; '.join(alone)}.", "warn")
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)


def changed_in_words(number: int) -> str:
    if not number:
        return "Nothing was changed."
    what = "One session is changed." if number == 1 else f"{number} sessions are changed."
    return f"{what} Members hear of it in one letter, in ten minutes: so you may go on changing things till then."


def refuse(form: SessionForm, fault: Exception) -> None:
    if isinstance(fault, rules.SkippedHour):
        day = f"{fault.day.day} {fault.day:%B %Y}"
        wrong(
            form.starts,
            f"On {day} the clocks go forward over this time: choose another, or change fewer sessions",
        )
    elif isinstance(fault, dates.InThePast):
        wrong(form.day, "That would put a session into the past; choose a day and time to come")
    elif not form.errors:
        form.form_errors.append(OVER)


@page.post(f"{SESSION}/call-off")
def call_off(circle_id: int, event_id: int) -> ResponseReturnValue:
    """One session is off; everybody hears at once, and the others stay as they are."""
    now = clock.now()
    try:
        words = tidy(request.form.get("words", "")[:1000], lines=True)
    except BadWords:
        words = ""
    circle = circle_to_change(circle_id)
    found = session_of(circle, event_id)
    off = dates.call_off(circle, [found.event_id], words, now)
    if off:
        telling.tell_members(circle, [(telling.OFF, event, None) for event in off], words, now)
        written("session_called_off", circle_id, now)
    db.session.commit()
    flash(
        "Called off. Every member is told, and it leaves their calendar." if off else OVER,
        "good" if off else "bad",
    )
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)


@page.post(f"{SESSION}/restore")
def restore(circle_id: int, event_id: int) -> ResponseReturnValue:
    now = clock.now()
    circle = circle_to_change(circle_id)
    try:
        event = dates.restore(session_of(circle, event_id), now)
    except dates.Over:
        db.session.rollback()
        flash("Only a session to come that was called off can be given again.", "bad")
        return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)
    telling.tell_members(circle, [(telling.ON, event, None)], "", now)
    written("session_restored", circle_id, now)
    db.session.commit()
    flash("It takes place after all. Every member is told, and has their place again.", "good")
    return redirect(url_for("organise_circles.one", circle_id=circle_id), 303)
