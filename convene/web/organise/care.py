"""How an event treats people: who finds it, when they may sign up, what is told to whom; and a copy for next time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, SelectChoice, SelectMultipleField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from convene import aside, clock, links
from convene.access import audit
from convene.calendar import zones
from convene.events import access, actions, speakers
from convene.events.models import Event
from convene.extensions import db
from convene.signups import questions, upheaval
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import meanwhile, own
from convene.web.organise.event_fields import ClockIfAny, DayIfAny, Whole, WholeIfAny

page = Blueprint("organise_care", __name__)

NUMBERS = ("online_places", "guests_each")
A_WEEK = timedelta(days=7)
TICKS = ("listed", "by_approval", "hides_place", "discreet", "self_check_in")
NO_SUCH_TIME = "The clocks go forward over this time, so it does not exist that day; choose another"


def people_in_lines(form: Any, field: Any) -> None:
    named = speakers.read(field.data or "")
    if len(named) > speakers.MOST:
        raise ValidationError(f"Name {speakers.MOST} or fewer")
    if any(len(name) > speakers.NAME or len(about) > speakers.ABOUT for name, about in named):
        raise ValidationError(
            f"A name has {speakers.NAME} characters at most, and what follows it {speakers.ABOUT}"
        )


class CareForm(Form):
    revision = HiddenField()
    listed = BooleanField("On the line-up, for everybody to find")
    opens_day, opens_at = DayIfAny("Opens on"), ClockIfAny("Opens at", "")
    closes_day, closes_at = DayIfAny("Closes on"), ClockIfAny("Closes at", "")
    by_approval = BooleanField("I answer each who asks to come")
    online_places = WholeIfAny("Places online, besides those in the room", 1, 5000)
    guests_each = Whole("How many may each person bring?", 0, 3, default=0)
    hides_place = BooleanField("Place and link only to people with a place")
    discreet = BooleanField("Discreet mail and calendars")
    self_check_in = BooleanField("People may say themselves that they are here")
    access_list = SelectMultipleField(
        "What is there",
        choices=[SelectChoice(key, words[:1].upper() + words[1:]) for key, words in access.CHECKLIST.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    hosts = Paragraphs("Hosts", [AtMost(10_000, "This"), people_in_lines])
    speakers = Paragraphs("Speakers", [AtMost(10_000, "This"), people_in_lines])

    def facts(self, event: Event) -> dict[str, Any] | None:
        """The columns of Event that were chosen, or none where something is wrong (said at its field)."""
        self.validate()
        opens, closes = self.moment("opens", event.zone), self.moment("closes", event.zone)
        if opens and closes and closes <= opens:
            self.closes_day.errors = [*self.closes_day.errors, "It must close after it opens"]
        if opens and opens >= event.ends_at:
            self.opens_day.errors = [*self.opens_day.errors, "It must open before the event is over"]
        if self.errors:
            return None
        ticks = {name: bool(self[name].data) for name in TICKS}
        chosen = access.keys(self.access_list.data or ())
        numbers = {"online_places": self.online_places.data, "guests_each": self.guests_each.data}
        return {
            **ticks,
            **numbers,
            "access_list": chosen,
            "signup_opens_at": opens,
            "signup_closes_at": closes,
        }

    def as_kept(self) -> None:
        """Write lists and lines the way they are kept, so that only what differs counts as changed."""
        self.access_list.data = access.keys(self.access_list.data or ()).split()
        for box in (self.hosts, self.speakers):
            box.data = "\n".join(speakers.line(*one) for one in speakers.read(box.data or ""))

    def moment(self, which: str, zone: str) -> datetime | None:
        """When sign-up opens or closes, if a day is given; a day needs its time, and a time its day."""
        day, at = self[f"{which}_day"], self[f"{which}_at"]
        if (day.data is None and at.data is None) or day.errors or at.errors:
            return None
        if day.data is None or at.data is None:
            missing, words = (day, "Enter the date too") if day.data is None else (at, "Enter the time too")
            missing.errors = [*missing.errors, words]
            return None
        try:
            return zones.utc(datetime.combine(day.data, at.data), zone)
        except (zones.NoSuchTime, OverflowError):
            at.errors = [*at.errors, NO_SUCH_TIME]
            return None


def typed_of(event: Event) -> dict[str, Any]:
    """An event as its settings show it."""
    named = speakers.of(event.id)
    shown: dict[str, Any] = {name: getattr(event, name) for name in (*TICKS, *NUMBERS)}
    for which, moment in (("opens", event.signup_opens_at), ("closes", event.signup_closes_at)):
        local = zones.local(moment, event.zone) if moment is not None else None
        shown[f"{which}_day"] = local.date() if local else None
        shown[f"{which}_at"] = local.time().replace(second=0, microsecond=0) if local else None
    return {
        **shown,
        "access_list": event.access_list.split(),
        "hosts": speakers.as_lines(named["host"]),
        "speakers": speakers.as_lines(named["speaker"]),
    }


def render(
    event: Event, form: CareForm, code: int = 200, clashes: Sequence[meanwhile.Clash] = ()
) -> ResponseReturnValue:
    return render_template("organise/care.html", event=event, form=form, clashes=clashes), code


@page.get(f"/{own.ID.format('event_id')}/care")
def show(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    shown = typed_of(event)
    return render(event, CareForm(formdata=None, data={**shown, "revision": meanwhile.revision(shown)}))


@page.post(f"/{own.ID.format('event_id')}/care")
def save(event_id: int) -> ResponseReturnValue:
    form, now = CareForm(), clock.now()
    facts = form.facts(own.event(event_id))
    if facts is None:
        return render(own.event(event_id), form, 422)
    event = own.event_to_change(event_id)
    form.as_kept()
    if event.state != "called_off" and (clashes := meanwhile.settle(form, typed_of(event))):
        db.session.rollback()
        return render(own.event(event_id), form, 409, clashes)
    facts = form.facts(event)  # with what somebody else changed meanwhile, which may not go together
    if facts is None:
        db.session.rollback()
        return render(own.event(event_id), form, 422)
    try:
        upheaval.change(event.id, facts, now, ())
    except upheaval.TooSmall as small:
        db.session.rollback()
        form.online_places.errors = [f"{small.held} people have a place online; enter {small.held} or more"]
        return render(own.event(event_id), form, 422)
    except actions.CalledOff:
        db.session.rollback()
        form.form_errors.append("This event was called off, so it cannot be changed any more.")
        return render(own.event(event_id), form, 422)
    speakers.write(event, "host", speakers.read(form.hosts.data or ""))
    speakers.write(event, "speaker", speakers.read(form.speakers.data or ""))
    audit.record(g.desk.organisation_id, g.desk.actor, "event.cared", f"event:{event_id}", now)
    db.session.commit()
    flash("Saved.", "good")
    return redirect(url_for("organise_care.show", event_id=event_id), 303)


@page.get(f"/{own.ID.format('event_id')}/wall-code")
def wall_code(event_id: int) -> ResponseReturnValue:
    """The code to hang by the door: whoever scans it says that they are here."""
    event, url = own.event(event_id), links.check_in(event_id)
    picture = aside.run("convene.paper.qr:data_uri", url) if event.self_check_in else ""
    return render_template("organise/wall_code.html", event=event, url=url, picture=picture)


@page.post(f"/{own.ID.format('event_id')}/copy")
def copy(event_id: int) -> ResponseReturnValue:
    """A draft like this event, at the same hour a week or more later; its date is the first thing to look at."""
    now = clock.now()
    event = own.event_to_change(event_id)
    made = actions.copy(event, next_time(event, now), now)
    questions.copy(event, made, g.desk.actor, now)
    audit.record(g.desk.organisation_id, g.desk.actor, "event.drafted", f"event:{made.id}", now)
    made_id = made.id
    db.session.commit()
    flash("Copied as a draft that only organisers see. Set its date, and change what differs.", "good")
    return redirect(url_for("organise_events.edit", event_id=made_id), 303)


def next_time(event: Event, now: datetime) -> datetime:
    """The same weekday and wall time, the first that is to come and after the event itself."""
    local = zones.local(event.starts_at, event.zone).replace(tzinfo=None)
    weeks = max(1, (max(now, event.starts_at) - event.starts_at) // A_WEEK + 1)
    for later in range(weeks, weeks + 3):
        try:
            return zones.utc(local + later * A_WEEK, event.zone)
        except zones.NoSuchTime:  # the clocks go forward over it: the week after
            continue
    return event.starts_at + weeks * A_WEEK
