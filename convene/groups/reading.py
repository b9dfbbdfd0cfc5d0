"""The groups of one event as one page reads them: each fact once, however many parts of the page ask for it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from convene import clock
from convene.events.models import Event
from convene.groups import history, queries, settings
from convene.groups.models import Dealing, Need, Round, Snapshot
from convene.people.models import Lock, Separation
from convene.people.queries import pairs
from convene.signups import queries as signups
from convene.signups.models import Signup

LATE = timedelta(minutes=10)  # after the beginning, people who were told a group are still expected

Pair = tuple[int, int]  # two people's ids, the lower first


def still_arriving(event: Event, now: datetime) -> bool:
    """Until some minutes after the beginning, or the organiser's word that the list at the door is complete."""
    return event.attendance_complete_at is None and now < event.starts_at + LATE


def coming_of(event: Event, at_door: Sequence[Signup]) -> list[Signup]:
    """Those marked here, and while people still arrive, those with a place whom nobody has marked."""
    here = [one for one in at_door if one.attendance and one.attendance.state in ("attended", "part")]
    if here and not still_arriving(event, clock.now()):
        return here
    marked = set(here)
    return [one for one in at_door if one in marked or (one.state == "confirmed" and not one.attendance)]


class Reading:
    """Read when first asked for, and kept: for one page, never beyond a change."""

    def __init__(self, event: Event):
        self.event = event

    @cached_property
    def rounds(self) -> Sequence[Round]:
        return queries.rounds(self.event.id)

    @cached_property
    def kept(self) -> Sequence[Snapshot]:
        """What can be gone back to, the newest first: read after the rounds (see `revision`)."""
        return self.rounds and queries.snapshots(self.event.id)

    @cached_property
    def dealing(self) -> Dealing:
        return settings.of(self.event)

    @cached_property
    def at_door(self) -> Sequence[Signup]:
        """Who holds a place or waits for one, and whoever was marked or sits in a group; by name."""
        return signups.at_door(self.event.id, self.seated)

    @cached_property
    def coming(self) -> Sequence[Signup]:
        return coming_of(self.event, self.at_door)

    @cached_property
    def seated(self) -> set[int]:
        return {seat.person_id for round_ in self.rounds for group in round_.groups for seat in group.seats}

    @cached_property
    def people(self) -> list[int]:
        """The ids of all who are coming or sit in a group."""
        return sorted(self.seated.union(one.person_id for one in self.coming))

    @cached_property
    def every_apart(self) -> list[Pair]:
        return pairs(Separation, self.people)

    @cached_property
    def every_together(self) -> list[Pair]:
        return pairs(Lock, self.people)

    @cached_property
    def every_sat(self) -> Sequence[history.Sat]:
        return history.sat(self.event, self.people)

    @cached_property
    def facilitators(self) -> set[int]:
        return settings.facilitators_of(self.event.id)

    @cached_property
    def needs(self) -> Sequence[Need]:
        return settings.needs_of(self.event.id)

    def apart(self, ids: Collection[int]) -> list[Pair]:
        """Those of these who are kept apart."""
        return among(self.every_apart, ids)

    def together(self, ids: Collection[int]) -> list[Pair]:
        """Those of these who are kept together, by an organiser's rule."""
        return among(self.every_together, ids)

    def meetings(self, ids: Collection[int]) -> list[tuple[int, int, float]]:
        """As `history.meetings`: what others of the page did counts for nothing."""
        return history.priced(self.every_sat, ids)

    def leading(self) -> set[int]:
        """Who facilitates, where that is asked for."""
        return self.facilitators if self.dealing.facilitated else set()


def among(found: Iterable[Pair], ids: Collection[int]) -> list[Pair]:
    wanted = set(ids)
    return [pair for pair in found if wanted.issuperset(pair)]
