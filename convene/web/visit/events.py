"""An event's page: what, when, where, who hosts, how many places, and the form to sign up."""

from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, SelectChoice

from convene import aside, clock, links
from convene.calendar import zones
from convene.circles import queries as circles
from convene.events import access, queries, series, speakers
from convene.events.capacity import Places
from convene.events.models import Event
from convene.events.opening import opening
from convene.events.place import is_both, venue
from convene.signups.queries import places
from convene.web import kept, notice
from convene.web.forms import Form, left_empty, your_address, your_name, zone_of_city
from convene.web.headers import MAY_BE_FRAMED
from convene.web.visit.code import written_to

page = Blueprint("events", __name__)

NO_SUCH_CITY = "We do not know the time there; try a large city nearby, or a zone such as Europe/London"


WAYS = [SelectChoice("room", "In the room"), SelectChoice("online", "Online")]


class SignUpForm(Form):
    name = your_name()
    email = your_address()
    way = RadioField("How will you come?", choices=WAYS, default="room", validate_choice=False)
    zone = HiddenField()
    website = left_empty()


@page.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    event = queries.public(slug) or abort(404)
    read = read_of(event)
    return kept.page(read, lambda: write(event, read))


def write(event: Event, read: dict[str, Any]) -> str:
    asked = request.args.get("zone", "")
    zone_error = "" if not asked or zone_of_city(asked) else NO_SUCH_CITY
    form = blank_or_changing(event.slug)
    return render_template("visit/event.html", zone_error=zone_error, **facts(event, form, asked, read))


@page.get("/<slug:slug>.png")
def share_picture(slug: str) -> ResponseReturnValue:
    """What a chat shows beside a shared link; under the address of its revision it is kept for a year."""
    event = queries.public(slug) or abort(404)
    tag = notice.revision(event)
    response = Response(mimetype="image/png")
    response.set_etag(tag)
    lasting = request.args.get("r") == tag
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
    response.make_conditional(request)
    if response.status_code == 200 and request.method == "GET":
        try:
            response.set_data(notice.picture(event))
        except (notice.Busy, aside.Aside):
            abort(503)
    return response


@page.get("/<slug:slug>/embed")
def embed(slug: str) -> ResponseReturnValue:
    """The event in a frame of another site: no form, no cookie, no script; its one link opens a window of ours."""
    event = queries.public(slug) or abort(404)
    now = clock.now()
    words = {
        "event": event,
        "places": places(event),
        "opening": opening(event, now),
        "url": links.event(slug),
    }
    answer = Response(render_template("visit/embed.html", **words))
    answer.headers["Content-Security-Policy"] = MAY_BE_FRAMED
    return answer


def blank_or_changing(slug: str) -> SignUpForm:
    """The form, with what this browser signed up with a moment ago if it came back to change that."""
    typed = written_to(slug)
    if "change" not in request.args or typed is None:
        return SignUpForm(formdata=None)
    return SignUpForm(formdata=None, data={"name": typed["name"], "email": typed["address"]})


def for_members(event: Event) -> bool:
    """A circle's session that its host has not opened to guests: the way in is the circle's."""
    return event.circle_id is not None and not event.listed


def read_of(event: Event) -> dict[str, Any]:
    """All that its page is written from, as it is now."""
    now = clock.now()
    return {
        "event": event,
        "circle": circles.one(event.circle_id) if event.circle_id else None,
        "places": places(event),
        "opening": opening(event, now),
        "is_over": event.ends_at <= now,
        "speakers": speakers.named_at(event),
        "further_dates": series.further_dates(event, now),
    }


def facts(
    event: Event, form: SignUpForm | None, asked_zone: str = "", read: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the event's template needs, also for a preview (without a form)."""
    read = read or read_of(event)
    left: Places = read["places"]
    if form is not None and not form.is_submitted() and left.parts and not event.circle_id:
        form.way.data = "room" if left.of(False).open_to_new or not left.open_to_new else "online"
    own_zone = zone_of_city(asked_zone) if asked_zone else None
    return {
        **read,
        "form": None if for_members(event) else form,
        "takes_signups": event.state == "published" and not read["is_over"],
        "access": access.words(event.access_list),
        "own_zone": own_zone,
        "url": links.event(event.slug),
        "picture_url": f"{links.event(event.slug)}.png?r={notice.revision(event)}",
        "linked_data": linked_data(event),
    }


def linked_data(event: Event) -> dict[str, Any]:
    """The event in schema.org's words, for search engines and chat previews; never the link to join."""
    online = event.format == "online"
    place: dict[str, Any] = (
        {"@type": "VirtualLocation", "url": links.event(event.slug)}
        if online
        else {"@type": "Place", "name": venue(event), "address": venue(event)}
    )
    status = "EventCancelled" if event.state == "called_off" else "EventScheduled"
    mode = "Mixed" if is_both(event) else "Online" if online else "Offline"
    return {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": event.summary,
        "url": links.event(event.slug),
        "startDate": zones.local(event.starts_at, event.zone).isoformat(),
        "endDate": zones.local(event.ends_at, event.zone).isoformat(),
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": f"https://schema.org/{mode}EventAttendanceMode",
        "location": place,
        "organizer": {
            "@type": "Organization",
            "name": event.organisation.name,
            "url": current_app.config["BASE_URL"],
        },
        "isAccessibleForFree": True,
    }
