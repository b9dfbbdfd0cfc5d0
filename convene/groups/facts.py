"""The facts for a deal, read from the database: who is here, what they need, who has met, what stays as it is."""

import re
from collections.abc import Mapping, Sequence

from convene.events.models import Event
from convene.groups import history, queries, rules
from convene.groups.deal import Guest, Problem
from convene.groups.models import Round
from convene.people.models import Lock, Separation
from convene.people.queries import pairs
from convene.signups import queries as signups
from convene.signups.models import Signup


class NobodyHere(Exception):
    """Fewer than two people could be put together."""


class AlreadyHeld(Exception):
    """Every round was held; there is nothing left to deal."""


def key(person_id: int) -> str:
    return f"person-{person_id}"


def id_of(key_: str) -> int:
    return int(key_.removeprefix("person-"))


def with_names(text: str, people: Mapping[int, str]) -> str:
    """A sentence of the deal with people's names in place of their keys."""
    return re.sub(r"person-(\d+)", lambda found: people.get(int(found[1]), "somebody"), text)


def to_seat(event: Event) -> Sequence[Signup]:
    """Those marked here; before anybody is marked, those with a place."""
    return signups.present(event.id) or signups.in_state(event.id, "confirmed")


def problem(event: Event, seed: int) -> Problem:
    """Everything the deal needs to know, read from the database. Raises NobodyHere, AlreadyHeld."""
    coming = to_seat(event)
    if len(coming) < rules.SMALLEST:
        raise NobodyHere
    ids = [signup.person_id for signup in coming]
    rounds = queries.rounds(event.id)
    held = [as_keys(round_) for round_ in rounds if round_.state == "held"]
    told = [as_keys(round_) for round_ in rounds if round_.state == "published"]
    if held and len(held) >= event.round_count:
        raise AlreadyHeld
    known = {guest for plan in (*held, *told) for group in plan for guest in group}
    guests = tuple(guest_of(signup) for signup in coming)
    gone = tuple(Guest(id=guest) for guest in sorted(known - {guest.id for guest in guests}))
    return Problem(
        people=guests + gone,
        present=frozenset(guest.id for guest in guests),
        group_size=event.group_size,
        rounds=event.round_count,
        seed=seed,
        apart=tuple((key(first), key(second)) for first, second in sorted(pairs(Separation, ids))),
        together=tuple((key(first), key(second)) for first, second in sorted(pairs(Lock, ids))),
        met=tuple((key(first), key(second), price) for first, second, price in history.meetings(event, ids)),
        held=tuple(held),
        told=tuple(told[: event.round_count - len(held)]),
    )


def as_keys(round_: Round) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(key(seat.person_id) for seat in group.seats) for group in round_.groups)


def guest_of(signup: Signup) -> Guest:
    person = signup.person
    return Guest(
        id=key(person.id),
        organisation=mixable(person.affiliation),
        sector=mixable(person.field),
        place=mixable(person.place),
        newcomer=bool(signup.first_time),
    )


def mixable(text: str | None) -> str | None:
    """What two people typed in their own way, as one value to compare."""
    return " ".join((text or "").casefold().split()) or None


def binding(asked: Problem) -> tuple[object, ...]:
    """The facts that a plan may not be kept without: wishes and prices may change under it, these may not."""
    return (asked.present, asked.apart, asked.together, asked.held, asked.group_size, asked.rounds)


def binding_now(event: Event, seed: int) -> tuple[object, ...] | None:
    try:
        return binding(problem(event, seed))
    except (NobodyHere, AlreadyHeld):
        return None
