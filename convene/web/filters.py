"""What templates may ask for: addresses of static files, times in words, safe text from Markdown."""

import hashlib
import re
from collections import ChainMap
from collections.abc import KeysView, MutableMapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import flask.templating
import nh3
from flask import Flask, current_app, g, url_for
from markupsafe import Markup

from convene import clock
from convene.calendar import zones
from convene.calendar.spoken import HOUSE
from convene.events.models import Event
from convene.events.opening import opening
from convene.events.place import venue, whereabouts
from convene.mail.markdown import reader
from convene.web.boxes import box
from convene.web.picture import event_picture, places_picture

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote", "code", "hr"}
markdown_reader = reader()


@lru_cache(maxsize=256)
def fingerprint(path: str) -> str:
    file = Path(str(current_app.static_folder)) / path
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a static file, with a mark of its content so that it can be kept for a year."""
    return url_for("static", filename=path, v=fingerprint(path))


@lru_cache(maxsize=512)
def markdown(text: str) -> Markup:
    """Markdown as HTML that can hold no script, style or picture; headings begin below the page's own."""
    html = re.sub(r"<(/?)h[1-3]>", r"<\1h3>", markdown_reader.render(text))
    clean = nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    return Markup(clean)  # noqa: S704 - cleaned a line above


def when(event: Event, language: str = HOUSE) -> str:
    """The event's own time: Tuesday 12 May 2026, 6.30pm to 8pm (London)."""
    return zones.spoken(event.starts_at, event.ends_at, event.zone, language)


def when_in(event: Event, zone: str | None) -> str | None:
    """The event's time in another zone, or none where the wall clock shows the same there."""
    if (
        not zone
        or zones.local(event.starts_at, zone).utcoffset()
        == zones.local(event.starts_at, event.zone).utcoffset()
    ):
        return None
    return zones.spoken(event.starts_at, event.ends_at, zone)


def moment(value: datetime, zone: str, language: str = HOUSE) -> str:
    return zones.spoken_moment(value, zone, language)


def day(value: datetime, zone: str) -> str:
    return zones.spoken_date(value, zone)


def hour(value: datetime, zone: str) -> str:
    return zones.spoken_time(value, zone)


def utc(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def plural(number: int, one: str, many: str = "") -> str:
    """A number with its word: 1 place, 3 places."""
    return f"{number} {one if number == 1 else many or one + 's'}"


class Globals(ChainMap[str, Any]):
    """What all templates know, and this one besides. Jinja asks for the names at each import of a part, five times a
    page: where a template has none of its own, those of the environment are looked up, not gone through."""

    def keys(self) -> KeysView[str]:
        own, common = self.maps
        return super().keys() if own else cast(dict[str, Any], common).keys()


class Environment(flask.templating.Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> Globals:
        return Globals({} if d is None else d, self.globals)


def init_app(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        _=str,  # a sentence as it stands; on a page in another language (speech.page_in) the same in that one
        asset=asset,
        picture=event_picture,
        places_picture=places_picture,
        is_development=app.config["DEVELOPMENT"],
    )
    app.jinja_env.filters.update(
        box=box,
        markdown=markdown,
        day=day,
        venue=venue,
        whereabouts=whereabouts,
        when=when,
        when_in=when_in,
        moment=moment,
        hour=hour,
        utc=utc,
        plural=plural,
        opening=lambda event: opening(event, clock.now()),
    )
    app.context_processor(lambda: {"desk": g.get("desk")})
