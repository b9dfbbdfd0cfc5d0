"""An event announced in four answers: what it is called, when, where, how many; all else has a default and can wait."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField
from wtforms.validators import ValidationError

from convene import clock
from convene.access import audit
from convene.events import actions
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.people.models import Organisation
from convene.web.forms import AtMost, Needed, Words, a_zone
from convene.web.organise.event_fields import ClockIfAny, is_https
from convene.web.organise.event_form import EventForm

page = Blueprint("organise_announce", __name__)

USUAL_LENGTH = timedelta(hours=2)
ANY_DAY = date(2000, 1, 1)
TAKEN = "Somebody announced an event of this title just now. Press again to go on."


def a_place_or_a_link(form: Any, field: Any) -> None:
    """What begins like a link must be one that people can open."""
    if looks_like_a_link(field.data) and not is_https(field.data):
        raise ValidationError("Enter the whole link, beginning with https://")
    if not looks_like_a_link(field.data) and len(field.data) > 300:
        raise ValidationError("The place must be 300 characters or fewer")


def looks_like_a_link(text: str) -> bool:
    return text.lower().startswith(("http:", "https:", "www."))


class AnnounceForm(EventForm):
    """The long form with most of its questions left out."""

    revision = summary = description = host_name = None  # type: ignore[assignment] # WTForms takes them out so
    format = venue = online_url = access_info = None  # type: ignore[assignment] # as above
    group_size = round_count = tell = None  # type: ignore[assignment] # as above
    zone = HiddenField(validators=[a_zone])
    ends = ClockIfAny("Ends at", "")
    where = Words("Where is it?", [Needed("Enter where it is, or the link to join"), a_place_or_a_link])
    controller = Words("Who answers for people's data?", [AtMost(120, "The name")])
    privacy_contact = Words("How do people reach them?", [AtMost(254, "This")])

    def facts(self, event: Event | None, now: datetime) -> dict[str, Any] | None:
        """The columns of Event, or none where something is wrong (said at its field)."""
        if self.ends.data is None and not self.ends.process_errors:
            self.ends.data = two_hours_after(self.starts.data)
        self.validate()
        span = self.span(event, now)
        if self.errors or span is None:
            return None
        online = looks_like_a_link(self.where.data or "")
        place = {
            "format": "online" if online else "in_person",
            "online_url" if online else "venue": self.where.data,
        }
        facts = {"title": self.title.data, "zone": self.zone.data, "capacity": self.capacity.data, **place}
        return {**facts, "host_name": g.desk.person_name, "starts_at": span[0], "ends_at": span[1]}

    def says_who_answers(self) -> bool:
        """Whether both are there; where one is not, it is said at its field."""
        for field, words in (
            (self.controller, "Enter a name"),
            (self.privacy_contact, "Enter an address or a number"),
        ):
            if not (field.data or "").strip():
                field.errors = [*field.errors, words]
        return not self.errors


def two_hours_after(start: time | None) -> time | None:
    return (datetime.combine(ANY_DAY, start) + USUAL_LENGTH).time() if start else None


def host() -> Organisation:
    return db.session.get_one(Organisation, g.desk.organisation_id)


def lacks_who_answers(organisation: Organisation) -> bool:
    return not (organisation.controller.strip() and organisation.privacy_contact.strip())


def render(form: AnnounceForm, code: int = 200) -> ResponseReturnValue:
    asks = lacks_who_answers(host())
    return render_template("organise/announce.html", form=form, asks_who_answers=asks), code


@page.get("/announce")
def show() -> ResponseReturnValue:
    of = host()
    contact = of.privacy_contact or of.reply_to or ""
    known = {"zone": of.zone, "controller": of.controller or of.name, "privacy_contact": contact}
    return render(AnnounceForm(formdata=None, data=known))


@page.post("/announce")
def announce() -> ResponseReturnValue:
    """Draft it, and publish it unless the other button was pressed."""
    form, now = AnnounceForm(), clock.now()
    publishes = request.form.get("act") != "draft"
    facts = form.facts(None, now)
    asks = publishes and lacks_who_answers(host())
    if facts is None or (asks and not form.says_who_answers()):
        return render(form, 422)
    start_write()
    of = host()
    if asks:
        of.controller, of.privacy_contact = form.controller.data or "", form.privacy_contact.data or ""
        audit.record(of.id, g.desk.actor, "organisation.changed", f"organisation:{of.id}", now)
    try:
        event = actions.draft(of, facts, now)
        audit.record(of.id, g.desk.actor, "event.drafted", f"event:{event.id}", now)
        if publishes:
            actions.publish(event, now)
            audit.record(of.id, g.desk.actor, "event.published", f"event:{event.id}", now)
        event_id = event.id
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        form.form_errors.append(TAKEN)
        return render(form, 409)
    if not publishes:
        flash("Saved as a draft that only organisers see. Look it over, then publish it.", "good")
        return redirect(url_for("organise_events.show", event_id=event_id), 303)
    flash("Published. It is on the front page now, and people can sign up.", "good")
    return redirect(url_for("organise_share.show", event_id=event_id), 303)
