"""How many places an event has left, and who is offered one: rules that take numbers and moments."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.calendar.quiet import WAKES, add_waking
from convene.calendar.zones import zone as known

OFFER = timedelta(hours=24)
OFFER_LATE = timedelta(hours=2)  # when the event is within a day


@dataclass(frozen=True, slots=True)
class Places:
    """`taken` counts places held (confirmed and offered); `waiting` those in line without one.

    `parts`: of an event in a room and online as well, each with places and a line of its own; these are their sums.
    """

    capacity: int
    taken: int
    waiting: int
    parts: tuple["Places", "Places"] | None = None

    @property
    def left(self) -> int:
        return sum(part.left for part in self.parts) if self.parts else max(0, self.capacity - self.taken)

    @property
    def over(self) -> int:
        """How many more hold a place than there are: by a host's personal invitation."""
        return sum(part.over for part in self.parts) if self.parts else max(0, self.taken - self.capacity)

    @property
    def open_to_new(self) -> bool:
        """Whether somebody new gets a place at once: never past those who already wait."""
        if self.parts:
            return any(part.open_to_new for part in self.parts)
        return self.left > 0 and self.waiting == 0

    def of(self, online: bool) -> "Places":
        """Those in the room or those online, where they are apart; else all."""
        return self.parts[online] if self.parts else self


def both(room: Places, online: Places) -> Places:
    """Of an event in a room and online as well."""
    return Places(
        room.capacity + online.capacity,
        room.taken + online.taken,
        room.waiting + online.waiting,
        (room, online),
    )


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
