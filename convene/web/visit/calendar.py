"""Calendar files for everybody: one event to download, the line-up to subscribe to."""

from datetime import datetime

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from convene import clock
from convene.calendar import feed, invite
from convene.events import queries
from convene.events.entry import entry

page = Blueprint("calendar", __name__)


def answer(content: bytes, changed_at: datetime | None) -> Response:
    """A calendar file that is asked for again cheaply: ETag, Last-Modified, 304."""
    response = Response(content, mimetype="text/calendar")
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.set_etag(feed.etag(content))
    if changed_at:
        response.last_modified = changed_at
    response.make_conditional(request)
    return response


@page.get("/events/<slug:slug>.ics")
def event(slug: str) -> ResponseReturnValue:
    found = queries.public(slug) or abort(404)
    response = answer(invite.published(entry(found)), found.revised_at)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


@page.get("/line-up.ics")
def line_up() -> ResponseReturnValue:
    events = queries.in_calendar(clock.now())
    changed_at = max((one.revised_at for one in events), default=None)
    return answer(
        feed.feed("Convene: what's on", [entry(one) for one in events], url=request.url_root), changed_at
    )
