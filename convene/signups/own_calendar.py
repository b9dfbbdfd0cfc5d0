"""A person's own calendar: which of their places it shows, and how, for one host."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import joinedload

from convene.calendar.invite import Entry
from convene.events.entry import booking
from convene.events.models import Event
from convene.events.queries import window
from convene.extensions import db
from convene.people.models import Person
from convene.signups import joining
from convene.signups.models import Signup
from convene.signups.uids import uid_of

OWNER = select(Person).where(Person.id == bindparam("person_id"), Person.state != "erased")
OWNER = OWNER.options(joinedload(Person.organisation))

# Whoever has or had a place. An offer or a number in line is no appointment, so neither is ever shown.
SHOWN = select(Signup).join(Signup.event).where(Signup.person_id == bindparam("person_id"))
SHOWN = SHOWN.where(or_(Signup.state == "confirmed", Signup.invite_sequence.is_not(None)))
SHOWN = SHOWN.where(Event.state.in_(("published", "called_off")))
SHOWN = SHOWN.where(Event.ends_at > bindparam("since"), Event.starts_at < bindparam("until"))
SHOWN = SHOWN.options(joinedload(Signup.event), joinedload(Signup.person)).order_by(
    Event.starts_at, Signup.id
)


@dataclass(frozen=True, slots=True)
class Showing:
    """One place as the person's calendar has it: live, or taken out."""

    event: Event
    live: bool
    uid: str
    sequence: int  # SEQUENCE is counted for each person, as in their invites
    stamp: datetime
    join_url: str

    def entry(self) -> Entry:
        """With the link to join for as long as the place is theirs."""
        shown = booking(
            self.event,
            sequence=self.sequence,
            stamp=self.stamp,
            has_place=self.live,
            join_url=self.join_url if self.live else "",
        )
        return replace(shown, uid=self.uid, called_off=not self.live)

    def mark(self) -> str:
        """All that the entry hangs on: the event's own facts change with its revision, which the stamp may hide."""
        return f"{self.event.id}:{self.event.revised_at}:{self.live}:{self.sequence}:{self.stamp}:{self.join_url}"


def owner(person_id: int, generation: int) -> Person | None:
    """The person whose calendar's address this is, unless it was given up for a new one."""
    person = db.session.scalar(OWNER, {"person_id": person_id})
    return person if person is not None and person.calendar_generation == generation else None


def showings(person_id: int, now: datetime) -> Sequence[Showing]:
    """Their places from 90 days back to 18 months ahead; what they left or was called off stays in, taken out."""
    found = db.session.scalars(SHOWN, {"person_id": person_id, **window(now)})
    return [showing(signup) for signup in found]


def showing(signup: Signup) -> Showing:
    event = signup.event
    moments = (event.revised_at, signup.confirmed_at, signup.cancelled_at)
    return Showing(
        event=event,
        uid=uid_of(signup),
        live=signup.state == "confirmed" and event.state == "published",
        sequence=max(event.sequence, signup.invite_sequence or 0),
        join_url=joining.url(signup),
        stamp=max(moment for moment in moments if moment is not None),
    )
