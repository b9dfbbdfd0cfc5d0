"""Calendars for everybody: one event to download or add, and the line-up, a circle or a host to follow."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from convene import clock, links
from convene.calendar import atom, feed, invite
from convene.calendar.add_links import add_links
from convene.circles import queries as circles
from convene.events import queries
from convene.events.entry import booking, entry
from convene.events.models import Event
from convene.people import queries as people

page = Blueprint("calendar", __name__)

CALENDAR = "text/calendar; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
ALL = "Convene: what's on"


@page.app_template_global()
def ways_to_add(event: Event, has_place: bool, join_url: str = "") -> tuple[tuple[str, str], ...]:
    """Calendars on the web and the link that adds this event there; `join_url` is for who has a place."""
    return add_links(booking(event, has_place=has_place, join_url=join_url))


@page.app_template_global()
def webcal(path: str) -> str:
    """The address by which a calendar program follows what is at this path."""
    return links.webcal(links.absolute(path))


def answer(
    tag: str, changed_at: datetime | None, kind: str, write: Callable[[], bytes], *, cache: str = "no-cache"
) -> Response:
    """What is asked for again cheaply: ETag, Last-Modified, and a 304 before anything is written.

    The time is told in whole seconds, so what counts is the tag; a program that has only the time may miss a change
    in the very second of its last look until the next day.
    """
    response = Response()
    response.headers["Content-Type"] = kind
    response.headers["Cache-Control"] = cache
    response.set_etag(tag)
    response.last_modified = changed_at
    response.make_conditional(request)
    if response.status_code == 200:
        response.set_data(write())
    return response


@dataclass(frozen=True, slots=True)
class Content:
    """A calendar of this application that its tag stands for, and how to write it; two of one tag are one."""

    app: Flask
    tag: str
    write: Callable[[], bytes] = field(compare=False)


@lru_cache(maxsize=3)
def content(asked: Content) -> bytes:
    """As it was last written: of those for everybody the three last asked for, 650 kB each with 1,000 events."""
    return asked.write()


def answer_kept(tag: str, changed_at: datetime, kind: str, write: Callable[[], bytes]) -> Response:
    """An answer for everybody, which was perhaps written already."""
    asked = Content(current_app._get_current_object(), tag, write)  # type: ignore[attr-defined] # of its proxy
    return answer(tag, changed_at, kind, lambda: content(asked))


@page.get("/events/<slug:slug>.ics")
def event(slug: str) -> ResponseReturnValue:
    found = queries.public(slug) or abort(404)
    written = invite.published(booking(found))
    response = answer(feed.etag(written), found.revised_at, CALENDAR, lambda: written)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.slug}.ics"'
    return response


def of(kind: str, whose_id: int | None, name: str, url: str) -> Response:
    """The calendar of all, of a circle or of a host."""
    now = clock.now()
    mark = queries.calendar_mark(now, kind, whose_id)

    def write() -> bytes:
        return feed.feed(name, map(entry, queries.in_calendar(now, kind, whose_id)), url=url)

    tag = feed.mark(name, url, *settings(), mark.text)
    return answer_kept(tag, mark.changed_at, CALENDAR, write)


def settings() -> tuple[str, str]:
    """What of the installation stands in every entry."""
    return current_app.config["BASE_URL"], current_app.config["MAIL_FROM"]


@page.get("/line-up.ics")
def line_up() -> ResponseReturnValue:
    return of("all", None, ALL, links.line_up())


@page.get("/circles/<slug:slug>.ics")
def circle(slug: str) -> ResponseReturnValue:
    found = circles.public(slug) or abort(404)
    return of("circle", found.id, found.title, links.circle(found.slug))


@page.get("/hosts/<slug:slug>.ics")
def host(slug: str) -> ResponseReturnValue:
    found = people.organisation(slug) or abort(404)
    return of("host", found.id, f"{found.name}: what's on", links.line_up())


@page.get("/line-up.atom")
def line_up_atom() -> ResponseReturnValue:
    now = clock.now()
    mark = queries.calendar_mark(now)
    own = links.absolute("/line-up.atom")

    def write() -> bytes:
        return atom.feed(ALL, map(entry, queries.in_calendar(now)), page=links.line_up(), own=own)

    tag = feed.mark("atom", own, *settings(), mark.text)
    return answer_kept(tag, mark.changed_at, ATOM, write)
