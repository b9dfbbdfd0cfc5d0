"""Reading rounds, groups and seats."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from convene.access.models import AuditEntry
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Group, Round, Seat, Snapshot
from convene.people.models import Separation

REFUSED = "groups.refused"

# A person's seats with everybody in their groups; every place's page asks for them.
SEATS = select(Seat).join(Round, Seat.round_id == Round.id).where(Seat.person_id == bindparam("person_id"))
SEATS = SEATS.where(
    Round.event_id.in_(bindparam("event_ids", expanding=True)),
    or_(Round.state == "published", Round.state == "held"),
)
SEATS = SEATS.options(
    joinedload(Seat.group).selectinload(Group.seats).joinedload(Seat.person),
    joinedload(Seat.group).joinedload(Group.round),
).order_by(Round.event_id, Round.number)


def rounds(event_id: int, *states: str) -> Sequence[Round]:
    """The rounds of an event in order with their groups, seats, people and caveats: three queries, however many."""
    rows = select(Round).where(Round.event_id == event_id).order_by(Round.number)
    if states:
        rows = rows.where(Round.state.in_(states))
    seats = joinedload(Round.groups).selectinload(Group.seats).joinedload(Seat.person)
    rows = rows.options(seats, joinedload(Round.groups).selectinload(Group.caveats))
    return db.session.scalars(rows).unique().all()


def board(event_id: int) -> Sequence[Round]:
    """What the organiser works on: the rounds that have begun, and the drafts, or what was published if none."""
    return board_of(rounds(event_id))


def board_of(found: Sequence[Round]) -> Sequence[Round]:
    """The same, of all rounds of an event that were read already."""
    open_ = [round_.id for round_ in opened(found)]
    return [round_ for round_ in found if round_.has_begun or round_.id in open_]


def opened(found: Iterable[Round]) -> list[Round]:
    """What the next deal would change: the drafts, or what was published if there are none; never what has begun."""
    ahead = [round_ for round_ in found if not round_.has_begun]
    return [round_ for round_ in ahead if round_.state == "draft"] or ahead


def snapshots(event_id: int) -> Sequence[Snapshot]:
    """What can be gone back to, the newest first."""
    rows = select(Snapshot).where(Snapshot.event_id == event_id).order_by(Snapshot.id.desc())
    return db.session.scalars(rows).all()


def seats_of(event_id: int, person_id: int) -> Sequence[Seat]:
    """A person's seats in the rounds that were published, in order, with everybody in their groups."""
    return seats_at([event_id], person_id).get(event_id, [])


def seats_at(event_ids: Collection[int], person_id: int) -> dict[int, list[Seat]]:
    """The same at many events, by event: three statements, however many."""
    found: dict[int, list[Seat]] = {}
    for seat in db.session.scalars(SEATS, {"event_ids": list(event_ids), "person_id": person_id}):
        # Between two reads the groups may have been published anew: who sat there does so no more.
        if seat.group.seats:
            found.setdefault(seat.group.round.event_id, []).append(seat)
    return found


@dataclass(frozen=True, slots=True)
class Together:
    """Two people who are kept apart and were put into one group before that."""

    rule_id: int
    event: Event
    round: Round
    group: Group


def against_rules(organisation_id: int, now: datetime) -> Sequence[Together]:
    """Every group of a coming event, dealt or published and not held yet, with two in it who are kept apart."""
    one, other = aliased(Seat), aliased(Seat)
    rows = select(Separation.id, Event, Round, Group)
    rows = rows.join(one, one.person_id == Separation.first_id)
    rows = rows.join(other, (other.person_id == Separation.second_id) & (other.group_id == one.group_id))
    rows = rows.join(Group, Group.id == one.group_id).join(Round, Round.id == Group.round_id)
    rows = rows.join(Event, Event.id == Round.event_id)
    rows = rows.where(Separation.organisation_id == organisation_id, Event.ends_at > now)
    rows = rows.where(Event.state != "called_off", Round.state.in_(("draft", "published")))
    rows = rows.order_by(Event.starts_at, Event.id, Separation.id, Round.number, Round.state)
    return [Together(*row) for row in db.session.execute(rows)]


def refusals(organisation_id: int, since: datetime) -> list[tuple[str, int]]:
    """How often a rule stood against what each actor of this host pressed at the groups, the most often first."""
    rows = select(AuditEntry.actor, func.count()).group_by(AuditEntry.actor)
    rows = rows.where(AuditEntry.organisation_id == organisation_id)
    rows = rows.where(AuditEntry.verb == REFUSED, AuditEntry.at >= since)
    found = [(actor, number) for actor, number in db.session.execute(rows)]
    return sorted(found, key=lambda one: (-one[1], one[0]))


def companions(event_id: int, person_id: int) -> dict[int, list[int]]:
    """Everybody this person shared a published group with, by id, and in which rounds."""
    found: dict[int, list[int]] = {}
    for seat in seats_of(event_id, person_id):
        for other in seat.group.seats:
            if other.person_id != person_id:
                found.setdefault(other.person_id, []).append(seat.group.round.number)
    return found
