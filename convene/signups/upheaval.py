"""When the host changes an event under people's feet: told of a change, or that it is called off.

Edits of ten minutes are one letter: a change waits beside the event (events.waiting) until its time is over.

A letter takes some milliseconds to write, and nobody else writes to the database meanwhile. So whoever is to be told is
written down then; a few are told in the same transaction, and a crowd by the worker, batch by batch.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, delete, false, func, literal, or_, select, update
from sqlalchemy.orm import joinedload

from convene.calendar import zones
from convene.events import actions as events
from convene.events import waiting
from convene.events.models import Event
from convene.events.place import as_told, is_both
from convene.events.queries import locked
from convene.extensions import db, upsert
from convene.mail import outbox
from convene.mail.languages import HOUSE, known
from convene.mail.models import OutgoingMail
from convene.mail.translations import said
from convene.people.models import Person
from convene.signups import letters, queries
from convene.signups.actions import NEEDLESS_AFTER_CANCEL, NotOpen
from convene.signups.line import offer_free_places
from convene.signups.models import HOLDING, Signup, Untold
from convene.signups.posting import next_sequence, post, take_back_reminders, thread

AT_ONCE = 100  # letters that one transaction may post

IN_REMINDERS = {*events.TOLD, *events.MAY_TELL}
NEWER = "a newer letter says it all"


class TooSmall(Exception):
    """Fewer places are asked for than are held already; `held` says how many, `which` the column of Event."""

    def __init__(self, held: int, which: str = "capacity"):
        super().__init__(held)
        self.held, self.which = held, which


class NotADraft(Exception):
    """What was published, or somebody has signed up to, is not thrown away: it is called off."""


def change(event_id: int, facts: dict, now: datetime, told: Collection[str] = events.TOLD) -> set[str]:
    """Edit an event; returns the names of what changed. Whom it touches hears of `told` in ten minutes, or now.

    Raises TooSmall, events.CalledOff. More capacity is offered to those in line at once.
    """
    event = locked(event_id)
    refuse_too_small(event, facts)
    changed = events.edit(event, facts, now, told)
    if event.state == "published" and event.ends_at > now:
        if changed & IN_REMINDERS:
            take_back_reminders(everybody(event))
        if event.tell_at and event.tell_at <= now:
            tell_change(event_id, now)
        elif event.tell_at is None and "starts_at" in changed:  # a silent move: no telling will come
            end_offers_with_the_start(event)
        if changed & {"capacity", "online_places", "format"}:
            offer_free_places(event, now)
    return changed


def refuse_too_small(event: Event, facts: Mapping[str, Any]) -> None:
    """Raises TooSmall where fewer places are asked for than are held, of each kind.

    Who came over the limit by a host's invitation is no hindrance as long as the number is not lowered.
    """
    after = {name: facts.get(name, getattr(event, name)) for name in ("format", "capacity", "online_places")}
    apart = after["format"] == "in_person" and after["online_places"] is not None
    held = queries.held_by_kind(event.id)
    if is_both(event) and after["online_places"] is None and held[True]:
        raise TooSmall(held[True], "online_places")
    if not apart:
        held = {False: held[False] + held[True]}
    for online, number in held.items():
        which = "online_places" if online else "capacity"
        lowered = after[which] < (getattr(event, which) or 0) or apart != is_both(event)
        if after[which] < number and lowered:
            raise TooSmall(number, which)


def everybody(event: Event) -> Select[int]:
    return select(Signup.person_id).where(Signup.event_id == event.id)


def end_offers_with_the_start(event: Event) -> None:
    """No offer outlasts the start. Not before the move is told: one that is put back meanwhile costs nobody a place."""
    late = (Signup.event_id == event.id, Signup.offered_until > event.starts_at)
    db.session.execute(update(Signup).where(*late).values(offered_until=event.starts_at))


def changes_due(now: datetime) -> Sequence[int]:
    """The events whose change has waited its time."""
    return db.session.scalars(select(Event.id).where(Event.tell_at <= now).order_by(Event.id)).all()


def tell_change(event_id: int, now: datetime) -> int:
    """Tell of a change that waits, if there still is one: to how many. What was undone meanwhile is told to nobody.

    One letter to each who holds a place (with the raised invite) or waits for one. Where the letter of an earlier
    change had not left, this one stands for it, and tells the whole of when and where.
    """
    event = locked(event_id)
    hearing = hearers(event)
    waiting.no_more(event)
    if event.state != "published" or event.ends_at <= now:
        return 0
    end_offers_with_the_start(event)
    for whom, what in hearing:
        note(event, whom, " ".join(sorted(what)))
    return tell_few(event, now)


def will_hear(event: Event) -> int:
    """How many people hear by mail of the change that waits."""
    whom = [rule for rule, _ in hearers(event)]
    rows = select(func.count()).select_from(Signup).join(Person, Person.id == Signup.person_id)
    rows = rows.where(Signup.event_id == event.id, or_(false(), *whom), Person.reachable != "")
    return db.session.scalar(rows) or 0


def audience(changed: set[str]) -> tuple[str, ...]:
    """The states of those who are told of such a change."""
    # A mended word says nothing to those who have no place yet.
    return (*HOLDING, "waitlisted") if changed & set(events.TOLD) else HOLDING


def hearers(event: Event) -> list[tuple[ColumnElement[bool], set[str]]]:
    """Whom the change that waits concerns, and what each is to hear of.

    Whose own letters were all written after the last edit has read the final facts, and hears nothing. Who came in
    between two edits has read neither, and hears the whole even of a change that was undone.
    """
    waits = waiting.of(event)
    if waits is None:
        return []
    what = waiting.unheard(event, waits)
    early, final = came_after(waits.since), came_after(waits.last)
    found = [(and_(early, ~final, Signup.state.in_((*HOLDING, "waitlisted"))), {"starts_at", "venue"})]
    if what:
        found.append((and_(~final, Signup.state.in_(audience(what))), what))
    return found


def came_after(moment: datetime) -> ColumnElement[bool]:
    """Whose first letter with the facts of the event in it was written after this moment."""
    kept = and_(Signup.state == "confirmed", func.coalesce(Signup.confirmed_at, Signup.started_at) > moment)
    return or_(Signup.started_at > moment, kept)


def in_words(event: Event, changed: set[str], language: str = HOUSE) -> dict[str, str]:
    """What changed and what it is now, for people, under labels that the letter puts into its language."""
    words = {}
    if "title" in changed:
        words["Title"] = event.title
    if changed & {"starts_at", "ends_at", "zone"}:
        words["When"] = zones.spoken(event.starts_at, event.ends_at, event.zone, language)
    if changed & {"venue", "format"}:
        place = said("Online", language) if event.format == "online" else event.venue
        words["Where"] = place or said("your host will tell you", language)
    if changed & {"summary", "description"}:
        words["What it is about"] = said("Written anew; the event's page has it", language)
    if "access_info" in changed:
        words["Getting in"] = event.access_info or said("The event's page says no more about it", language)
    return words


def call_off(event_id: int, words: str, now: datetime) -> int:
    """Call a published event off and tell everybody with a place or in line; returns how many. Raises NotOpen."""
    event = locked(event_id)
    if event.state != "published" or event.ends_at <= now:
        raise NotOpen
    event.state = "called_off"
    event.called_off_words = words
    event.sequence += 1
    event.revised_at = now
    waiting.no_more(event)  # this is all there is to tell now
    take_back_reminders(everybody(event))
    drop_unsent(event, NEEDLESS_AFTER_CANCEL, "the event was called off before this left")
    db.session.execute(delete(Untold).where(Untold.event_id == event.id))
    return announce(event, Signup.state.in_((*HOLDING, "waitlisted")), "", now)


def can_throw_away(event: Event) -> bool:
    """Whether nobody can know of this event: a draft was never published, for nothing becomes a draft again."""
    anybody = select(Signup.id).where(Signup.event_id == event.id).limit(1)
    return event.state == "draft" and db.session.scalar(anybody) is None


def throw_away(event_id: int) -> None:
    """Delete a draft with all that is planned for it. Raises NotADraft."""
    event = locked(event_id)
    if not can_throw_away(event):
        raise NotADraft
    db.session.delete(event)


def drop_unsent(event: Event, kinds: tuple[str, ...], reason: str) -> None:
    """Drop letters of these kinds about this event that still wait, unless their invite may have left already."""
    waits = or_(OutgoingMail.tries == 0, OutgoingMail.invite.is_(None))
    outbox.drop_waiting(reason, OutgoingMail.event_id == event.id, OutgoingMail.letter.in_(kinds), waits)


def announce(event: Event, whom: ColumnElement[bool], what: str, now: datetime) -> int:
    """Write down who is to be told, and tell them at once if they are few; returns how many."""
    note(event, whom, what)
    return tell_few(event, now)


def note(event: Event, whom: ColumnElement[bool], what: str) -> None:
    """Write down, in one statement, who is to be told of what."""
    db.session.flush()
    found = select(Signup.id, Signup.event_id, literal(what, Text))
    found = found.where(Signup.event_id == event.id, whom)
    new = upsert(Untold.__table__).from_select(["signup_id", "event_id", "what"], found)
    both = Untold.what + " " + new.excluded.what
    db.session.execute(new.on_conflict_do_update(index_elements=["signup_id"], set_={"what": both}))


def tell_few(event: Event, now: datetime) -> int:
    """Tell those who are written down, unless they are a crowd for the worker; returns how many they are."""
    ids = untold(event.id)
    if len(ids) <= AT_ONCE:
        tell(event, ids, now)
    return len(ids)


def untold(event_id: int) -> Sequence[int]:
    """The signups of this event that are still to be told."""
    rows = select(Untold.signup_id).where(Untold.event_id == event_id)
    return db.session.scalars(rows.order_by(Untold.signup_id)).all()


def batches() -> list[tuple[int, Sequence[int]]]:
    """All who are still to be told, as (event id, signup ids), each short enough for one transaction.

    Where another change waits meanwhile they wait with it, and hear of both at once.
    """
    found = []
    settled = select(Untold.event_id).join(Event, Event.id == Untold.event_id).where(Event.tell_at.is_(None))
    for event_id in db.session.scalars(settled.distinct().order_by(Untold.event_id)).all():
        ids = untold(event_id)
        found += [(event_id, ids[first : first + AT_ONCE]) for first in range(0, len(ids), AT_ONCE)]
    return found


def tell_batch(event_id: int, signup_ids: Sequence[int], now: datetime) -> None:
    """Tell those of them whom nobody told meanwhile, unless the event has changed again."""
    event = locked(event_id)
    if event.tell_at is None:
        tell(event, signup_ids, now)


def tell(event: Event, signup_ids: Sequence[int], now: datetime) -> None:
    """Post what the event's change means to each, and strike them off; the event row must be locked."""
    rows = select(Signup, Untold.what).join(Untold, Untold.signup_id == Signup.id)
    rows = rows.where(Signup.id.in_(signup_ids)).options(joinedload(Signup.person)).order_by(Signup.id)
    for signup, what in db.session.execute(rows, execution_options={"populate_existing": True}).all():
        if event.state == "called_off":
            tell_called_off(signup, now)
        elif signup.state in (*HOLDING, "waitlisted"):  # who has left meanwhile need not hear of it
            tell_of(set(what.split()), signup, now)
    db.session.execute(delete(Untold).where(Untold.signup_id.in_(signup_ids)))


def tell_of(changed: set[str], signup: Signup, now: datetime) -> None:
    sequence = next_sequence(signup) if signup.invite_open else None
    if sequence is not None and outbox.drop_unsent(thread(signup), ("place_confirmed",), NEWER):
        # They have not heard of their place yet: they hear of it as it is now, and of no change.
        outbox.drop_unsent(thread(signup), ("changed",), NEWER)
        post(letters.place_confirmed(signup, sequence, now), signup, now)
        return
    unsent = outbox.drop_unsent(thread(signup), ("changed",), NEWER)
    what = changed | {"starts_at", "venue"} if unsent else changed
    told = as_told(signup.event, signup.state in HOLDING, signup.attends_online)
    words = in_words(told, what, known(signup.person.language))
    post(letters.changed(signup, words, sequence, now), signup, now)


def tell_called_off(signup: Signup, now: datetime) -> None:
    sequence = next_sequence(signup) if signup.invite_open else None
    signup.invite_open = False
    post(letters.called_off(signup, sequence, now, signup.event.called_off_words), signup, now)
