"""The people whom a hard rule binds, gathered into units that move as one, for construction and for
refusals."""

from dataclasses import dataclass

from .board import Board


@dataclass(frozen=True, slots=True)
class Unit:
    """One keep-together block, or one person alone.

    limit         may sit in groups 0..limit-1
    facilitators  how many of the members facilitate
    apart         numbers of units that must not share its group
    """

    members: tuple[int, ...]
    limit: int
    facilitators: int
    apart: frozenset[int]


@dataclass(frozen=True, slots=True)
class Bound:
    """All units bound by a rule, and everybody else, who fits anywhere."""

    units: tuple[Unit, ...]
    free_facilitators: tuple[int, ...]
    free: tuple[int, ...]


def gather(board: Board) -> Bound:
    """Units of a board. A pair apart inside one block makes a unit that is apart from itself: never
    seatable."""
    home: dict[int, int] = {}
    members: list[tuple[int, ...]] = []
    for block in board.blocks():
        for person in block:
            home[person] = len(members)
        members.append(tuple(block))
    alone = {person for pair in board.apart.tolist() for person in pair}
    alone.update((board.limit < board.groups).nonzero()[0].tolist())
    for person in sorted(alone):
        if person not in home:
            home[person] = len(members)
            members.append((person,))
    clashes: list[set[int]] = [set() for _ in members]
    for one, other in board.apart.tolist():
        clashes[home[one]].add(home[other])
        clashes[home[other]].add(home[one])
    counts = board.facilitated
    units = tuple(
        Unit(
            each,
            min(int(board.limit[person]) for person in each),
            sum(bool(board.facilitator[person]) for person in each) if counts else 0,
            frozenset(clashes[k]),
        )
        for k, each in enumerate(members)
    )
    rest = [person for person in range(board.n) if person not in home]
    return Bound(
        units,
        tuple(person for person in rest if counts and board.facilitator[person]),
        tuple(person for person in rest if not (counts and board.facilitator[person])),
    )
