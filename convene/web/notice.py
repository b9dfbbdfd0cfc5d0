"""An event as a poster and as a share picture: made in a process of its own, and kept while it is asked for."""

import hashlib
from datetime import timedelta
from functools import lru_cache
from threading import Lock

from convene import aside, links
from convene.calendar import zones
from convene.events.models import Event
from convene.events.place import whereabouts
from convene.paper.colours import LAMP
from convene.paper.notice import Notice

DRAWN = "2"  # raised when the same words are drawn otherwise
PATIENCE = timedelta(seconds=10)
one_at_a_time = Lock()


class Busy(Exception):
    """Other pictures are being made; ask again in a moment."""


def notice(event: Event) -> Notice:
    """What anybody may read of it; of a place that is hidden, only that it comes with a place."""
    host = event.organisation
    return Notice(
        title=event.title,
        when=zones.spoken(event.starts_at, event.ends_at, event.zone),
        where=whereabouts(event),
        host=f"{event.host_name}, {host.name}" if event.host_name else host.name,
        url=links.event(event.slug),
        summary=event.summary,
        accent=host.accent or LAMP,
    )


def revision(event: Event) -> str:
    """12 letters that are others as soon as the picture would be."""
    return hashlib.sha256(f"{DRAWN}{notice(event)!r}".encode()).hexdigest()[:12]


@lru_cache(maxsize=24)
def kept_picture(words: Notice) -> bytes:
    return bytes(aside.run("convene.paper.picture:png", words))


def picture(event: Event) -> bytes:
    """The share picture, PNG. One process at a time draws, whoever asks for how many. Raises Busy, aside.Aside."""
    if not one_at_a_time.acquire(timeout=PATIENCE.total_seconds()):
        raise Busy
    try:
        return kept_picture(notice(event))
    finally:
        one_at_a_time.release()


def poster(event: Event) -> bytes:
    """The poster, one page of A4 as PDF. Raises aside.Aside."""
    return bytes(aside.run("convene.paper.poster:pdf", notice(event)))
