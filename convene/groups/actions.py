"""Putting the people of an event into groups: keeping a plan, moving by hand, holding a round."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete

from convene.events.models import Event
from convene.extensions import db
from convene.groups import facts, queries, rules
from convene.groups.deal import Plan, Problem
from convene.groups.models import Caveat, Group, Round, Seat
from convene.people.models import Lock, Separation
from convene.people.queries import pairs


class Changed(Exception):
    """Somebody came, left or was moved since the deal was made; it must be made again."""


class NotPossible(Exception):
    """A move would break a hard rule; `rule` may be told only to those who may see separations."""

    def __init__(self, rule: str):
        super().__init__(rule)
        self.rule = rule


def keep(event: Event, asked: Problem, plan: Plan, now: datetime) -> list[Round]:
    """Write a plan as drafts in place of the drafts before it. The event row must be locked.

    What was published stays until the drafts are: people keep seeing what they were told.

    Raises Changed if a fact that binds the plan is no longer what it was made for: a rule made while the deal
    ran must not be broken by it.
    """
    if facts.binding(asked) != facts.binding_now(event, asked.seed):
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
            for position, person_id in enumerate(
                rules.in_turn([facts.id_of(guest) for guest in guests], started)
            ):
                seat = Seat(round_id=round_.id, group_id=group.id, person_id=person_id, position=position)
                db.session.add(seat)
            for caveat in plan.caveats:
                if (caveat.round, caveat.group) == (order, group_number):
                    db.session.add(Caveat(group_id=group.id, text=caveat.text))
        made.append(round_)
    db.session.flush()
    return made


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


def hold(event: Event, number: int) -> bool:
    """A round has been held: from now on no deal changes it. Drafts were dealt without knowing that, and go."""
    for round_ in queries.rounds(event.id, "published"):
        if round_.number == number:
            drop(event, "draft")
            round_.state = "held"
            return True
    return False
