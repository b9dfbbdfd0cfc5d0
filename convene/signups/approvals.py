"""Where the host answers each who asks to come: yes gives a place or one in line, no is said kindly and once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.people.models import Person, Role
from convene.signups import letters, queries
from convene.signups.actions import lock_signup, refuse_unless_open
from convene.signups.line import seat
from convene.signups.models import Signup
from convene.signups.posting import post, take_back_reminders, thread

PATIENCE = timedelta(
    hours=24
)  # of silence, before the host is reminded; and again, as long as somebody waits
NEAR = timedelta(hours=48)  # from here on half a day of silence is long
PATIENCE_NEAR = timedelta(hours=12)


class Answered(Exception):
    """They were answered by somebody else meanwhile, or went away by themselves."""


def asking(event_id: int) -> Sequence[Signup]:
    """Those who wait for the host's answer, who asked first first."""
    rows = select(Signup).where(
        Signup.event_id == event_id, Signup.state == "waitlisted", Signup.needs_answer
    )
    return db.session.scalars(rows.options(joinedload(Signup.person)).order_by(Signup.queue_number)).all()


def answer_yes(signup_id: int, now: datetime) -> Signup:
    """A place if one is free and nobody waits for it, else they stand in line where they asked.

    Raises Answered, actions.NotOpen, actions.PlaceGone.
    """
    signup = waiting_for_answer(signup_id, now)
    free = queries.places(signup.event).of(signup.attends_online).open_to_new
    signup.needs_answer = False
    if free:
        seat(signup, now)
    else:
        db.session.flush()
        post(letters.waitlisted(signup, queries.ahead(signup)), signup, now, replaces=("asked",))
    return signup


def answer_no(signup_id: int, now: datetime) -> Signup:
    """The host's no: it is not asked for again, and only the host can take it back. Raises as `answer_yes`."""
    signup = waiting_for_answer(signup_id, now)
    signup.state, signup.cancelled_at, signup.queue_number = "cancelled", now, None
    take_back_reminders([signup.person_id])
    outbox.drop_unsent(thread(signup), ("asked",), "the host answered before this left")
    post(letters.not_this_time(signup), signup, now)
    return signup


def waiting_for_answer(signup_id: int, now: datetime) -> Signup:
    signup = lock_signup(signup_id)
    refuse_unless_open(signup.event, now)
    if signup.state != "waitlisted" or not signup.needs_answer:
        raise Answered
    return signup


def unanswered(now: datetime) -> Sequence[tuple[int, int]]:
    """(event id, how many) where somebody has waited too long for the host's answer, at events still to come."""
    rows = select(Event.id, func.count()).join(Signup, Signup.event_id == Event.id)
    rows = rows.where(Event.state == "published", Event.starts_at > now)
    rows = rows.where(Signup.state == "waitlisted", Signup.needs_answer)
    late = func.min(Signup.started_at) <= now - PATIENCE_NEAR
    found = db.session.execute(rows.group_by(Event.id).having(late).order_by(Event.id)).all()
    return [(event_id, number) for event_id, number in found]


def patience(event: Event, now: datetime) -> timedelta:
    return PATIENCE_NEAR if event.starts_at - now <= NEAR else PATIENCE


def remind(event_id: int, now: datetime) -> int:
    """Write to those who can answer, once in each span of patience; returns to how many.

    The key holds which span it is, counted from the first who waits: a repeat of the job posts nothing.
    """
    event, waiting = db.session.get_one(Event, event_id), asking(event_id)
    span = patience(event, now)
    times = (now - min(one.started_at for one in waiting)) // span if waiting else 0
    if not times:
        return 0
    hosts = hosts_of(event)
    for person in hosts:
        outbox.post(
            letters.answers_wanted(event, person, len(waiting)),
            key=f"answers:{event.id}:{person.id}:{int(span.total_seconds())}:{times}",
            now=now,
            organisation_id=event.organisation_id,
            event_id=event.id,
            person_id=person.id,
        )
    return len(hosts)


def hosts_of(event: Event) -> Sequence[Person]:
    """Who may answer for this event: its owners and organisers, and whoever hosts it."""
    rows = select(Person).join(Role, Role.person_id == Person.id)
    rows = rows.where(Person.organisation_id == event.organisation_id, Person.address_typed.is_not(None))
    rows = rows.where((Role.kind.in_(("owner", "organiser"))) | (Role.event_id == event.id))
    return db.session.scalars(rows.distinct().order_by(Person.id)).all()
