"""Who was not at a session, and what they are sent the day after: the note, and what was decided."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from convene.circles import queries, talk_letters
from convene.circles.models import HOLDING, CircleSession, Member, Note, Skip
from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.mail.models import OutgoingMail
from convene.signups.models import Attendance, Signup

KIND = "circle_missed"
AFTER = timedelta(hours=18)  # so that whoever writes the note can sleep over it
UNTIL = timedelta(days=7)
CAME, AWAY = ("attended", "part"), ("no_show", "excused")


def sessions_due(now: datetime) -> list[int]:
    """Sessions that were over yesterday or some days ago, and of which there is something to tell."""
    rows = select(Event.id).join(CircleSession, CircleSession.event_id == Event.id)
    rows = rows.outerjoin(Note, Note.event_id == Event.id).where(Event.state == "published")
    rows = rows.where(Event.ends_at <= now - AFTER, Event.ends_at > now - UNTIL)
    rows = rows.where(or_(CircleSession.decided != "", Note.words != ""))
    return list(db.session.scalars(rows.order_by(Event.id)))


def absent(event: Event) -> list[Member]:
    """Members of that time who did not come: they said so, gave their place back, or were marked so.

    With a place and unmarked is unknown, and counts as there: nobody is told what they have seen themselves.
    """
    members = [
        one
        for one in queries.members(event.circle_id or 0)
        if (one.joined_at or one.started_at) < event.starts_at
    ]
    rows = select(Signup.person_id, Signup.state, Attendance.state).outerjoin(Attendance)
    rows = rows.where(Signup.event_id == event.id)
    known = {person: (str(state), marked) for person, state, marked in db.session.execute(rows)}
    said = set(db.session.scalars(select(Skip.person_id).where(Skip.event_id == event.id)))
    found = []
    for one in members:
        state, marked = known.get(one.person_id, ("cancelled", None))
        if was_away(state, marked, one.person_id in said):
            found.append(one)
    return found


def without_a_word(event_ids: Iterable[int]) -> dict[int, set[int]]:
    """By session the members of that time who were marked as not there, and had not said before that they could not."""
    since = func.coalesce(Member.joined_at, Member.started_at)
    rows = select(Event.id, Member.id).join(Member, Member.circle_id == Event.circle_id)
    rows = rows.join(Signup, (Signup.event_id == Event.id) & (Signup.person_id == Member.person_id))
    rows = rows.join(Attendance, Attendance.signup_id == Signup.id)
    rows = rows.where(
        Event.id.in_(list(event_ids)),
        Attendance.state == "no_show",
        Member.state.in_(HOLDING),
        since < Event.starts_at,
    )
    found: dict[int, set[int]] = {}
    for event_id, member_id in db.session.execute(rows):
        found.setdefault(event_id, set()).add(member_id)
    return found


def was_away(state: str, marked: str | None, said_so: bool) -> bool:
    if marked in CAME:
        return False
    return marked in AWAY or said_so or state != "confirmed"


def tell(event_id: int, now: datetime) -> int:
    """One letter to each who missed it, once; returns how many. It follows the choice that they made for posts."""
    event = db.session.get_one(Event, event_id)
    own, note = (
        db.session.get(CircleSession, event_id),
        db.session.scalar(select(Note).where(Note.event_id == event_id)),
    )
    members = [one for one in absent(event) if one.delivery != "none" and one.person.reachable]
    told = told_before(event_id, members)
    whole = select(Member).where(Member.id.in_([one.id for one in members if one.id not in told]))
    posted = 0
    for member in db.session.scalars(whole.options(joinedload(Member.circle)).order_by(Member.id)).all():
        letter = talk_letters.missed(
            member, event, note.words if note else "", own.decided if own else "", now
        )
        made = outbox.post(
            letter,
            key=key(event_id, member.id),
            now=now,
            organisation_id=event.organisation_id,
            person_id=member.person_id,
        )
        posted += made is not None
    return posted


def key(event_id: int, member_id: int) -> str:
    return f"{KIND}:{event_id}:{member_id}"


def told_before(event_id: int, members: Sequence[Member]) -> set[int]:
    keys = {key(event_id, one.id): one.id for one in members}
    found = db.session.scalars(select(OutgoingMail.key).where(OutgoingMail.key.in_(keys)))
    return {keys[one] for one in found}
