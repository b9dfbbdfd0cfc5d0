"""Finding challenges, circles, who is in them and their sessions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only

from convene.circles.models import (
    HOLDING,
    Agreement,
    Challenge,
    Circle,
    CircleSession,
    Learning,
    Member,
    Skip,
)
from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person
from convene.people.queries import reads_mail_at

# Of each what a list shows.
GATHERING = (
    select(Circle)
    .join(Circle.challenge)
    .options(load_only(Circle.slug, Circle.title), joinedload(Circle.challenge).load_only(Challenge.question))
)
GATHERING = GATHERING.where(Circle.state.in_(("forming", "open")), Challenge.state == "open")
GATHERING = GATHERING.order_by(Circle.id)  # written out once, as in events.queries
WHOLE = (joinedload(Circle.challenge), joinedload(Circle.organisation), joinedload(Circle.host))
LIVE = ("forming", "open", "resting")


def gathering() -> Sequence[Circle]:
    """Circles that people can find, as a list shows them: forming or open, around a challenge that is open."""
    return db.session.scalars(GATHERING).all()


def public(slug: str) -> Circle | None:
    """Any circle by its address, with its challenge and host."""
    return db.session.scalar(select(Circle).where(Circle.slug == slug).options(*WHOLE))


def one(circle_id: int) -> Circle | None:
    return db.session.get(Circle, circle_id)


def challenge(slug: str) -> Challenge | None:
    return db.session.scalar(select(Challenge).where(Challenge.slug == slug))


def challenges(organisation_id: int) -> Sequence[Challenge]:
    rows = select(Challenge).where(Challenge.organisation_id == organisation_id)
    return db.session.scalars(rows.order_by(Challenge.title, Challenge.id)).all()


def of_challenge(challenge_id: int) -> Sequence[Circle]:
    """The circles that work or worked on it, those that go on first."""
    rows = (
        select(Circle).where(Circle.challenge_id == challenge_id).order_by(Circle.state == "ended", Circle.id)
    )
    return db.session.scalars(rows).all()


def for_org(organisation_id: int) -> Sequence[Circle]:
    rows = (
        select(Circle).where(Circle.organisation_id == organisation_id).options(joinedload(Circle.challenge))
    )
    return db.session.scalars(rows.order_by(Circle.state == "ended", Circle.title, Circle.id)).all()


def one_for_org(organisation_id: int, circle_id: int) -> Circle | None:
    rows = select(Circle).where(Circle.id == circle_id, Circle.organisation_id == organisation_id)
    return db.session.scalar(rows.options(*WHOLE))


def challenge_for_org(organisation_id: int, challenge_id: int) -> Challenge | None:
    rows = select(Challenge).where(Challenge.id == challenge_id, Challenge.organisation_id == organisation_id)
    return db.session.scalar(rows)


def locked(circle_id: int) -> Circle:
    """The circle under its row lock, read anew: under it places are given and the series is numbered."""
    rows = select(Circle).where(Circle.id == circle_id).with_for_update()
    return db.session.scalars(rows, execution_options={"populate_existing": True}).one()


# Members


def member(member_id: int) -> Member | None:
    """A member with their person, circle and its host organisation."""
    whole = (
        joinedload(Member.person),
        joinedload(Member.circle).joinedload(Circle.organisation),
        joinedload(Member.circle).joinedload(Circle.challenge),
    )
    return db.session.scalar(select(Member).where(Member.id == member_id).options(*whole))


def member_locked(member_id: int) -> Member | None:
    """A member under the lock of their circle's row, both read anew."""
    circle_id = db.session.scalar(select(Member.circle_id).where(Member.id == member_id))
    if circle_id is None:
        return None
    locked(circle_id)
    rows = select(Member).where(Member.id == member_id).options(joinedload(Member.person))
    return db.session.scalar(rows, execution_options={"populate_existing": True})


def of_person(circle_id: int, person_id: int) -> Member | None:
    return db.session.scalar(
        select(Member).where(Member.circle_id == circle_id, Member.person_id == person_id)
    )


def at_address(address: str) -> list[int]:
    """Those who read mail at this address and are in a circle of any host, wait or ask; in the order of locking."""
    rows = select(Member.id).join(Person, Person.id == Member.person_id).where(reads_mail_at([address]))
    rows = rows.where(Member.state.in_((*HOLDING, "waiting", "asked")))
    return list(db.session.scalars(rows.order_by(Member.circle_id, Member.id)))


def members(circle_id: int, *states: str) -> Sequence[Member]:
    """Those in these states (else those who are in it), the line in order, others by name."""
    rows = select(Member).join(Person, Person.id == Member.person_id).options(joinedload(Member.person))
    rows = rows.where(Member.circle_id == circle_id, Member.state.in_(states or HOLDING))
    return db.session.scalars(rows.order_by(Member.queue_number, func.lower(Person.name), Member.id)).all()


def counts(circle_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many are in each state, by circle."""
    found: dict[int, dict[str, int]] = {circle_id: {} for circle_id in circle_ids}
    rows = select(Member.circle_id, Member.state, func.count()).where(Member.circle_id.in_(circle_ids))
    for circle_id, state, number in db.session.execute(rows.group_by(Member.circle_id, Member.state)):
        found[circle_id][state] = number
    return found


def taken(circle_id: int) -> int:
    rows = select(func.count()).where(Member.circle_id == circle_id, Member.state.in_(HOLDING))
    return db.session.scalar(rows) or 0


def before(member: Member) -> int:
    """How many wait before them."""
    if member.queue_number is None:
        return 0
    rows = select(func.count()).where(Member.circle_id == member.circle_id, Member.state == "waiting")
    return db.session.scalar(rows.where(Member.queue_number < member.queue_number)) or 0


def agreement(circle_id: int) -> Agreement | None:
    """The newest wording, or none where nothing is agreed."""
    rows = select(Agreement).where(Agreement.circle_id == circle_id)
    return db.session.scalar(rows.order_by(Agreement.version.desc()).limit(1))


def learning(circle_id: int) -> Learning | None:
    return db.session.get(Learning, circle_id)


# Sessions


def in_order(circle_id: int) -> Select[CircleSession]:
    rows = select(CircleSession).join(Event, Event.id == CircleSession.event_id)
    rows = rows.where(CircleSession.circle_id == circle_id, Event.state != "draft")
    rows = rows.options(contains_eager(CircleSession.event), joinedload(CircleSession.host))
    return rows.order_by(Event.starts_at, Event.id)


def sessions(circle_id: int) -> Sequence[CircleSession]:
    """Every session with its event, in the order in which they take place; drafts are not among them."""
    return db.session.scalars(in_order(circle_id)).all()


def to_come(circle_id: int, now: datetime) -> list[CircleSession]:
    """Those that take place and are not over."""
    coming = in_order(circle_id).where(Event.state == "published", Event.ends_at > now)
    return list(db.session.scalars(coming))


def lately(circle_id: int, now: datetime, most: int) -> list[CircleSession]:
    """Those that are over, whatever became of them, the newest first."""
    over = in_order(circle_id).where(Event.ends_at <= now).order_by(None)
    return list(db.session.scalars(over.order_by(Event.starts_at.desc(), Event.id.desc()).limit(most)))


def ahead(circle_id: int, now: datetime, most: int) -> list[CircleSession]:
    """Those that are not over, on or off, the soonest first."""
    return list(db.session.scalars(in_order(circle_id).where(Event.ends_at > now).limit(most)))


def beside(circle_id: int, now: datetime) -> Sequence[Event]:
    """Events of this circle to come that are no sessions of its rhythm, or none yet: its drafts, and what it opened."""
    session = exists().where(CircleSession.event_id == Event.id)
    rows = select(Event).where(Event.circle_id == circle_id, Event.ends_at > now)
    rows = rows.where(or_(Event.state == "draft", and_(Event.state == "published", ~session)))
    return db.session.scalars(rows.order_by(Event.starts_at, Event.id).limit(20)).all()


def session_of(event_id: int) -> CircleSession | None:
    return db.session.get(CircleSession, event_id)


def names(circle_id: int) -> Sequence[str]:
    """What the calendar calls the sessions there are, drafts among them, the first one first."""
    rows = select(CircleSession.original).where(CircleSession.circle_id == circle_id)
    return db.session.scalars(rows.order_by(CircleSession.event_id)).all()


def skips(event_ids: Sequence[int]) -> dict[int, list[Person]]:
    """Who said beforehand that they cannot make each of these, by name."""
    found: dict[int, list[Person]] = {}
    rows = select(Skip.event_id, Person).join(Person, Person.id == Skip.person_id)
    rows = rows.where(Skip.event_id.in_(event_ids)).order_by(func.lower(Person.name), Person.id)
    for event_id, person in db.session.execute(rows):
        found.setdefault(event_id, []).append(person)
    return found


def skipped_by(person_id: int, circle_id: int) -> set[int]:
    """The sessions of this circle that this person skips."""
    rows = select(Skip.event_id).join(CircleSession, CircleSession.event_id == Skip.event_id)
    return set(
        db.session.scalars(rows.where(Skip.person_id == person_id, CircleSession.circle_id == circle_id))
    )
