"""The board of groups as an organiser reads it, counted anew from the rows: moves by hand are in it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from convene.events.models import Event
from convene.groups import history
from convene.groups.models import Group, Round
from convene.groups.rules import shared


@dataclass(frozen=True, slots=True)
class Table:
    """One group on the board: the sentences say what its people share, and what is not as it should be."""

    group: Group
    shared: list[str]
    notes: list[str]


def kept_together(event: Event, rounds: Iterable[Round]) -> set[tuple[int, int]]:
    """The pairs of one block: they sit together on purpose, so it is no repeat."""
    block: dict[int, set[int]] = {}
    for first, second in pairs(Lock, sorted(seated(rounds))):
        whole = block.get(first, {first}) | block.get(second, {second})
        block.update(dict.fromkeys(whole, whole))
    return {pair for whole in block.values() for pair in combinations(sorted(whole), 2)}


def seated(rounds: Iterable[Round]) -> set[int]:
    return {seat.person_id for round_ in rounds for group in round_.groups for seat in group.seats}


def met_before(event: Event, rounds: Iterable[Round]) -> set[tuple[int, int]]:
    ids = {seat.person_id for round_ in rounds for group in round_.groups for seat in group.seats}
    return {(first, second) for first, second, _ in history.meetings(event, sorted(ids))}


def pairs_of(group: Group) -> list[tuple[int, int]]:
    return list(combinations(sorted(seat.person_id for seat in group.seats), 2))


def tables(round_: Round, earlier: Sequence[Round], before: set[tuple[int, int]]) -> list[Table]:
    """The groups of a round, each with what can be said of it."""
    met = {pair for other in earlier for group in other.groups for pair in pairs_of(group)}
    found = []
    for group in round_.groups:
        names = {seat.person_id: seat.person.name for seat in group.seats}
        facts = [{"field": seat.person.field, "place": seat.person.place} for seat in group.seats]
        notes = [f"{both(names, pair)} met in an earlier round." for pair in pairs_of(group) if pair in met]
        notes += [
            f"{both(names, pair)} met at an earlier event." for pair in pairs_of(group) if pair in before
        ]
        notes += [caveat.text for caveat in group.caveats if " met " not in caveat.text]
        found.append(Table(group, shared(facts), notes))
    return found


def both(names: Mapping[int, str], pair: tuple[int, int]) -> str:
    return f"{names[pair[0]]} and {names[pair[1]]}"


def figures(rounds: Sequence[Round], before: set[tuple[int, int]]) -> dict[str, int]:
    """How the whole arrangement does: pairs new to each other, meetings again, pairs that met before."""
    shared_by = Counter(pair for round_ in rounds for group in round_.groups for pair in pairs_of(group))
    return {
        "new": sum(pair not in before for pair in shared_by),
        "repeats": sum(count - 1 for count in shared_by.values()),
        "before": sum(pair in before for pair in shared_by),
    }


def widest(rounds: Sequence[Round]) -> list[Group]:
    """The groups of the round that has most of them: rooms are numbered alike in every round."""
    return max((round_.groups for round_ in rounds), key=len, default=[])
