"""An event as its calendar entry: what the public download, the feed and a person's invite share."""

from datetime import datetime

from flask import current_app

from convene import links
from convene.calendar.invite import Entry
from convene.events.models import Event
from convene.mail.message import sender_address


def entry(
    event: Event, *, sequence: int | None = None, stamp: datetime | None = None, has_place: bool = False
) -> Entry:
    """The calendar entry; the online address is in it only for a person who has a place."""
    online = event.format == "online"
    url = links.event(event.slug)
    words = [event.summary, f"Everything about it: {url}"]
    if has_place and event.online_url:
        words.append(f"Join here: {event.online_url}")
    return Entry(
        uid=event.uid,
        sequence=event.sequence if sequence is None else sequence,
        stamp=stamp or event.revised_at,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        title=event.title,
        description="\n\n".join(word for word in words if word),
        location="Online" if online else event.venue,
        url=url,
        conference_url=event.online_url if has_place and online and event.online_url else None,
        organiser_name=event.organisation.name,
        organiser_address=sender_address(current_app.config["MAIL_FROM"]),
        called_off=event.state == "called_off",
        created_at=event.created_at,
    )
