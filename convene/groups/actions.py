"""Putting the people of an event into groups: keeping a plan, moving by hand, holding a round."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from convene.events.models import Event
from convene.extensions import db
from convene.groups import facts, queries, rules, settings
from convene.groups.deal import Plan, Problem
from convene.groups.dealing import Dealt
from convene.groups.models import Caveat, Dealing, Group, Round, Seat, Snapshot
from convene.people.models import Lock, Separation
from convene.people.queries import pairs


class Changed(Exception):
    """Somebody came, left or was moved since the deal was made; it must be made again."""


class NotPossible(Exception):
    """A move would break a hard rule; `rule` may be told only to those who may see separations."""

    def __init__(self, rule: str):
        super().__init__(rule)
        self.rule = rule


def keep(
    event: Event, asked: Problem, plan: Plan, now: datetime, started: Counter[int] | None = None
) -> list[Round]:
    """Write a plan as drafts in place of the drafts before it. The event row must be locked.

    What was published stays until the drafts are: people keep seeing what they were told. Links to rooms stay with
    the numbers of the groups. `started`: how often each person began elsewhere; counted on, if given.

    Raises Changed if a fact that binds the plan is no longer what it was made for: a rule made while the deal
    ran must not be broken by it.
    """
    if facts.binding(asked) != facts.binding_now(event, asked.seed):
        raise Changed
    held = [round_ for round_ in queries.rounds(event.id, "held", "published") if round_.has_begun]
    free = itertools.filterfalse({round_.number for round_ in held}.__contains__, itertools.count(1))
    started = Counter() if started is None else started
    started.update(starters(held))
    links = rooms(event)
    drop(event, "draft")
    db.session.expire_all()
    online = {guest for way in asked.ways[1:] for guest in way}

    def named(guests: Collection[str]) -> str:
        return "Room" if event.format == "online" or online.intersection(guests) else "Table"

    made = [
        Round(event_id=event.id, number=number, state="draft", created_at=now)
        for _, number in zip(plan.rounds, free, strict=False)
    ]
    for order, (round_, groups) in enumerate(zip(made, plan.rounds, strict=True), start=len(asked.held) + 1):
        pinned = {pin.group: pin for pin in asked.pinned if pin.round == order}
        for number, guests in enumerate(groups, start=1):
            whole = number in pinned and pinned[number].whole
            url = links.get(number, "")
            round_.groups.append(
                Group(number=number, label=f"{named(guests)} {number}", pinned=whole, room_url=url)
            )
    db.session.add_all(made)
    db.session.flush()  # all rounds and groups at once; the seats name both
    for order, (round_, groups) in enumerate(zip(made, plan.rounds, strict=True), start=len(asked.held) + 1):
        alone = {one for pin in asked.pinned if pin.round == order and not pin.whole for one in pin.people}
        for group, guests in zip(round_.groups, groups, strict=True):
            stay = {facts.id_of(guest) for guest in guests if guest in alone}
            for position, person_id in enumerate(rules.in_turn([*map(facts.id_of, guests)], started)):
                seat = Seat(round_id=round_.id, group_id=group.id, person_id=person_id, position=position)
                seat.pinned = person_id in stay
                db.session.add(seat)
            for caveat in plan.caveats:
                if (caveat.round, caveat.group) == (order, group.number):
                    db.session.add(Caveat(group_id=group.id, text=caveat.text))
    db.session.flush()
    db.session.expire_all()
    return made


def starters(rounds: Iterable[Round]) -> list[int]:
    """Who began the conversation, in each group of these rounds."""
    return [group.seats[0].person_id for round_ in rounds for group in round_.groups if group.seats]


def note(event: Event, dealt: Dealt, seed: int | None) -> None:
    """Write down what a deal found out about repeats, and its seed while looking on from it may better it."""
    dealing = db.session.get(Dealing, event.id)
    if dealing is None:
        dealing = Dealing(event_id=event.id)
        db.session.add(dealing)
    dealing.seed = seed
    dealing.least_repeats, dealing.because = dealt.plan.least_repeats, list(dealt.plan.because)
    dealing.open_least_repeats = dealt.open_least_repeats
    dealing.open_because = list(dealt.open_because)


def move(event: Event, seat_id: int, group_id: int) -> Seat:
    """Put one person into another group of the same round, under the event's lock. Raises NotPossible, Changed."""
    seat, groups = movable(event, seat_id)
    target = groups.get(group_id)
    if target is None or target.id == seat.group_id:
        raise Changed
    refuse_breach(event, seat.group.round, {seat.person_id: target.id})
    put(seat, target)
    return seat


def swap(event: Event, seat_id: int, other_id: int) -> Seat:
    """Two people of one round change places, under the event's lock. Raises NotPossible, Changed."""
    seat, groups = movable(event, seat_id)
    other = db.session.get(Seat, other_id)
    if other is None or other.group_id not in groups or other.group_id == seat.group_id:
        raise Changed
    mine, theirs = seat.group, other.group
    refuse_breach(event, seat.group.round, {seat.person_id: theirs.id, other.person_id: mine.id})
    put(seat, theirs)
    put(other, mine)
    return seat


def pin(event: Event, pinned: bool, *, seat_id: int = 0, group_id: int = 0) -> Seat | Group:
    """Say whether the next deal leaves this person, or this whole group, where they are. Raises Changed."""
    if seat_id:
        found: Seat | Group = movable(event, seat_id)[0]
    else:
        group = db.session.get(Group, group_id)
        if group is None or not group.seats:
            raise Changed
        movable(event, group.seats[0].id)
        found = group
    found.pinned = pinned
    return found


def movable(event: Event, seat_id: int) -> tuple[Seat, dict[int, Group]]:
    """A seat of a round of this event that is still open, and the groups of its round by id. Raises Changed."""
    seat = db.session.get(Seat, seat_id)
    if seat is None or seat.group.round.event_id != event.id or seat.group.round.has_begun:
        raise Changed
    return seat, {group.id: group for group in seat.group.round.groups}


def refuse_breach(event: Event, round_: Round, moved: Mapping[int, int]) -> None:
    """As `refuse`, by what the database says now."""
    ids = [seat.person_id for group in round_.groups for seat in group.seats]
    needed, leading = settings.reach(settings.needs_of(event.id)), settings.leading(event)
    refuse(round_, moved, pairs(Separation, ids), pairs(Lock, ids), needed, leading)


def refuse(
    round_: Round,
    moved: Mapping[int, int],
    apart: Iterable[tuple[int, int]],
    together: Iterable[tuple[int, int]],
    needed: Mapping[int, int],
    leading: Collection[int],
) -> None:
    """Raises NotPossible if a hard rule would be broken by people (ids) sitting in other groups (ids) of a round.

    The rules as in `rules.breach_made`; pairs with somebody of another round ask for nothing.
    """
    before = [[seat.person_id for seat in group.seats] for group in round_.groups]
    after = [[person for person in people if person not in moved] for people in before]
    for group, people in zip(round_.groups, after, strict=True):
        people += [person for person, to in moved.items() if to == group.id]
    broken = rules.breach_made(before, after, apart, together, needed, leading)
    if broken:
        raise NotPossible(broken)


def put(seat: Seat, target: Group) -> None:
    """Into this group, as the last to begin; whoever sat there first still begins."""
    left = seat.group
    seat.position = 1 + max((other.position for other in target.seats), default=-1)
    seat.group_id = target.id
    seat.pinned = False
    db.session.flush()
    db.session.expire(target)
    db.session.expire(left)


def set_rooms(event: Event, urls: Sequence[str]) -> None:
    """The video room of each group number, the same in every round: people stay where they are told."""
    for round_ in queries.rounds(event.id):
        for group in round_.groups:
            group.room_url = urls[group.number - 1] if group.number <= len(urls) else ""


def rooms(event: Event) -> dict[int, str]:
    """The link of each group number that any round has, drafts and told; "" where it has none."""
    return rooms_of(queries.rounds(event.id))


def rooms_of(rounds: Iterable[Round]) -> dict[int, str]:
    found: dict[int, str] = {}
    for round_ in rounds:
        for group in round_.groups:
            found[group.number] = group.room_url or found.get(group.number, "")
    return found


def drop(event: Event, state: str) -> None:
    """Delete the rounds of this state that nobody has begun."""
    mine = (Round.event_id == event.id, Round.state == state, Round.started_at.is_(None))
    db.session.execute(delete(Round).where(*mine))
    db.session.expire_all()


def hold(event: Event, number: int) -> bool:
    """A round has been held: from now on no deal changes it.

    Drafts that were dealt without knowing that it had begun go.
    """
    for round_ in queries.rounds(event.id, "published"):
        if round_.number == number:
            if not round_.has_begun:
                drop(event, "draft")
                close_undo(event, told=False)
            round_.state = "held"
            return True
    return False


def close_undo(event: Event, *, told: bool = True) -> None:
    """Nobody goes back behind what people were told or lived through.

    Unless all are told anew, the first snapshot stays: it is what their letters say (see `undo.touched`).
    """
    mine = [Snapshot.event_id == event.id]
    if not told:
        first = select(func.min(Snapshot.id)).where(*mine).scalar_subquery()
        mine.append(Snapshot.id != first)
    db.session.execute(delete(Snapshot).where(*mine))
