"""An event as its calendar entry: what the public download, the feed and a person's invite share."""

from dataclasses import replace
from datetime import datetime

from flask import current_app

from convene import links
from convene.calendar.invite import Entry
from convene.events.models import Event
from convene.events.place import venue
from convene.mail.message import sender_address

DISCREET = "Your booking"  # in a calendar, and as the subject of a letter


def entry(
    event: Event,
    *,
    sequence: int | None = None,
    stamp: datetime | None = None,
    has_place: bool = False,
    join_url: str = "",
) -> Entry:
    """The calendar entry; `join_url` is the person's own way in, and never the address of the room itself."""
    url = links.event(event.slug)
    words = [event.summary, f"Everything about it: {url}"]
    if join_url:
        words.append(f"Join here: {join_url}")
    return Entry(
        uid=event.uid,
        sequence=event.sequence if sequence is None else sequence,
        stamp=stamp or event.revised_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        title=event.title,
        description="\n\n".join(word for word in words if word),
        location="Online" if join_url else venue(event, has_place),
        url=url,
        conference_url=join_url or None,
        organiser_name=event.organisation.name,
        organiser_address=sender_address(current_app.config["MAIL_FROM"]),
        called_off=event.state == "called_off",
        created_at=event.created_at,
    )


def booking(
    event: Event,
    *,
    sequence: int | None = None,
    stamp: datetime | None = None,
    has_place: bool = False,
    join_url: str = "",
) -> Entry:
    """The entry in one person's own calendar: of a discreet event it tells whoever looks over a shoulder nothing."""
    whole = entry(event, sequence=sequence, stamp=stamp, has_place=has_place, join_url=join_url)
    if not event.discreet:
        return whole
    words = f"Join here: {join_url}" if join_url else ""
    return replace(whole, title=DISCREET, description=words, url=links.line_up())
