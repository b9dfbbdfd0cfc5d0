"""One evening on many dates: a pattern is chosen, its dates are looked at, and then they are made as drafts."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice

from convene import clock
from convene.access import audit
from convene.events import series
from convene.events.actions import NobodyAnswersForData
from convene.events.models import Event
from convene.extensions import db
from convene.signups import questions
from convene.web.filters import plural
from convene.web.forms import Form
from convene.web.organise import own
from convene.web.organise.event_fields import Whole

page = Blueprint("organise_series", __name__)

NOT_ON_IT = (
    "This event is not on the last such weekday of its month; choose another pattern, or move it first"
)
ASKED_ALONE = (
    " What is asked at this event alone is not asked at them: ask it for all events, if it should be."
)
NOBODY_ANSWERS = "Say who answers for people's data first, under Your organisation."


class SeriesForm(Form):
    pattern = RadioField(
        "How often?",
        choices=[SelectChoice(key, words) for key, (words, _, _) in series.PATTERNS.items()],
        default="week",
    )
    more = Whole("How many more dates?", 1, series.MOST, default=5)


def render(event: Event, form: SeriesForm, code: int = 200) -> ResponseReturnValue:
    facts: dict[str, Any] = {"members": series.of(event), "now": clock.now(), "dates": None}
    if event.series_id is None and code == 200 and request.args:
        try:
            facts["dates"] = series.dates(event, form.pattern.data, form.more.data or 1, clock.now())
        except series.NotOnIt:
            form.pattern.errors = [NOT_ON_IT]
    return render_template("organise/series.html", event=event, form=form, **facts), code


@page.get(f"/{own.ID.format('event_id')}/series")
def show(event_id: int) -> ResponseReturnValue:
    """With a pattern and a number in the address, its dates too: looking makes nothing."""
    event = own.event(event_id)
    return render(event, SeriesForm(formdata=None, data=looked_at()))


def looked_at() -> dict[str, Any]:
    """The pattern and the number in the address; what is none of ours is as it stands there at first."""
    pattern, more = request.args.get("pattern", ""), request.args.get("more", "")
    number = int(more) if more.isascii() and more.isdigit() and len(more) < 4 else 5
    return {
        "pattern": pattern if pattern in series.PATTERNS else "week",
        "more": min(max(number, 1), series.MOST),
    }


@page.post(f"/{own.ID.format('event_id')}/series")
def make(event_id: int) -> ResponseReturnValue:
    form, now = SeriesForm(), clock.now()
    if not form.validate():
        return render(own.event(event_id), form, 422)
    event = own.event_to_change(event_id)
    try:
        made = series.make(event, form.pattern.data, form.more.data or 1, now)
    except series.NotOnIt:
        db.session.rollback()
        form.pattern.errors = [NOT_ON_IT]
        return render(own.event(event_id), form, 422)
    except series.InSeries:
        db.session.rollback()
        flash("Nothing was made: this event has its dates already.", "warn")
        return redirect(url_for("organise_series.show", event_id=event_id), 303)
    for one in made:
        audit.record(g.desk.organisation_id, g.desk.actor, "event.drafted", f"event:{one.id}", now)
    words = f"{plural(len(made), 'draft')} made. Look them over, change what differs, and publish them."
    if questions.asked_alone_at(event):
        words += ASKED_ALONE
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("organise_series.show", event_id=event_id), 303)


@page.post(f"/{own.ID.format('event_id')}/series/publish")
def publish(event_id: int) -> ResponseReturnValue:
    now = clock.now()
    event = own.event_to_change(event_id)
    drafts = [one.id for one in series.of(event) if one.state == "draft" and one.starts_at > now]
    try:
        number = series.publish_all(event, now)
    except NobodyAnswersForData:
        db.session.rollback()
        flash(NOBODY_ANSWERS, "bad")
        return redirect(url_for("organise_series.show", event_id=event_id), 303)
    for one in drafts:
        audit.record(g.desk.organisation_id, g.desk.actor, "event.published", f"event:{one}", now)
    db.session.commit()
    flash(f"Published: {plural(number, 'event')}." if number else "No draft is left to publish.", "good")
    return redirect(url_for("organise_series.show", event_id=event_id), 303)
