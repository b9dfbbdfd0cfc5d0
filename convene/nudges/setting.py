"""A host's wishes for a rule, kept and taken back: for all that it does, for one event or for one circle."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from convene.access import audit
from convene.circles.models import Circle
from convene.events.models import Event
from convene.extensions import db
from convene.nudges import finding
from convene.nudges.models import NudgeSetting
from convene.nudges.rules.base import Timing
from convene.nudges.rules.registry import OF, checked
from convene.nudges.settings import Settings

LATELY = timedelta(days=21)  # since an event of which a letter may still come
MOST = 60  # events to choose from


@dataclass(frozen=True, slots=True)
class Wish:
    """What a host chose on the page; all of it holds there from now on."""

    on: bool
    away: timedelta
    again: bool
    words: str


def here(organisation_id: int) -> Settings:
    return of_host(finding.settings(), organisation_id)


def of_host(whole: Settings, organisation_id: int) -> Settings:
    return Settings({place: one for place, one in whole.rows.items() if place[1] == organisation_id})


def key(kind: str, organisation_id: int, event_id: int | None, circle_id: int | None) -> str:
    return f"{kind}:{organisation_id}:{event_id or 0}:{circle_id or 0}"


def row(kind: str, organisation_id: int, event_id: int | None, circle_id: int | None) -> NudgeSetting | None:
    mine = NudgeSetting.key == key(kind, organisation_id, event_id, circle_id)
    return db.session.scalar(select(NudgeSetting).where(mine))


def apart(organisation_id: int) -> Sequence[tuple[str, str, dict[str, int]]]:
    """What is set for one event or circle alone: (kind, its title, how its page is asked for)."""
    rows = select(NudgeSetting, Event.title, Circle.title)
    rows = rows.outerjoin(Event, Event.id == NudgeSetting.event_id)
    rows = rows.outerjoin(Circle, Circle.id == NudgeSetting.circle_id)
    rows = rows.where(NudgeSetting.organisation_id == organisation_id)
    rows = rows.where(or_(NudgeSetting.event_id.is_not(None), NudgeSetting.circle_id.is_not(None)))
    found = []
    for one, event, circle in db.session.execute(rows.order_by(NudgeSetting.id)):
        asked = {"event": one.event_id} if one.event_id else {"circle": one.circle_id or 0}
        found.append((one.rule, event or circle or "", asked))
    return found


def events_near(organisation_id: int, now: datetime) -> Sequence[tuple[int, str, datetime, str]]:
    """Number, title, start and zone of events of which a letter may still come."""
    rows = select(Event.id, Event.title, Event.starts_at, Event.zone).order_by(Event.starts_at, Event.id)
    rows = rows.where(Event.organisation_id == organisation_id, Event.state != "called_off")
    rows = rows.where(Event.ends_at > now - LATELY).limit(MOST)
    return [(id_, title, at, zone) for id_, title, at, zone in db.session.execute(rows)]


def circles_of(organisation_id: int) -> Sequence[tuple[int, str]]:
    rows = select(Circle.id, Circle.title).where(Circle.organisation_id == organisation_id)
    rows = rows.where(Circle.state != "ended").order_by(Circle.title)
    return [(id_, title) for id_, title in db.session.execute(rows)]


def keep(
    kind: str,
    organisation_id: int,
    event_id: int | None,
    circle_id: int | None,
    wish: Wish,
    actor: str,
    now: datetime,
) -> None:
    """Raises OutOfBounds. What is held already is judged by it when it is looked at next."""
    checked(kind, Timing(wish.on, wish.away))
    found = row(kind, organisation_id, event_id, circle_id)
    if found is None:
        found = NudgeSetting(
            key=key(kind, organisation_id, event_id, circle_id),
            organisation_id=organisation_id,
            event_id=event_id,
            circle_id=circle_id,
            rule=kind,
        )
        db.session.add(found)
    found.on, found.words = wish.on, wish.words
    found.away_minutes = int(wish.away.total_seconds()) // 60
    found.again = wish.again if OF[kind].timing.again else None
    found.changed_at, found.changed_by = now, actor
    db.session.flush()
    audit.record(organisation_id, actor, "nudges.set", f"rule:{kind}", now)


def forget(
    kind: str, organisation_id: int, event_id: int | None, circle_id: int | None, actor: str, now: datetime
) -> None:
    found = row(kind, organisation_id, event_id, circle_id)
    if found is not None:
        db.session.delete(found)
        audit.record(organisation_id, actor, "nudges.usual", f"rule:{kind}", now)
