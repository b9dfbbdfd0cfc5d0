"""Events made from one pattern: drafts of the same evening on every date of a rhythm, each then an event of its own."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from convene.calendar import zones
from convene.calendar.rhythm import BadRhythm, Every, Rhythm
from convene.events import actions
from convene.events.models import Event, Series
from convene.events.queries import WITH_HOST
from convene.extensions import db

MOST = 52  # dates made at once: a year of weeks
SHOWN = 6  # further dates on an event's page
# How a host says it, and what it is: the weekday and the day are those of the event itself.
PATTERNS: dict[str, tuple[str, Every, int]] = {
    "week": ("Every week", Every.WEEK, 1),
    "fortnight": ("Every second week", Every.WEEK, 2),
    "month": ("Every month, on the same weekday (such as the second Tuesday)", Every.MONTH_ON_WEEKDAY, 1),
    "month_end": ("Every month, on the last such weekday", Every.MONTH_ON_LAST_WEEKDAY, 1),
    "month_day": ("Every month, on the same day of the month", Every.MONTH_ON_DAY, 1),
}


class NotOnIt(Exception):
    """The event's own date is not one of this pattern: it is not the last such weekday of its month."""


class InSeries(Exception):
    """The event is in a series already, or is a circle's session, whose dates the circle makes."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The starts to come, as moments; `left_out`: local days on which the clocks go forward over the hour."""

    starts: tuple[datetime, ...]
    left_out: tuple[datetime, ...] = ()


def dates(event: Event, pattern: str, more: int, now: datetime) -> Dates:
    """So many dates after the event's own, at the same wall time; those in the past are passed over. Raises NotOnIt."""
    _, every, interval = PATTERNS[pattern]
    first = zones.local(event.starts_at, event.zone).replace(tzinfo=None)
    try:
        found = Rhythm(every, interval, count=min(more, MOST) + 1).starts(first)[1:]
    except BadRhythm:
        raise NotOnIt from None
    starts, left_out = [], []
    for local in found:
        try:
            start = zones.utc(local, event.zone)
        except zones.NoSuchTime:
            left_out.append(local)
            continue
        if start > now:
            starts.append(start)
    return Dates(tuple(starts), tuple(left_out))


def make(event: Event, pattern: str, more: int, now: datetime) -> list[Event]:
    """A draft for each date, with all that is set for this event. Raises InSeries, NotOnIt."""
    if event.series_id is not None or event.circle_id is not None:
        raise InSeries
    found = dates(event, pattern, more, now)
    series = Series(
        organisation_id=event.organisation_id,
        pattern=json.dumps({"pattern": pattern, "more": more, "first": event.starts_at.isoformat()}),
        created_at=now,
    )
    db.session.add(series)
    db.session.flush()
    event.series_id = series.id
    made = [actions.copy(event, start, now) for start in found.starts]
    for one in made:
        one.series_id = series.id
    db.session.flush()
    return made


def of(event: Event) -> Sequence[Event]:
    """Every event of the series of this one, the soonest first."""
    if event.series_id is None:
        return []
    mine = WITH_HOST.where(Event.series_id == event.series_id, Event.organisation_id == event.organisation_id)
    return db.session.scalars(mine.order_by(Event.starts_at, Event.id)).all()


def publish_all(event: Event, now: datetime) -> int:
    """Publish every draft of the series that is to come; returns how many. Raises actions.NobodyAnswersForData."""
    drafts = [one for one in of(event) if one.state == "draft" and one.starts_at > now]
    for one in drafts:
        actions.publish(one, now)
    return len(drafts)


def further_dates(event: Event, now: datetime) -> Sequence[Event]:
    """Other dates of its series that anybody may sign up to, for the event's page."""
    if event.series_id is None:
        return []
    rows = select(Event).where(Event.series_id == event.series_id, Event.id != event.id, Event.listed)
    rows = rows.where(Event.state == "published", Event.starts_at > now)
    return db.session.scalars(rows.order_by(Event.starts_at, Event.id).limit(SHOWN)).all()
