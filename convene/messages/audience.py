"""Whom a host's message reaches: asked when it is looked over, and asked again when it is sent."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.suppression import reasons_for
from convene.messages.models import Message
from convene.people.models import Consent, Person
from convene.signups.models import Attendance, Signup

# The parts that somebody can have in an event, in the words of the page.
STATES = {
    "confirmed": "who have a place",
    "waiting": "who wait for a place, or were offered one",
    "attended": "who came",
    "absent": "who did not come",
}
PURPOSE = "announcements"  # of the consent, and the kind that a person can mute
NEWS = ("announcement", "new_events")  # what that consent is for
# Letters that nobody asked for in so many words: those of every rule of nudges that counts, which are named above this.
COUNTED = (
    *(*NEWS, "digest", "reminder", "thank_you", "plan", "did_you_meet", "what_came", "action_due"),
    *("still_true", "welcome_back", "asked_to_join", "missed_two", "no_action"),
)
REMEMBERED = timedelta(days=30)

Capped = Callable[[Sequence[datetime], datetime], bool]


@dataclass(frozen=True, slots=True)
class Reached:
    """One person whom a message reaches."""

    person_id: int
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody whom a message reaches, in a fixed order, and how many of those meant it does not."""

    people: Sequence[Reached]
    without_address: int = 0
    stopped: int = 0  # the address must not be mailed
    had_enough: int = 0


def of(message: Message, now: datetime, capped: Capped, only: Sequence[int] | None = None) -> Audience:
    """`capped` says whether letters at these moments are as many as anybody gets (nudges.rules).

    `only`: the ids of those who are asked about, if not all.
    """
    rows = with_a_part(message, now) if message.event_id else agreed(message.organisation_id, now)
    if only is not None:
        rows = rows.where(Person.id.in_(only))
    meant = db.session.execute(rows.order_by(Person.id)).all()
    found = [Reached(person_id, name, address) for person_id, name, address in meant if address]
    barred = reasons_for(one.address for one in found)
    open_ = [one for one in found if one.address not in barred]
    kept = open_ if message.event_id else [*not_capped(open_, now, capped)]
    return Audience(kept, len(meant) - len(found), len(found) - len(open_), len(open_) - len(kept))


def with_a_part(message: Message, now: datetime) -> Select[int, str, str]:
    """Those with one of the message's states. Who was not marked has neither come nor stayed away.

    After the event, those who stopped letters after events, or asked for quiet, are left out.
    """
    rows = select(Person.id, Person.name, Person.reachable).join(Signup, Signup.person_id == Person.id)
    rows = rows.join(Event, Event.id == Signup.event_id)
    rows = rows.outerjoin(Attendance, Attendance.signup_id == Signup.id)
    stopped = or_((" " + Person.muted + " ").like("% thank_you %"), Person.paused_until > now)
    rows = rows.where(or_(Event.ends_at > now, ~func.coalesce(stopped, False)))
    wanted = [part(state) for state in message.states.split() if state in STATES]
    return rows.where(Signup.event_id == message.event_id, Person.state != "erased", or_(False, *wanted))


def hold(person_ids: Sequence[int]) -> None:
    """Hold these people still while letters to them are written, and read them anew.

    Who stops such letters at this moment is seen here, or waits, and finds the letters to drop.
    """
    rows = select(Person).where(Person.id.in_(person_ids)).order_by(Person.id).with_for_update(read=True)
    db.session.scalars(rows, execution_options={"populate_existing": True}).all()


def part(state: str) -> ColumnElement[bool]:
    if state == "confirmed":
        return Signup.state == "confirmed"
    if state == "waiting":
        return Signup.state.in_(("waitlisted", "offered"))
    if state == "attended":
        return Attendance.state.in_(("attended", "part"))
    return and_(Attendance.state == "no_show", Event.attendance_complete_at.is_not(None))


def agreed(organisation_id: int, now: datetime) -> Select[int, str, str]:
    """Those whose newest word on announcements is a yes, and who have not asked for quiet."""
    word = aliased(Consent)
    newest = select(func.max(word.id)).where(word.person_id == Person.id, word.purpose == PURPOSE)
    rows = select(Person.id, Person.name, Person.reachable).join(Consent, Consent.person_id == Person.id)
    muted = (" " + Person.muted + " ").like(f"% {PURPOSE} %")
    return rows.where(
        Person.organisation_id == organisation_id,
        Person.state.not_in(("paused", "left", "erased")),
        or_(Person.paused_until.is_(None), Person.paused_until <= now),
        ~muted,
        Consent.id == newest.correlate(Person).scalar_subquery(),
        Consent.given,
    )


def that_agreed(
    organisation_id: int, now: datetime, capped: Capped, only: Sequence[int] | None = None
) -> list[Reached]:
    """Those who asked a host for news and may be written to now; `only`: the ids of those who are asked about."""
    rows = agreed(organisation_id, now)
    if only is not None:
        rows = rows.where(Person.id.in_(only))
    found = [Reached(*row) for row in db.session.execute(rows.order_by(Person.id)) if row[2]]
    barred = reasons_for(one.address for one in found)
    return [*not_capped((one for one in found if one.address not in barred), now, capped)]


def not_capped(people: Iterable[Reached], now: datetime, capped: Capped) -> Iterable[Reached]:
    people = list(people)
    had = lately([one.address for one in people], now)
    return (one for one in people if not capped(had.get(one.address, ()), now))


def lately(
    addresses: Sequence[str], now: datetime, kinds: Sequence[str] = COUNTED
) -> dict[str, list[datetime]]:
    """When each of these folded addresses was last sent what nobody asked for, over every host."""
    found: dict[str, list[datetime]] = {}
    for first in range(0, len(addresses), 500):
        some = addresses[first : first + 500]
        rows = select(func.lower(OutgoingMail.to_address), OutgoingMail.posted_at).where(
            OutgoingMail.letter.in_(kinds),
            OutgoingMail.posted_at > now - REMEMBERED,
            OutgoingMail.state.not_in(("dropped", "failed", "bounced")),
            func.lower(OutgoingMail.to_address).in_(some),
        )
        for address, moment in db.session.execute(rows):
            found.setdefault(address, []).append(moment)
    return found
