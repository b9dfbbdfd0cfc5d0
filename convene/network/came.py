"""What came of a quarter's events, counted once on the first of each month and kept: no two looks can be subtracted.

Only counts leave this room, in fives and outwards (rules.told). Whoever said nothing counts as "may be", never as no.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import combinations

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db, upsert
from convene.groups.models import Round, Seat
from convene.network.models import Tally, Tie
from convene.network.rules import IN_TOUCH, Told, told
from convene.people.models import Person
from convene.signups.models import Attendance, Signup

Pair = tuple[int, int]
HERE, AWAY = ("attended", "part"), ("no_show", "excused")
COUNTED_FOR = 10  # months after its quarter began, a count is taken
FIGURES = {
    "new": "Sat with somebody they had not met before",
    "touch": "Met somebody they stayed in touch with",
    "again": "Pairs who met for the first time and met again",
    "pairs": "Pairs who both said yes to staying in touch",
    "affiliations": "Of these, between two organisations",
    "fields": "Of these, between two fields of work",
}


@dataclass(slots=True)
class Facts:
    """What is known of one host's events up to a moment; ids alone.

    here, away  by event, who was marked so
    groups      by event in order of time, who sat together in a round that people were told of
    touched     of people: True where they said that they are in touch, False where they said they are not
    answered    people who answered a letter after one of these events
    ties        pairs who both said yes there
    lines       of each person, their organisation and field as they are compared; empty where they did not say
    """

    events: Sequence[int]
    here: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    away: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    groups: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    touched: dict[int, bool] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    ties: set[Pair] = field(default_factory=set)
    lines: dict[int, tuple[str, str]] = field(default_factory=dict)


def figures(facts: Facts) -> dict[str, Told]:
    """Every figure of FIGURES, as it may be told."""
    inside = set(facts.events)
    came: set[int] = set().union(*(facts.here[event] for event in facts.events))
    met: dict[Pair, list[int]] = defaultdict(list)  # at which events, in order
    new_sure: set[int] = set()
    new_may: set[int] = set()
    for event, group in facts.groups:
        here, away = facts.here[event], facts.away[event]
        for one, two in combinations(sorted(group - away), 2):
            first = not [known for known in met[one, two] if known != event]
            if event in inside and first:
                if one in here and two in here:
                    new_sure |= {one, two}
                new_may |= {one, two}
            if not met[one, two] or met[one, two][-1] != event:
                met[one, two].append(event)
    firsts = [
        pair for pair, events in met.items() if events[0] in inside and both_here(pair, events[0], facts)
    ]
    again = [pair for pair in firsts if any(both_here(pair, event, facts) for event in met[pair][1:])]
    again_may = [pair for pair in firsts if len(met[pair]) > 1]
    in_touch = {person for person, yes in facts.touched.items() if yes} & came
    tied = {person for pair in facts.ties for person in pair}
    not_in_touch = {person for person, yes in facts.touched.items() if not yes} | (facts.answered - tied)
    return {
        "new": told(len(new_sure & came), len(new_may & came), len(came)),
        "touch": told(len(in_touch), len(came - not_in_touch | in_touch), len(came)),
        "again": told(len(again), len(again_may), len(firsts)),
        "pairs": told(len(facts.ties), len(facts.ties)),
        "affiliations": told(*bridges(facts, 0)),
        "fields": told(*bridges(facts, 1)),
    }


def both_here(pair: Pair, event: int, facts: Facts) -> bool:
    return facts.here[event].issuperset(pair)


def bridges(facts: Facts, which: int) -> Pair:
    """Pairs with both sides known and different, and those with either unknown added."""
    sides = [
        (facts.lines.get(one, ("", ""))[which], facts.lines.get(two, ("", ""))[which])
        for one, two in facts.ties
    ]
    sure = sum(bool(one and two and one != two) for one, two in sides)
    return sure, sure + sum(not (one and two) for one, two in sides)


# Reading


def quarter_of(moment: datetime) -> str:
    return f"{moment.year}-Q{(moment.month + 2) // 3}"


def months_after(begin: datetime, months: int) -> datetime:
    year, month = divmod(begin.year * 12 + begin.month - 1 + months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def bounds(period: str) -> tuple[datetime, datetime]:
    year, quarter = int(period[:4]), int(period[-1])
    begin = datetime(year, 3 * quarter - 2, 1, tzinfo=UTC)
    return begin, months_after(begin, 3)


def periods(as_of: datetime) -> Iterator[str]:
    """Quarters that are counted on this first of a month: the one before it, and those not too long ago."""
    for back in range(COUNTED_FOR):
        begin = months_after(as_of, -back - 1)
        if begin.month % 3 == 1:
            yield quarter_of(begin)


def read(organisation_id: int, period: str, as_of: datetime) -> Facts:
    """The facts of one quarter as they stand; what was marked or said after `as_of` is not in it."""
    begin, end = bounds(period)
    mine = (Event.organisation_id == organisation_id, Event.state == "published", Event.ends_at <= as_of)
    rows = select(Event.id, Event.ends_at).where(*mine).order_by(Event.starts_at, Event.id)
    known = db.session.execute(rows).all()
    facts = Facts([event for event, ends_at in known if begin <= ends_at < end])
    order = {event: place for place, (event, _) in enumerate(known)}
    marked = select(Signup.event_id, Signup.person_id, Attendance.state).join(Attendance).join(Event)
    for event, person, state in db.session.execute(marked.where(*mine, Attendance.marked_at <= as_of)):
        (facts.here if state in HERE else facts.away)[event].add(person)
    groups: dict[tuple[int, int], set[int]] = defaultdict(set)
    seats = select(Round.event_id, Seat.group_id, Seat.person_id).join(Round).join(Event)
    for event, group, person in db.session.execute(
        seats.where(*mine, Round.state.in_(("published", "held")))
    ):
        groups[event, group].add(person)
    in_order = sorted(groups.items(), key=lambda one: (order[one[0][0]], one[0][1]))
    facts.groups = [(event, frozenset(people)) for (event, _), people in in_order]
    of_ties(facts, as_of)
    return facts


def of_ties(facts: Facts, as_of: datetime) -> None:
    """Who agreed at these events, and what they said of it by then; ended or not, it came about."""
    rows = select(Tie.person_id, Tie.other_id, Tie.came, Tie.answered_at)
    rows = rows.where(Tie.event_id.in_(facts.events), Tie.made_at <= as_of)
    said: dict[int, list[str]] = defaultdict(list)
    for person, other, came, answered_at in db.session.execute(rows):
        facts.ties.add((min(person, other), max(person, other)))
        said[person].append(came if answered_at and answered_at <= as_of else "")
    for person, words in said.items():
        if any(one in IN_TOUCH for one in words):
            facts.touched[person] = True
        elif all(one == "not_now" for one in words):
            facts.touched[person] = False
    ids = {person for pair in facts.ties for person in pair}
    people = select(Person.id, Person.affiliation, Person.field).where(Person.id.in_(ids))
    for person, affiliation, field_ in db.session.execute(people):
        facts.lines[person] = (compared(affiliation), compared(field_))


def compared(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


# Keeping


def first_of_month(now: datetime) -> datetime:
    return datetime(now.year, now.month, 1, tzinfo=UTC)


def uncounted(now: datetime) -> list[tuple[int, str, datetime]]:
    """What is still to be counted as of the first of this month: (host, quarter, moment)."""
    as_of = first_of_month(now)
    done = select(Tally.organisation_id, Tally.period).where(Tally.as_of == as_of)
    counted = {(host, period) for host, period in db.session.execute(done)}
    found = []
    for period in periods(as_of):
        begin, end = bounds(period)
        held = select(Event.organisation_id).where(Event.state == "published")
        held = held.where(Event.ends_at >= begin, Event.ends_at < min(end, as_of)).distinct()
        found += [(host, period, as_of) for host in db.session.scalars(held) if (host, period) not in counted]
    return found


def count(
    organisation_id: int, period: str, as_of: datetime, answered: Iterable[int], feeling: Told | None = None
) -> None:
    """Count and keep; a second count of the same moment changes nothing. `answered`: as in Facts."""
    facts = read(organisation_id, period, as_of)
    facts.answered = set(answered)
    found = figures(facts)
    if feeling is not None:
        found["feeling"] = feeling
    kept = {name: None if one.hidden else [one.least, one.most, one.of] for name, one in found.items()}
    row = upsert(Tally).values(organisation_id=organisation_id, period=period, as_of=as_of, figures=kept)
    db.session.execute(row.on_conflict_do_nothing())


def latest(organisation_id: int) -> list[Tally]:
    """The newest count of each quarter, the newest quarter first."""
    rows = select(Tally).where(Tally.organisation_id == organisation_id).order_by(Tally.as_of)
    newest = {one.period: one for one in db.session.scalars(rows)}
    return [newest[period] for period in sorted(newest, reverse=True)]
