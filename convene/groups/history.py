"""Who has met whom at earlier events, as the prices of meeting again that the deal takes."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import combinations

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.groups.deal import price_of_meeting
from convene.groups.models import Round, Seat


def meetings(
    event: Event, person_ids: Sequence[int], leaving_out: Collection[int] = ()
) -> list[tuple[int, int, float]]:
    """Each pair of these people that shared a group before this event, with the summed price of meeting again.

    A meeting fades with the number of the host's events since (deal.price_of_meeting): the latest has age 0.
    Counts rounds that people were told of, at events still to come too; of an event that was called off, only
    what was held. `leaving_out` are ids of events that do not count. Grows with the seats those people had, not
    with all pairs.
    """
    lived = (Round.state == "held") | ((Round.state == "published") & (Event.state != "called_off"))
    told = (lived, Event.organisation_id == event.organisation_id)
    before = (Event.id.not_in({event.id, *leaving_out}), Event.starts_at < event.starts_at)
    rows = select(Event.starts_at, Event.id, Seat.group_id, Seat.person_id)
    rows = rows.join(Round, Seat.round_id == Round.id).join(Event, Round.event_id == Event.id)
    rows = rows.where(*told, *before, Seat.person_id.in_(person_ids))
    seats = db.session.execute(rows.order_by(Event.starts_at.desc(), Event.id)).all()
    age_of: dict[int, int] = {}
    people_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    for _, event_id, group_id, person_id in seats:
        age_of.setdefault(event_id, len(age_of))
        people_of[event_id, group_id].append(person_id)
    prices: dict[tuple[int, int], float] = defaultdict(float)
    for (event_id, _), people in people_of.items():
        for pair in combinations(sorted(people), 2):
            prices[pair] += price_of_meeting(age_of[event_id])
    return [(first, second, price) for (first, second), price in sorted(prices.items())]
