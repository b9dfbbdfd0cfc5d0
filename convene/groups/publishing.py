"""Telling people their groups: on their own pages, and by letter."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from convene.events.models import Event
from convene.extensions import db
from convene.groups import letters, queries, rules, settings
from convene.groups.actions import Changed, NotPossible, close_undo, drop
from convene.groups.models import Round, Seat
from convene.mail import outbox
from convene.people.models import Lock, Separation
from convene.people.queries import pairs
from convene.signups import queries as signups
from convene.signups.models import HOLDING


def publish(event: Event, now: datetime) -> int:
    """Tell each person their groups of all rounds in one letter; returns how many people have a seat.

    Publishing again what was published sends nothing twice. The event row must be locked. Raises NotPossible if
    two who must be kept apart since the deal would be told of each other, and Changed if somebody seated is no
    longer coming: the letters would name them.
    """
    by_person = publish_quietly(event, now)
    if event.ends_at > now:
        post_groups(event, by_person, now)
    return len(by_person)


def publish_quietly(event: Event, now: datetime) -> dict[int, list[Seat]]:
    """Put the drafts in the place of what was published, and send nobody a letter; returns each person's seats."""
    drafts = queries.rounds(event.id, "draft")
    if not drafts:
        return {}
    refuse_broken(drafts)
    refuse_unserved(event, drafts)
    refuse_uneven(event, drafts)
    refuse_left(event, drafts)
    drop(event, "published")
    close_undo(event)
    drafts = queries.rounds(event.id, "draft")
    for round_ in drafts:
        round_.state = "published"
        round_.published_at = now
    db.session.flush()
    return all_seats(event)


def all_seats(event: Event) -> dict[int, list[Seat]]:
    """Each person's seats in everything that was published, in order."""
    by_person: dict[int, list[Seat]] = {}
    for round_ in queries.rounds(event.id, "published", "held"):
        for group in round_.groups:
            for seat in group.seats:
                by_person.setdefault(seat.person_id, []).append(seat)
    return by_person


def refuse_broken(rounds: Sequence[Round]) -> None:
    """Raises NotPossible where two sit together who are kept apart, Changed where two kept together are parted."""
    for round_ in rounds:
        groups = [[seat.person_id for seat in group.seats] for group in round_.groups]
        ids = [one for people in groups for one in people]
        broken = rules.breach(groups, pairs(Separation, ids), pairs(Lock, ids))
        if broken == "apart":
            raise NotPossible("apart")
        if broken == "together":
            raise Changed


def refuse_unserved(event: Event, rounds: Sequence[Round]) -> None:
    """Raises Changed where somebody sits in a group that has not what they need: said since the deal."""
    reach = settings.reach(settings.needs_of(event.id))
    for round_ in rounds:
        for place, group in enumerate(round_.groups):
            if any(place >= reach.get(seat.person_id, place + 1) for seat in group.seats):
                raise Changed


def refuse_uneven(event: Event, rounds: Sequence[Round]) -> None:
    """Raises Changed where facilitators are not spread over the groups: ticked, or asked for, since the deal."""
    leading = settings.leading(event)
    for round_ in rounds:
        if rules.unevenly_led([[seat.person_id for seat in group.seats] for group in round_.groups], leading):
            raise Changed


def refuse_left(event: Event, rounds: Sequence[Round]) -> None:
    seated = {seat.person_id for round_ in rounds for group in round_.groups for seat in group.seats}
    coming = {*signups.in_state(event.id, *HOLDING), *signups.present(event.id)}
    if not seated <= {signup.person_id for signup in coming}:
        raise Changed


def tell(event: Event, people: Collection[int], now: datetime) -> int:
    """A new letter to these, whose groups were changed by hand since the last one; returns how many it is for.

    Raises NotPossible and Changed as `publish` does: the letters name people.
    """
    named = [round_ for round_ in queries.rounds(event.id, "published") if not round_.has_begun]
    refuse_broken(named)
    refuse_unserved(event, named)
    refuse_left(event, named)
    by_person = {person: seats for person, seats in all_seats(event).items() if person in people}
    close_undo(event)
    post_groups(event, by_person, now)
    return len(by_person)


def post_groups(event: Event, by_person: Mapping[int, list[Seat]], now: datetime) -> None:
    """One letter to each with a seat who has a place or is here.

    The moment names the publication: SQLite gives ids of rows again.
    """
    told = {*signups.in_state(event.id, "confirmed"), *signups.present(event.id)}
    for signup in sorted(told, key=lambda one: one.id):
        if signup.person_id not in by_person or not signup.person.reachable:
            continue
        outbox.post(
            letters.your_group(signup, by_person[signup.person_id]),
            key=f"groups:{event.id}:{signup.person_id}:{now:%Y%m%d%H%M%S%f}",
            now=now,
            organisation_id=event.organisation_id,
            event_id=event.id,
            person_id=signup.person_id,
            thread=f"groups:{event.id}:{signup.person_id}",
            replaces=("your_group",),
        )
