"""How an event's groups are dealt, as its organisers set it: what to mix, who facilitates, who needs what."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnDefault, delete, select
from sqlalchemy.orm import joinedload

from convene.events import actions as events
from convene.events.models import Event
from convene.extensions import db
from convene.groups.models import Dealing, Facilitator, Need, NeedOf
from convene.people.words import folded_name
from convene.signups import queries as signups
from convene.signups.models import Signup

OF_EVENT = ("group_size", "round_count")
OF_DEAL = (
    "minutes",
    "mix_affiliation",
    "mix_field",
    "mix_place",
    "mix_first_timers",
    "facilitated",
    "match_offers",
)
MOST_NEEDS = 20


class SameName(Exception):
    """The event has a need of that name already."""


class TooMany(Exception):
    """The event has as many needs as one event may have."""


# Reading


def of(event: Event) -> Dealing:
    """How this event is dealt: its row, or one as the columns begin, which is not kept."""
    found = db.session.get(Dealing, event.id)
    if found is None:
        columns = db.metadata.tables[Dealing.__tablename__].columns
        defaults = {one.name: one.default for one in columns if isinstance(one.default, ColumnDefault)}
        begin = {name: default.arg for name, default in defaults.items() if default.is_scalar}
        found = Dealing(event_id=event.id, because=[], open_because=[], **begin)
    return found


def coming(event: Event) -> Sequence[Signup]:
    """Those with a place, and whoever is here, by name: of whom it can be said who facilitates and who needs what."""
    found = {*signups.in_state(event.id, "confirmed"), *signups.present(event.id)}
    return sorted(found, key=lambda one: (one.person.name.casefold(), one.id))


def facilitators_of(event_id: int) -> set[int]:
    """The ids of the people who facilitate, coming or not."""
    return set(db.session.scalars(select(Facilitator.person_id).where(Facilitator.event_id == event_id)))


def needs_of(event_id: int) -> Sequence[Need]:
    """The needs in the order they were added, each with who has it: one query."""
    rows = select(Need).where(Need.event_id == event_id).order_by(Need.id)
    return db.session.scalars(rows.options(joinedload(Need.people))).unique().all()


def need(event_id: int, need_id: int) -> Need | None:
    return db.session.scalar(select(Need).where(Need.event_id == event_id, Need.id == need_id))


def leading(event: Event) -> set[int]:
    """Who facilitates, where that is asked for."""
    return facilitators_of(event.id) if of(event).facilitated else set()


def reach(needs: Sequence[Need]) -> dict[int, int]:
    """For each person who needs something, how many groups of a round, counted from the first, can seat them."""
    found: dict[int, int] = {}
    for each in needs:
        for one in each.people:
            found[one.person_id] = min(each.groups, found.get(one.person_id, each.groups))
    return found


# Writing; the event's row must be locked


def row(event: Event) -> Dealing:
    """The event's row, made if there is none."""
    found = of(event)
    db.session.add(found)
    return found


def save(event: Event, how: Mapping[str, Any], now: datetime) -> None:
    """Keep everything that OF_EVENT and OF_DEAL name. Raises events.CalledOff."""
    events.edit(event, {name: how[name] for name in OF_EVENT}, now)
    dealing = row(event)
    for name in OF_DEAL:
        setattr(dealing, name, how[name])
    db.session.flush()


def set_facilitators(event: Event, listed: Collection[int], ticked: Collection[int]) -> None:
    """Of the people listed, those ticked facilitate. Who is not listed stays what they were."""
    was = facilitators_of(event.id)
    gone = was.intersection(listed).difference(ticked)
    db.session.execute(
        delete(Facilitator).where(Facilitator.event_id == event.id, Facilitator.person_id.in_(gone))
    )
    new = sorted(set(listed).intersection(ticked) - was)
    db.session.add_all([Facilitator(event_id=event.id, person_id=person_id) for person_id in new])
    db.session.flush()


def set_need(
    event: Event,
    changed: Need | None,
    name: str,
    groups: int,
    listed: Collection[int],
    ticked: Collection[int],
) -> Need:
    """Change this need, or add one; who has it as in `set_facilitators`. Raises SameName, TooMany."""
    others = [each for each in needs_of(event.id) if each is not changed]
    if folded_name(name) in {folded_name(each.name) for each in others}:
        raise SameName
    if changed is None and len(others) >= MOST_NEEDS:
        raise TooMany
    kept = changed or Need(event_id=event.id)
    kept.name, kept.groups = name, groups
    was = {one.person_id for one in kept.people}
    stay = [one for one in kept.people if one.person_id not in listed or one.person_id in ticked]
    new = sorted(set(listed).intersection(ticked) - was)
    kept.people = [*stay, *(NeedOf(person_id=person_id) for person_id in new)]
    db.session.add(kept)
    db.session.flush()
    return kept


def remove_need(event: Event, need_id: int) -> Need | None:
    """Take a need off the event, with who has it; what it was, or none."""
    found = need(event.id, need_id)
    if found is not None:
        db.session.delete(found)
        db.session.flush()
    return found
