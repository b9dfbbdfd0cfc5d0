"""Putting the people of an event into groups: the facts for a deal, keeping its plan, moving by hand, publishing."""

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete

from convene.events.models import Event
from convene.extensions import db
from convene.groups import history, letters, queries, rules
from convene.groups.deal import Guest, Plan, Problem
from convene.groups.models import Caveat, Group, Round, Seat
from convene.mail import outbox
from convene.people.models import Lock, Separation
from convene.people.queries import pairs
from convene.signups import queries as signups
from convene.signups.models import HOLDING, Signup


class NobodyHere(Exception):
    """Fewer than two people could be put together."""


class AlreadyHeld(Exception):
    """Every round was held; there is nothing left to deal."""


class Changed(Exception):
    """Somebody came, left or was moved since the deal was made; it must be made again."""


class NotPossible(Exception):
    """A move would break a hard rule; `rule` may be told only to those who may see separations."""

    def __init__(self, rule: str):
        super().__init__(rule)
        self.rule = rule


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


def keep(event: Event, asked: Problem, plan: Plan, now: datetime) -> list[Round]:
    """Write a plan as drafts in place of the drafts before it. The event row must be locked.

    What was published stays until the drafts are: people keep seeing what they were told.

    Raises Changed if a fact that binds the plan is no longer what it was made for: a rule made while the deal
    ran must not be broken by it.
    """
    if binding(asked) != binding_now(event, asked.seed):
        raise Changed
    held = queries.rounds(event.id, "held")
    free = itertools.filterfalse({round_.number for round_ in held}.__contains__, itertools.count(1))
    started = Counter(group.seats[0].person_id for round_ in held for group in round_.groups if group.seats)
    drop(event, "draft")
    db.session.expire_all()
    word = "Room" if event.format == "online" else "Table"
    made = []
    for order, (groups, number) in enumerate(zip(plan.rounds, free, strict=False), start=len(asked.held) + 1):
        round_ = Round(event_id=event.id, number=number, state="draft", created_at=now)
        db.session.add(round_)
        db.session.flush()
        for group_number, guests in enumerate(groups, start=1):
            group = Group(round_id=round_.id, number=group_number, label=f"{word} {group_number}")
            db.session.add(group)
            db.session.flush()
            for position, person_id in enumerate(rules.in_turn([id_of(guest) for guest in guests], started)):
                seat = Seat(round_id=round_.id, group_id=group.id, person_id=person_id, position=position)
                db.session.add(seat)
            for caveat in plan.caveats:
                if (caveat.round, caveat.group) == (order, group_number):
                    db.session.add(Caveat(group_id=group.id, text=caveat.text))
        made.append(round_)
    db.session.flush()
    return made


def binding(asked: Problem) -> tuple[object, ...]:
    """The facts that a plan may not be kept without: wishes and prices may change under it, these may not."""
    return (asked.present, asked.apart, asked.together, asked.held, asked.group_size, asked.rounds)


def binding_now(event: Event, seed: int) -> tuple[object, ...] | None:
    try:
        return binding(problem(event, seed))
    except (NobodyHere, AlreadyHeld):
        return None


def move(event: Event, seat_id: int, group_id: int) -> Seat:
    """Put one person into another group of the same round, under the event's lock. Raises NotPossible, Changed."""
    seat = db.session.get(Seat, seat_id)
    target = db.session.get(Group, group_id)
    if (
        seat is None
        or target is None
        or seat.round_id != target.round_id
        or target.round.event_id != event.id
    ):
        raise Changed
    if target.round.state == "held":
        raise Changed
    before = [[other.person_id for other in group.seats] for group in target.round.groups]
    groups = [list(people) for people in before]
    for people, group in zip(groups, target.round.groups, strict=True):
        if seat.person_id in people:
            people.remove(seat.person_id)
        if group.id == target.id:
            people.append(seat.person_id)
    ids = [person for people in groups for person in people]
    broken = rules.breach_made(before, groups, pairs(Separation, ids), pairs(Lock, ids))
    if broken:
        raise NotPossible(broken)
    seat.position = 1 + max((other.position for other in target.seats), default=-1)
    seat.group_id = target.id
    db.session.flush()
    db.session.expire(target)
    return seat


def set_rooms(event: Event, urls: Sequence[str]) -> None:
    """The video room of each group number, the same in every round: people stay where they are told."""
    for round_ in queries.rounds(event.id):
        for group in round_.groups:
            group.room_url = urls[group.number - 1] if group.number <= len(urls) else ""


def drop(event: Event, state: str) -> None:
    db.session.execute(delete(Round).where(Round.event_id == event.id, Round.state == state))
    db.session.expire_all()


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
    refuse_left(event, drafts)
    drop(event, "published")
    drafts = queries.rounds(event.id, "draft")
    for round_ in drafts:
        round_.state = "published"
        round_.published_at = now
    db.session.flush()
    by_person: dict[int, list[Seat]] = {}
    for round_ in queries.rounds(event.id, "published", "held"):
        for group in round_.groups:
            for seat in group.seats:
                by_person.setdefault(seat.person_id, []).append(seat)
    return by_person


def refuse_broken(rounds: Sequence[Round]) -> None:
    for round_ in rounds:
        groups = [[seat.person_id for seat in group.seats] for group in round_.groups]
        if (
            rules.breach(groups, pairs(Separation, [one for people in groups for one in people]), ())
            == "apart"
        ):
            raise NotPossible("apart")


def refuse_left(event: Event, rounds: Sequence[Round]) -> None:
    seated = {seat.person_id for round_ in rounds for group in round_.groups for seat in group.seats}
    coming = {*signups.in_state(event.id, *HOLDING), *signups.present(event.id)}
    if not seated <= {signup.person_id for signup in coming}:
        raise Changed


def post_groups(event: Event, by_person: Mapping[int, list[Seat]], now: datetime) -> None:
    """One letter to each with a seat who has a place or is here.

    The moment names the publication: SQLite gives ids of rows again.
    """
    told = {*signups.in_state(event.id, "confirmed"), *signups.present(event.id)}
    for signup in sorted(told, key=lambda one: one.id):
        if signup.person_id not in by_person or not signup.person.address:
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


def hold(event: Event, number: int) -> bool:
    """A round has been held: from now on no deal changes it. Drafts were dealt without knowing that, and go."""
    for round_ in queries.rounds(event.id, "published"):
        if round_.number == number:
            drop(event, "draft")
            round_.state = "held"
            return True
    return False
