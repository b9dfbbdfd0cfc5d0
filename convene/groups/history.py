"""Who has met whom at earlier events, as the prices of meeting again that the deal takes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.groups.deal import price_of_meeting
from convene.groups.models import Round, Seat

Sat = tuple[int, int, int]  # event, group, person


def meetings(
    event: Event, person_ids: Sequence[int], leaving_out: Collection[int] = ()
) -> list[tuple[int, int, float]]:
    """Each pair of these people that shared a group before this event, with the summed price of meeting again.

    Counts rounds that people were told of, at events still to come too; of an event that was called off, only
    what was held. `leaving_out` are ids of events that do not count. Grows with the seats those people had, not
    with all pairs.
    """
    return priced(sat(event, person_ids, leaving_out), person_ids)


def sat(event: Event, person_ids: Sequence[int], leaving_out: Collection[int] = ()) -> Sequence[Sat]:
    """Where these people sat before this event, the latest event first."""
    lived = (Round.state == "held") | ((Round.state == "published") & (Event.state != "called_off"))
    told = (lived, Event.organisation_id == event.organisation_id)
    before = (Event.id.not_in({event.id, *leaving_out}), Event.starts_at < event.starts_at)
    rows = select(Event.id, Seat.group_id, Seat.person_id)
    rows = rows.join(Round, Seat.round_id == Round.id).join(Event, Round.event_id == Event.id)
    rows = rows.where(*told, *before, Seat.person_id.in_(person_ids))
    found = db.session.execute(rows.order_by(Event.starts_at.desc(), Event.id))
    return [(event_id, group_id, person_id) for event_id, group_id, person_id in found]


def priced(seats: Iterable[Sat], person_ids: Collection[int]) -> list[tuple[int, int, float]]:
    """Each pair of these people that shared one of these groups, with the summed price of meeting again.

    A meeting fades with the number of the events since at which any of them sat (deal.price_of_meeting): the latest
    has age 0.
    """
    wanted = set(person_ids)
    age_of: dict[int, int] = {}
    people_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for event_id, group_id, person_id in seats:
        if person_id not in wanted:
            continue
        age_of.setdefault(event_id, len(age_of))
        people_of[event_id, group_id].append(person_id)
    prices: dict[tuple[int, int], float] = defaultdict(float)
    for (event_id, _), people in people_of.items():
        for pair in combinations(sorted(people), 2):
            prices[pair] += price_of_meeting(age_of[event_id])
    return [(first, second, price) for (first, second), price in sorted(prices.items())]
