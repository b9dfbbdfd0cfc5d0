"""How many places an event has left, and who is offered one: rules that take numbers and moments."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.calendar.quiet import WAKES, add_waking
from convene.calendar.zones import zone as known

OFFER = timedelta(hours=24)
OFFER_LATE = timedelta(hours=2)  # when the event is within a day


@dataclass(frozen=True, slots=True)
class Places:
    """`taken` counts places held (confirmed and offered); `waiting` those in line without one."""

    capacity: int
    taken: int
    waiting: int

    @property
    def left(self) -> int:
        return max(0, self.capacity - self.taken)

    @property
    def open_to_new(self) -> bool:
        """Whether somebody new gets a place at once: never past those who already wait."""
        return self.left > 0 and self.waiting == 0


def offer_ends(now: datetime, starts_at: datetime, zone: str) -> datetime:
    """Until when a freed place is held for the person it is offered to (moments in UTC).

    24 hours, or 2 when the event is within a day, on a clock that stands still from 20:00 to 08:00 in the
    person's zone; it runs on through the night if the event starts before 10:00 of the morning after that night
    (after midnight, this morning). Never past the start.
    """
    here = known(zone)
    local = now.astimezone(here)
    today_ten = datetime(local.year, local.month, local.day, 10, tzinfo=here)
    next_morning = today_ten if local.time() < WAKES else today_ten + timedelta(days=1)
    length = OFFER_LATE if starts_at - now <= timedelta(hours=24) else OFFER
    ends = now + length if starts_at < next_morning else add_waking(now, length, zone)
    return min(ends, starts_at)
