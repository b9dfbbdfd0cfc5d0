"""All sessions of a circle dealt at once: for a fixed list, one plan spreads who meets whom over the whole season."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Literal

from sqlalchemy import select

from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.groups import actions, facts, history, queries, rules, settings, undo
from convene.groups.actions import Changed
from convene.groups.deal import Caveat, Pin, Plan, Problem
from convene.groups.deal.kin import joined
from convene.groups.dealing import Dealt
from convene.groups.models import Round
from convene.groups.spread import Pair, Spread, spread
from convene.people.models import Lock
from convene.people.queries import pairs
from convene.signups.models import Signup

Hindrance = Literal["no_circle", "over", "told", "one", "nobody", "lists", "terms", "ways"]
Terms = tuple[
    object, ...
]  # who facilitates and who needs what, as a session says it; empty if it says nothing


class NotPlanned(Exception):
    """These sessions cannot be planned at once; `why` is what stands in the way."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Season:
    """The sessions of one circle that have not ended, each kind in order of date.

    sessions    to be planned at once: nothing of them was published or held, and all have groups of one size
    told        what was published or held of these stays as it is
    of_other_size    left out, because their groups have another size
    names       everybody on the list of one of `sessions`, by id, in order of name
    lists       by event id, the people on the list of each of them: whom a deal of it alone would seat
    terms       by event id; a session that says nothing is dealt on the terms of the others
    ways        by event id, who is in the room and who online; empty where all come by one way
    """

    in_circle: bool
    sessions: tuple[Event, ...]
    told: tuple[Event, ...]
    of_other_size: tuple[Event, ...]
    names: dict[int, str]
    lists: dict[int, frozenset[int]]
    terms: dict[int, Terms]
    ways: dict[int, tuple[frozenset[int], ...]]

    @property
    def rounds(self) -> int:
        return sum(session.round_count for session in self.sessions)

    @property
    def hindrance(self) -> Hindrance | None:
        """What stands in the way of planning at once, if anything does."""
        if not self.in_circle:
            return "no_circle"
        if not (self.sessions or self.told):
            return "over"
        if not self.sessions:
            return "told"
        if len(self.sessions) == 1:
            return "one"
        if len(self.names) < rules.SMALLEST:
            return "nobody"
        if any(self.missing(session) for session in self.sessions):
            return "lists"
        said = [terms for terms in self.terms.values() if terms]
        if any(terms != said[0] for terms in said):
            return "terms"
        return "ways" if len(set(self.ways.values())) > 1 else None

    @property
    def apart(self) -> list[int]:
        """How many are dealt by themselves: those in the room and those online, or everybody."""
        return [len(way) for way in next(iter(self.ways.values()), ())] or [len(self.names)]

    @property
    def now_here_now_there(self) -> list[str]:
        """Who comes to one of the sessions by another way than to another, by name."""
        return [
            name
            for person_id, name in self.names.items()
            if len({self.is_online(session, person_id) for session in self.sessions}) > 1
        ]

    def is_online(self, session: Event, person_id: int) -> bool:
        return any(person_id in online for online in self.ways[session.id][1:])

    @property
    def telling(self) -> int:
        """The place in `sessions` of the one that says who facilitates and who needs what."""
        return next((n for n, session in enumerate(self.sessions) if self.terms[session.id]), 0)

    def missing(self, session: Event) -> list[str]:
        """Who is on the list of another session and not of this one, by name."""
        here = self.lists[session.id]
        return [name for person_id, name in self.names.items() if person_id not in here]


@dataclass(frozen=True, slots=True)
class Asked:
    """One problem over the rounds of all sessions together; `sessions` are (event id, its rounds) in order of date."""

    sessions: tuple[tuple[int, int], ...]
    problem: Problem


def of(event: Event, now: datetime) -> Season:
    """The season that an event belongs to, ended itself or not; without a circle it belongs to none."""
    coming = upcoming(event, now) if event.circle_id else []
    known = told_of(coming)
    open_ = [session for session in coming if session.id not in known]
    size = next((one.group_size for one in open_ if one.id == event.id), None)
    size = size or next((one.group_size for one in open_), 0)
    sessions = tuple(one for one in open_ if one.group_size == size)
    seats = {session.id: facts.to_seat(session) for session in sessions}
    names = {signup.person_id: signup.person.name for signups in seats.values() for signup in signups}
    return Season(
        in_circle=event.circle_id is not None,
        sessions=sessions,
        told=tuple(session for session in coming if session.id in known),
        of_other_size=tuple(one for one in open_ if one.group_size != size),
        names=dict(sorted(names.items(), key=lambda one: (one[1].casefold(), one[0]))),
        lists={id_: frozenset(signup.person_id for signup in signups) for id_, signups in seats.items()},
        terms={session.id: terms_of(session, names) for session in sessions},
        ways={session.id: ways_of(session, seats[session.id]) for session in sessions},
    )


def upcoming(event: Event, now: datetime) -> Sequence[Event]:
    """The published sessions of this event's circle that have not ended, the soonest first."""
    rows = select(Event).where(
        Event.circle_id == event.circle_id,
        Event.organisation_id == event.organisation_id,
        Event.state == "published",
        Event.ends_at > now,
    )
    return db.session.scalars(rows.order_by(Event.starts_at, Event.id)).all()


def told_of(sessions: Sequence[Event]) -> set[int]:
    """The ids of those of which something was published or held."""
    rows = select(Round.event_id).where(Round.event_id.in_([session.id for session in sessions]))
    return set(db.session.scalars(rows.where(Round.state.in_(("published", "held"))).distinct()))


def ways_of(event: Event, coming: Sequence[Signup]) -> tuple[frozenset[int], ...]:
    """Who comes to the room and who online, as far as the two are dealt each by itself."""
    ways = tuple(frozenset(map(facts.id_of, way)) for way in facts.ways(event, coming))
    return ways if len(ways) > 1 and all(ways) else ()


def terms_of(event: Event, here: Collection[int]) -> Terms:
    """What an event says of these people."""
    needs = [
        (need.name, need.groups, people)
        for need in settings.needs_of(event.id)
        if (people := sorted(one.person_id for one in need.people if one.person_id in here))
    ]
    leading = sorted(settings.leading(event).intersection(here))
    return (sorted(needs), leading) if needs or leading else ()


def ask(season: Season, seed: int) -> Asked:
    """Everything the deal needs to know of the whole season. Raises NotPlanned.

    Wishes and newcomers are as at the first session, needs and facilitators as at the first that says any. Met
    counts whatever was told of anywhere before the last: a session in between that stays as it was published is
    lived through before the season is over.
    """
    if season.hindrance:
        raise NotPlanned(season.hindrance)
    alone = [facts.problem(session, seed) for session in season.sessions]
    met = history.meetings(season.sessions[-1], list(season.names))
    pinned: list[Pin] = []
    before = 0
    for session, asked in zip(season.sessions, alone, strict=True):
        pinned += [replace(pin, round=before + pin.round) for pin in asked.pinned]
        before += session.round_count
    telling, new = alone[season.telling], {guest.id for guest in alone[0].people if guest.newcomer}
    whole = replace(
        alone[0],
        people=tuple(replace(guest, newcomer=guest.id in new) for guest in telling.people),
        facilitated=telling.facilitated,
        served=telling.served,
        rounds=season.rounds,
        met=tuple((facts.key(first), facts.key(second), price) for first, second, price in met),
        pinned=tuple(pinned),
    )
    return Asked(tuple((session.id, session.round_count) for session in season.sessions), whole)


def keep(asked: Asked, plan: Plan, now: datetime) -> list[Round]:
    """Write the plan's rounds over the sessions in order of date, as their drafts; nobody is told of anything.

    Takes the locks of all these events itself, so begin_write must have come before. Raises Changed, and then
    nothing may be committed, if the sessions, their rounds or a fact that binds the plan are no longer what it was
    made for.
    """
    # Two organisers may press at once, from different sessions: whoever takes the lowest id first takes them all.
    sessions = {event_id: locked(event_id) for event_id, _ in sorted(asked.sessions)}
    season = of(sessions[asked.sessions[0][0]], now)
    try:
        again = ask(season, asked.problem.seed)
    except NotPlanned:
        raise Changed from None
    if again.sessions != asked.sessions or facts.binding(again.problem) != facts.binding(asked.problem):
        raise Changed
    made: list[Round] = []
    # Whoever began often at one session begins less often at the next: what people were told of elsewhere counts.
    told = [queries.rounds(event.id, "published", "held") for event in season.told]
    started = Counter(actions.starters(round_ for rounds in told for round_ in rounds))
    for event_id, count in asked.sessions:
        made += keep_one(sessions[event_id], asked.problem.seed, part(plan, len(made), count), now, started)
    return made


def keep_one(event: Event, seed: int, plan: Plan, now: datetime, started: Counter[int]) -> list[Round]:
    undo.remember(event, "deal", now)
    made = actions.keep(event, facts.problem(event, seed), plan, now, started)
    # No seed: looking on for a better deal of this session alone would spoil the season.
    actions.note(event, Dealt(plan, plan.least_repeats, plan.because), None)
    return made


def part(plan: Plan, before: int, count: int) -> Plan:
    """The rounds of one session out of the whole plan; what was counted over the season is not said of one session."""
    caveats = tuple(
        Caveat(
            one.round - before, one.group, one.text.replace("an earlier round", "an earlier round or session")
        )
        for one in plan.caveats
        if before < one.round <= before + count
    )
    return replace(
        plan, rounds=plan.rounds[before : before + count], caveats=caveats, least_repeats=0, because=()
    )


def dealt(sessions: Sequence[Event]) -> dict[int, Sequence[Round]]:
    """What each session has, drafts or what was told; only those that have any."""
    boards = {session.id: queries.board(session.id) for session in sessions}
    return {event_id: rounds for event_id, rounds in boards.items() if rounds}


def spread_of(boards: Mapping[int, Sequence[Round]], last: Event) -> tuple[Spread, list[Pair]]:
    """Who meets whom over these sessions, and the pairs of them who are kept together; `last` is the latest."""
    seated = [
        [[seat.person_id for seat in group.seats] for group in round_.groups]
        for rounds in boards.values()
        for round_ in rounds
    ]
    people = sorted({person for groups in seated for group in groups for person in group})
    blocks = joined((str(first), str(second)) for first, second in pairs(Lock, people))
    kept = [pair for block in blocks for pair in combinations(sorted(map(int, block)), 2)]
    here = set(boards)
    met = {(first, second) for first, second, _ in history.meetings(last, people, leaving_out=here)}
    return spread(seated, kept, met), kept
