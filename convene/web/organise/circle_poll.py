"""A small poll at the desk to find a circle's first date: times are offered, people say, one is picked."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.calendar import zones
from convene.circles import polls, queries
from convene.circles.models import Circle
from convene.extensions import db
from convene.web.forms import Form
from convene.web.organise.circles import ID, circle_of, circle_to_change, written
from convene.web.organise.event_fields import ClockIfAny, DayIfAny
from convene.web.organise.event_form import wrong

page = Blueprint("organise_circle_poll", __name__)

ENDED = "This circle has come to its end, so nobody was asked."


class PollForm(Form):
    """Up to six times at once; empty lines are left out."""

    day_1, at_1 = DayIfAny("Date"), ClockIfAny("Time", "")
    day_2, at_2 = DayIfAny("Date"), ClockIfAny("Time", "")
    day_3, at_3 = DayIfAny("Date"), ClockIfAny("Time", "")
    day_4, at_4 = DayIfAny("Date"), ClockIfAny("Time", "")
    day_5, at_5 = DayIfAny("Date"), ClockIfAny("Time", "")
    day_6, at_6 = DayIfAny("Date"), ClockIfAny("Time", "")

    def lines(self) -> list[tuple[DayIfAny, ClockIfAny]]:
        return [(self[f"day_{number}"], self[f"at_{number}"]) for number in range(1, 7)]

    def times(self, zone: str, now: datetime) -> list[datetime]:
        """The moments that were typed; none where something is wrong (said at its field)."""
        self.validate()
        found = []
        for day, at in self.lines():
            if not day.data and not at.data:
                continue
            if not day.data or not at.data:
                wrong(at if day.data else day, "Give both a date and a time")
                continue
            try:
                moment = zones.utc(datetime.combine(day.data, at.data), zone)
            except zones.NoSuchTime:
                wrong(
                    at, "The clocks go forward over this time, so it does not exist that day; choose another"
                )
                continue
            if moment <= now:
                wrong(day, "This is in the past; choose a time to come")
            elif moment in found:
                wrong(day, "This time stands here twice")
            found.append(moment)
        if not self.errors and not found:
            wrong(self.day_1, "Offer at least one time")
        return [] if self.errors else found


def render(circle: Circle, form: PollForm, code: int = 200) -> ResponseReturnValue:
    asked = polls.running(circle.id)
    return render_template(
        "organise/circle_poll.html",
        circle=circle,
        form=form,
        poll=asked,
        tallies=polls.tally(asked) if asked else [],
        members=len(queries.members(circle.id)),
    ), code


@page.get(f"/{ID}/poll")
def show(circle_id: int) -> ResponseReturnValue:
    return render(circle_of(circle_id), PollForm(formdata=None))


@page.post(f"/{ID}/poll")
def ask(circle_id: int) -> ResponseReturnValue:
    form, now, circle = PollForm(), clock.now(), circle_of(circle_id)
    times = form.times(circle.zone, now)
    if not times:
        return render(circle, form, 422)
    try:
        polls.open_poll(circle_to_change(circle_id), times, now)
    except polls.Closed:
        db.session.rollback()
        form.form_errors.append(ENDED)
        return render(circle_of(circle_id), form, 409)
    written("poll_opened", circle_id, now)
    db.session.commit()
    flash("Asked: every member has a letter, and whoever joins now sees it on their page.", "good")
    return redirect(url_for("organise_circle_poll.show", circle_id=circle_id), 303)


@page.post(f"/{ID}/poll/pick")
def pick(circle_id: int) -> ResponseReturnValue:
    """This time it is: the rhythm is planned from it on the next page, and invites go out from there."""
    typed = request.form.get("option", "")
    option_id = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    now = clock.now()
    circle = circle_to_change(circle_id)
    try:
        option = polls.pick(circle, option_id, now)
    except polls.Closed:
        db.session.rollback()
        flash("That time is not on offer any more.", "bad")
        return redirect(url_for("organise_circle_poll.show", circle_id=circle_id), 303)
    there = zones.local(option.starts_at, circle.zone)
    db.session.commit()
    flash("Picked. Plan the rhythm from this first date, and the invites go out.", "good")
    day, starts = f"{there:%Y-%m-%d}", f"{there:%H:%M}"
    there_is = url_for("organise_circle_dates.show", circle_id=circle_id, day=day, starts=starts)
    return redirect(there_is, 303)
