"""Reading what was decided about nudges, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.events.models import Event
from convene.extensions import db
from convene.nudges.models import Nudge
from convene.nudges.rules.registry import RULES
from convene.people.models import Person, Role

UNSEEN = [rule.kind for rule in RULES if rule.private]

ANSWERED_ON_A_PAGE = ("thank_you", "did_you_meet", "plan")


def of_event(event_id: int) -> Sequence[Nudge]:
    """Every decision about this event's nudges with its person, in the order they were taken.

    Less those that would tell a host who found somebody.
    """
    rows = select(Nudge).where(Nudge.event_id == event_id, Nudge.rule.not_in(UNSEEN))
    rows = rows.options(joinedload(Nudge.person))
    return db.session.scalars(rows.order_by(Nudge.id)).all()


def reasons(keys: Iterable[str]) -> dict[str, str]:
    """Why each of these nudges was sent, by its key."""
    rows = select(Nudge.key, Nudge.reason).where(Nudge.key.in_(list(keys)))
    return {key: reason for key, reason in db.session.execute(rows)}


def withheld(person_id: int, since: datetime) -> Sequence[Nudge]:
    """This person's nudges that were not sent, with their events, the newest first."""
    rows = select(Nudge).where(Nudge.person_id == person_id, Nudge.decided_at >= since)
    rows = rows.where(Nudge.state.in_(("stopped", "expired"))).options(joinedload(Nudge.event))
    return db.session.scalars(rows.order_by(Nudge.id.desc()).limit(50)).all()


def unanswered(person_id: int, since: datetime) -> Sequence[Nudge]:
    """What was asked of this person about events that ended since then, and not answered, with its event."""
    rows = select(Nudge).join(Event, Event.id == Nudge.event_id).options(joinedload(Nudge.event))
    rows = rows.where(Nudge.person_id == person_id, Nudge.state == "sent", Nudge.rule.in_(ANSWERED_ON_A_PAGE))
    return db.session.scalars(rows.where(Event.ends_at > since).order_by(Nudge.id.desc()).limit(10)).all()


def asks_whether_still_true(person_id: int, since: datetime) -> bool:
    """Whether this person was asked since then, and has not looked at it."""
    rows = select(Nudge.id).where(Nudge.person_id == person_id, Nudge.rule == "still_true")
    rows = rows.where(Nudge.state == "sent", Nudge.decided_at > since).limit(1)
    return db.session.scalar(rows) is not None


def kinds_for(person: Person) -> list[str]:
    """The kinds of nudge that this person may ever get, and so may stop."""
    hosts = db.session.scalar(select(Role.id).where(Role.person_id == person.id).limit(1)) is not None
    return [rule.kind for rule in RULES if hosts or not rule.for_hosts]
