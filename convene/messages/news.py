"""News of events: asked for and confirmed by mail, then one letter a week that tells of all that is new.

Never one letter an event. It counts under the caps of nudges, comes by day, and not to whoever stopped it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.mail import outbox
from convene.mail.models import OutgoingMail
from convene.messages import actions, audience, letters, rules
from convene.messages.audience import PURPOSE, Capped
from convene.people.actions import hold, meet
from convene.people.asking import may_write
from convene.people.models import Consent, Organisation, Person
from convene.signups.models import Signup

WORDING = "Write to me about new events of {host}. You can stop it in one press."
AT_ONCE = 100  # letters that one transaction may post
GONE = ("cancelled", "lapsed")


def wording(host: Organisation) -> str:
    """What stands beside the box, and is kept with the yes."""
    return WORDING.format(host=host.name)


# The yes


def ask(host: Organisation, address: str, name: str, now: datetime) -> None:
    """Write to whoever this address is, with a button that says yes; nothing is agreed to before.

    Silent where the address has had its share of letters that nobody asked it for. Raises BadAddress.
    """
    person = meet(host, address, name, now)
    if not may_write(person, now):
        return
    outbox.post(
        letters.news_confirm(person, now),
        key=f"news_confirm:{person.id}:{now.isoformat()}",
        now=now,
        organisation_id=host.id,
        person_id=person.id,
    )


def say_yes(person: Person, how: str, now: datetime) -> None:
    """The button in the letter was pressed: the address is proven. Pressed again, nothing changes."""
    hold(person)
    if person.state == "provisional":
        person.state = "active"
    actions.agree(person, wording(person.organisation), how, now)


# The letter


def hosts_due(now: datetime) -> list[int]:
    """The hosts whose letter of this week may be written now."""
    rows = select(Organisation.id, Organisation.zone).order_by(Organisation.id)
    return [host_id for host_id, zone in db.session.execute(rows) if rules.is_due(now, zone)]


def announced(host: Organisation, now: datetime) -> list[tuple[Event, datetime]]:
    """The host's events that people may still sign up to by themselves, the soonest first, and since when."""
    rows = select(Event).where(Event.organisation_id == host.id, Event.state == "published", Event.listed)
    rows = rows.where(Event.starts_at > now).order_by(Event.starts_at, Event.id)
    events = [one for one in db.session.scalars(rows) if not is_closed(one, now)]
    published = select(AuditEntry.subject, func.min(AuditEntry.at)).where(
        AuditEntry.organisation_id == host.id,
        AuditEntry.verb == "event.published",
        AuditEntry.subject.in_([f"event:{one.id}" for one in events]),
    )
    since = {subject: at for subject, at in db.session.execute(published.group_by(AuditEntry.subject))}
    return [(one, since.get(f"event:{one.id}", one.created_at)) for one in events]


def is_closed(event: Event, now: datetime) -> bool:
    return event.signup_closes_at is not None and event.signup_closes_at <= now


def post_due(host_id: int, capped: Capped, now: datetime) -> int:
    """Post the next letters of this week for one host; returns how many. Each has the week in its key."""
    host = db.session.get_one(Organisation, host_id)
    if not rules.is_due(now, host.zone):
        return 0
    turn = rules.last_turn(now, host.zone)
    events = [
        (one, at) for one, at in announced(host, now) if rules.is_new(at, turn - rules.LOOKED_BACK, turn)
    ]
    if not events:
        return 0
    meant = reached(host, events, turn, capped, now)
    some = list(meant)[:AT_ONCE]
    audience.hold(some)  # who stops it at this moment is seen here, or finds the letter
    still = reached(host, events, turn, capped, now, some)
    people = db.session.scalars(select(Person).where(Person.id.in_(list(still))).order_by(Person.id)).all()
    return sum(post(person, still[person.id], turn, now) for person in people)


def post(person: Person, events: Sequence[Event], turn: datetime, now: datetime) -> bool:
    number = outbox.post(
        letters.new_events(person, events, now),
        key=key_of(person.id, turn),
        now=now,
        organisation_id=person.organisation_id,
        person_id=person.id,
    )
    return number is not None


def key_of(person_id: int, turn: datetime) -> str:
    return f"new_events:{person_id}:{turn:%Y-%m-%d}"


def reached(
    host: Organisation,
    events: Sequence[tuple[Event, datetime]],
    turn: datetime,
    capped: Capped,
    now: datetime,
    only: Sequence[int] | None = None,
) -> dict[int, list[Event]]:
    """Who gets this week's letter and has not had it, and of which events: new to them, and without a place yet."""
    people = audience.that_agreed(host.id, now, capped, only)
    ids = [one.person_id for one in people]
    said, had, coming = yes_since(ids), last_letters(ids), going(ids, [one.id for one, _ in events])
    found: dict[int, list[Event]] = {}
    mailboxes: set[str] = set()
    for one in people:
        person_id, last = one.person_id, had.get(one.person_id)
        if (last is not None and last >= turn) or one.address in mailboxes:
            continue  # had it, or reads one mailbox with somebody who gets it now: it counts for both
        since = max(said[person_id], last) if last else said[person_id]
        new = [
            one for one, at in events if rules.is_new(at, since, turn) and (person_id, one.id) not in coming
        ]
        if new:
            found[person_id] = new
            mailboxes.add(one.address)
    return found


def yes_since(person_ids: Sequence[int]) -> dict[int, datetime]:
    """When each of them last said yes."""
    rows = select(Consent.person_id, func.max(Consent.at)).where(Consent.purpose == PURPOSE, Consent.given)
    rows = rows.where(Consent.person_id.in_(person_ids)).group_by(Consent.person_id)
    return {person_id: at for person_id, at in db.session.execute(rows)}


def last_letters(person_ids: Sequence[int]) -> dict[int, datetime]:
    """When such a letter was last written to each of them, also one that was stopped on its way."""
    rows = select(OutgoingMail.person_id, func.max(OutgoingMail.posted_at))
    rows = rows.where(OutgoingMail.letter == "new_events", OutgoingMail.person_id.in_(person_ids))
    rows = rows.where(~OutgoingMail.key.contains(":back:"))
    return {
        one: at for one, at in db.session.execute(rows.group_by(OutgoingMail.person_id)) if one is not None
    }


def going(person_ids: Sequence[int], event_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Who has signed up to which of these events already."""
    rows = select(Signup.person_id, Signup.event_id).where(Signup.state.not_in(GONE))
    rows = rows.where(Signup.person_id.in_(person_ids), Signup.event_id.in_(event_ids))
    return {(person_id, event_id) for person_id, event_id in db.session.execute(rows)}
