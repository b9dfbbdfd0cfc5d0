"""When people may sign up by themselves: from a moment on, up to another; an organiser adds people at any time."""

from datetime import datetime

from convene.events.models import Event


def opening(event: Event, now: datetime) -> str:
    """`before` it opens, `open`, `closed` while the event is still to come, or `over` (also if it is not published)."""
    if event.state != "published" or event.ends_at <= now:
        return "over"
    if event.signup_opens_at is not None and now < event.signup_opens_at:
        return "before"
    if event.signup_closes_at is not None and now >= event.signup_closes_at:
        return "closed"
    return "open"
