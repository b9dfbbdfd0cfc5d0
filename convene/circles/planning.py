"""The agenda of one session: laid out from a template, changed part by part, and each stretch of it begun and ended.

Writing needs the event's row locked; whoever writes says which revision they saw, so that two hosts who change it at
once do not undo each other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from convene.circles import agenda
from convene.circles.dates import name_of
from convene.circles.models import AgendaPart, Circle, CircleSession
from convene.events.models import Event
from convene.extensions import db

MORE = timedelta(minutes=2)


class Overtaken(Exception):
    """Somebody else changed the agenda since the page was shown; how it stands now must be looked at first."""


class TooMany(Exception):
    """An agenda has at most so many parts (agenda.MOST_PARTS)."""


class Begun(Exception):
    """What has begun is not changed any more."""


# Reading


def parts(event_id: int) -> Sequence[AgendaPart]:
    rows = select(AgendaPart).where(AgendaPart.event_id == event_id)
    return db.session.scalars(rows.order_by(AgendaPart.position, AgendaPart.id)).all()


def value(row: AgendaPart) -> agenda.Part:
    return agenda.Part(
        row.kind, row.title, row.minutes, row.prompt, row.group_size or agenda.TOGETHER, row.rounds
    )


def session_of(event: Event) -> CircleSession | None:
    return db.session.get(CircleSession, event.id)


def on(found: Sequence[AgendaPart]) -> AgendaPart | None:
    """The part that was begun and not ended, whether or not its time is up."""
    return next((part for part in found if part.started_at and not part.ended_at), None)


def following(found: Sequence[AgendaPart]) -> AgendaPart | None:
    """The first part that nobody has begun."""
    return next((part for part in found if not part.started_at), None)


def step_of(part: AgendaPart) -> agenda.Step:
    """The stretch of a part that is on, or its last."""
    steps = agenda.steps(value(part))
    return steps[min(max(part.step, 1), len(steps)) - 1]


def mark(found: Sequence[AgendaPart]) -> str:
    """What a button of the running view was shown with: every press changes it, so of two only the first holds."""
    part, next_ = on(found), following(found)
    now = f"{part.id}.{part.step}.{int(part.ends_at.timestamp()) if part.ends_at else 0}" if part else "0.0.0"
    return f"{now}.{next_.id if next_ else 0}"


# Writing


def row_of(event: Event) -> CircleSession:
    """The session's own row, made where an event became a session without one."""
    found = session_of(event)
    if found is None:
        circle = db.session.get_one(Circle, event.circle_id)
        name = name_of(circle, event.starts_at)
        found = CircleSession(event_id=event.id, circle_id=circle.id, original=name)
        found.agenda_revision = 1
        db.session.add(found)
        db.session.flush()
    return found


def change(event: Event, revision: int) -> CircleSession:
    """Raises Overtaken unless the agenda stands as it was shown; counts the change."""
    session = row_of(event)
    if session.agenda_revision != revision:
        raise Overtaken
    session.agenda_revision += 1
    return session


def lay_out(event: Event, template: agenda.Template, revision: int) -> None:
    """Begin from a template, in place of what nobody has begun yet. Raises Overtaken."""
    change(event, revision)
    begun = [part for part in parts(event.id) if part.started_at]
    db.session.execute(
        delete(AgendaPart).where(AgendaPart.event_id == event.id, AgendaPart.started_at.is_(None))
    )
    minutes = round((event.ends_at - event.starts_at) / timedelta(minutes=1))
    for position, part in enumerate(agenda.fitted(template, minutes), start=len(begun) + 1):
        row = AgendaPart(event_id=event.id, position=position)
        put(row, part)
        db.session.add(row)
    db.session.flush()


def put(row: AgendaPart, part: agenda.Part) -> None:
    row.kind, row.title, row.prompt, row.minutes = part.kind, part.title, part.prompt, part.minutes
    row.group_size = part.group_size if part.group_size > agenda.ALONE else None
    row.rounds = part.rounds


def add(event: Event, part: agenda.Part, revision: int) -> AgendaPart:
    """A new last part. Raises Overtaken, TooMany."""
    change(event, revision)
    found = parts(event.id)
    if len(found) >= agenda.MOST_PARTS:
        raise TooMany
    row = AgendaPart(event_id=event.id, position=1 + max((one.position for one in found), default=0))
    put(row, part)
    db.session.add(row)
    db.session.flush()
    return row


def edit(event: Event, row: AgendaPart, part: agenda.Part, revision: int) -> None:
    """Raises Overtaken, Begun."""
    change(event, revision)
    if row.started_at:
        raise Begun
    put(row, part)


def remove(event: Event, row: AgendaPart, revision: int) -> None:
    """Raises Overtaken, Begun."""
    change(event, revision)
    if row.started_at:
        raise Begun
    db.session.delete(row)
    db.session.flush()


def earlier(event: Event, row: AgendaPart, revision: int) -> None:
    """One place up; the first that nobody has begun stays where it is. Raises Overtaken, Begun."""
    change(event, revision)
    if row.started_at:
        raise Begun
    found = [one for one in parts(event.id) if not one.started_at]
    at = found.index(row)
    if at:
        before = found[at - 1]
        row.position, before.position = before.position, row.position
        if row.position == before.position:  # from a time when two were added at once
            before.position += 1
    db.session.flush()


# Running it. Every press says how things stood where its button was (`mark`).


def as_shown(event: Event, shown: str) -> Sequence[AgendaPart]:
    found = parts(event.id)
    if mark(found) != shown:
        raise Overtaken
    return found


def go_on(event: Event, shown: str, now: datetime) -> AgendaPart | None:
    """The next stretch: of the part that is on, else the next part; none where that was the last. Raises Overtaken."""
    found = as_shown(event, shown)
    part = on(found)
    if part is not None and part.step < len(agenda.steps(value(part))):
        part.step += 1
        part.ends_at = now + timedelta(seconds=step_of(part).seconds)
        return part
    if part is not None:
        finish(part, now)
    next_ = following(found)
    if next_ is not None:
        next_.started_at, next_.step = now, 1
        next_.ends_at = now + timedelta(seconds=step_of(next_).seconds)
    return next_


def skip_to_next(event: Event, shown: str, now: datetime) -> AgendaPart | None:
    """End the part that is on with all its stretches, and begin the next. Raises Overtaken."""
    part = on(as_shown(event, shown))
    if part is not None:
        part.step = len(agenda.steps(value(part)))
    return go_on(event, mark(parts(event.id)), now)


def give_more(event: Event, shown: str, now: datetime) -> AgendaPart:
    """Two minutes more for the stretch that is on; from now, if its time is up already. Raises Overtaken."""
    part = on(as_shown(event, shown))
    if part is None:
        raise Overtaken
    part.ends_at = max(part.ends_at or now, now) + MORE
    return part


def finish(part: AgendaPart, now: datetime) -> None:
    part.ended_at = now
    part.ends_at = min(part.ends_at or now, now)
