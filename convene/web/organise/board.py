"""The board of groups as an organiser reads it, counted anew from the rows: moves by hand are in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from convene.groups.models import Group, Round
from convene.groups.reading import Reading
from convene.groups.rules import shared

Pair = tuple[int, int]  # two people's ids, the lower first

# What the deal wrote down of these may be out of date after a move, so it is worked out here.
COUNTED_HERE = (" met ", "newcomer", "facilitates")
LONE = "One person here is the only newcomer."
NOBODY_LEADS, SEVERAL_LEAD = "Nobody here facilitates.", "More than one person here facilitates."


@dataclass(frozen=True, slots=True)
class Table:
    """One group: the sentences say what its people share, and what is not as it should be."""

    group: Group
    shared: list[str]
    notes: list[str]


class Board:
    """The rounds of one event that are worked on, and what is known of the people in them."""

    def __init__(self, rounds: Sequence[Round], known: Reading):
        self.rounds = rounds
        people = {seat.person_id for group in groups_of(rounds) for seat in group.seats}
        self.before = {(first, second) for first, second, _ in known.meetings(people)}
        self.bound = blocks(known.together(people))
        self.newcomers = {one.person_id for one in known.at_door if one.first_time}
        self.facilitated = known.dealing.facilitated
        self.leading = known.leading()

    def meetings(self, group: Group) -> list[Pair]:
        """The pairs who meet in a group; those who are kept together do not meet there."""
        seated = sorted(seat.person_id for seat in group.seats)
        return [pair for pair in combinations(seated, 2) if pair not in self.bound]

    def tables(self, round_: Round) -> list[Table]:
        earlier = [one for one in self.rounds if one.number < round_.number]
        met = {pair for group in groups_of(earlier) for pair in self.meetings(group)}
        seated = [seat.person_id for group in round_.groups for seat in group.seats]
        enough = len(self.leading.intersection(seated)) >= len(round_.groups)
        return [self.table(group, met, enough) for group in round_.groups]

    def table(self, group: Group, met: set[Pair], enough: bool) -> Table:
        """`enough`: there is a facilitator for each group of the round, so that one may have two."""
        names = {seat.person_id: seat.person.name for seat in group.seats}
        facts = [{"field": seat.person.field, "place": seat.person.place} for seat in group.seats]
        meetings = self.meetings(group)
        notes = [f"{both(names, pair)} met in an earlier round." for pair in meetings if pair in met]
        notes += [f"{both(names, pair)} met at an earlier event." for pair in meetings if pair in self.before]
        if len(names) > 1 and len(self.newcomers & names.keys()) == 1:
            notes.append(LONE)
        leading = len(self.leading & names.keys())
        if self.facilitated and names and not leading:
            notes.append(NOBODY_LEADS)
        if self.facilitated and leading > 1 and not enough:
            notes.append(SEVERAL_LEAD)
        notes += [one.text for one in group.caveats if not any(word in one.text for word in COUNTED_HERE)]
        return Table(group, shared(facts, "them"), notes)

    def figures(self) -> dict[str, int]:
        """How the whole does: pairs new to each other, meetings again in these rounds, pairs from before."""
        times = Counter(pair for group in groups_of(self.rounds) for pair in self.meetings(group))
        return {
            "new": sum(pair not in self.before for pair in times),
            "repeats": sum(count - 1 for count in times.values()),
            "before": sum(pair in self.before for pair in times),
        }


def groups_of(rounds: Iterable[Round]) -> list[Group]:
    return [group for round_ in rounds for group in round_.groups]


def blocks(locks: Iterable[Pair]) -> set[Pair]:
    """Every pair inside a block of people who are kept together, over however many rules."""
    block: dict[int, set[int]] = {}
    for first, second in locks:
        whole = block.get(first, {first}) | block.get(second, {second})
        block.update(dict.fromkeys(whole, whole))
    return {pair for whole in block.values() for pair in combinations(sorted(whole), 2)}


def both(names: Mapping[int, str], pair: Pair) -> str:
    return f"{names[pair[0]]} and {names[pair[1]]}"
