"""Actions of a circle: said, taken on, done or let go, and carried to the next agenda until then."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from convene.circles import carrying
from convene.circles.models import Action
from convene.events.models import Event
from convene.extensions import db

MOST_OPEN = 40


class TooMany(Exception):
    """A circle has MOST_OPEN actions open: some are done, or let go, before another is noted."""


class Overtaken(Exception):
    """Somebody else changed this action since the page was shown."""


def of_circle(circle_id: int) -> Sequence[Action]:
    """Every action with its owner: open ones first, by due day."""
    rows = select(Action).where(Action.circle_id == circle_id).options(joinedload(Action.owner))
    found = db.session.scalars(rows).all()
    return sorted(
        found,
        key=lambda one: (one.closed_at is not None, one.due_on is None, one.due_on or date.max, one.id),
    )


def one(circle_id: int, action_id: int) -> Action | None:
    return db.session.scalar(select(Action).where(Action.circle_id == circle_id, Action.id == action_id))


def locked(circle_id: int, action_id: int) -> Action | None:
    """So that two who change it at once are put one after the other."""
    rows = select(Action).where(Action.circle_id == circle_id, Action.id == action_id).with_for_update()
    return db.session.scalar(rows, execution_options={"populate_existing": True})


def on_agenda(event: Event, previous: datetime | None) -> list[Action]:
    """What the agenda of this session looks at; `previous` is when the session before it began."""
    assert event.circle_id is not None
    rows = select(Action).where(Action.circle_id == event.circle_id, Action.created_at < event.starts_at)
    if previous is not None:
        rows = rows.where(or_(Action.closed_at.is_(None), Action.closed_at >= previous))
    rows_of = {action.id: action for action in db.session.scalars(rows.options(joinedload(Action.owner)))}
    found = carrying.carried([promise(action) for action in rows_of.values()], event.starts_at, previous)
    return [rows_of[one_.id] for one_ in found]


def promise(action: Action) -> carrying.Promise:
    return carrying.Promise(
        action.id, action.state, action.owner_id, action.due_on, action.created_at, action.closed_at
    )


def add(
    circle_id: int,
    words: str,
    author_id: int | None,
    now: datetime,
    *,
    owner_id: int | None = None,
    due_on: date | None = None,
    event_id: int | None = None,
    question_id: int | None = None,
) -> Action:
    """Raises TooMany."""
    mine = (Action.circle_id == circle_id, Action.closed_at.is_(None))
    if (db.session.scalar(select(func.count(Action.id)).where(*mine)) or 0) >= MOST_OPEN:
        raise TooMany
    action = Action(
        circle_id=circle_id,
        words=words,
        author_id=author_id,
        created_at=now,
        due_on=due_on,
        event_id=event_id,
        question_id=question_id,
        state="proposed",
    )
    own(action, owner_id, now)
    db.session.add(action)
    db.session.flush()
    return action


def own(action: Action, owner_id: int | None, now: datetime) -> None:
    """Somebody takes it on, or gives it back for another to take."""
    if owner_id != action.owner_id:
        action.owner_id, action.owned_at = owner_id, now if owner_id else None
    if owner_id is None and action.state in ("owned", "doing"):
        action.state = "proposed"
    elif owner_id is not None and action.state == "proposed":
        action.state = "owned"


def put(action: Action, state: str, reason: str, now: datetime) -> None:
    """Into another state. Raises carrying.NeedsReason, carrying.NeedsOwner."""
    carrying.may_become(state, action.owner_id, reason)
    action.state, action.reason = state, reason
    if state in carrying.CLOSED:
        action.closed_at = action.closed_at or now
    else:
        action.closed_at = None
    if state == "proposed":
        action.owner_id, action.owned_at = None, None


def change(action: Action, revision: int) -> None:
    """Raises Overtaken unless it stands as it was shown; counts the change."""
    if action.revision != revision:
        raise Overtaken
    action.revision += 1
