"""The people whom a hard rule binds, gathered into units that move as one, for construction and for
refusals."""

from dataclasses import dataclass

from .board import Board

NOWHERE = 1 << 30
"""A group that no round has."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One keep-together block, or one person alone.

    limit         may sit in groups 0..limit-1
    facilitators  how many of the members facilitate
    apart         numbers of units that must not share its group
    only          the one group that it may sit in, where it is pinned; -1 for none. Two at once: NOWHERE.
    """

    members: tuple[int, ...]
    limit: int
    facilitators: int
    apart: frozenset[int]
    only: int = -1


@dataclass(frozen=True, slots=True)
class Bound:
    """All units bound by a rule, and everybody else, who fits anywhere."""

    units: tuple[Unit, ...]
    free_facilitators: tuple[int, ...]
    free: tuple[int, ...]


def gather_rounds(board: Board) -> list[Bound]:
    """The units of each round: the same but for pins."""
    free = gather(board, None)
    return [gather(board, r) if (board.pinned[r] >= 0).any() else free for r in range(board.rounds)]


def gather(board: Board, r: int | None) -> Bound:
    """Units of one round, or of a round without pins. A pair apart inside one block makes a unit that is
    apart from itself: never seatable."""
    pinned = [-1] * board.n if r is None else board.pinned[r].tolist()
    home: dict[int, int] = {}
    members: list[tuple[int, ...]] = []
    for block in board.blocks():
        for person in block:
            home[person] = len(members)
        members.append(tuple(block))
    alone = {person for pair in board.apart.tolist() for person in pair}
    alone.update((board.limit < board.groups).nonzero()[0].tolist())
    alone.update(person for person, group in enumerate(pinned) if group >= 0)
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
            _only({pinned[person] for person in each} - {-1}),
        )
        for k, each in enumerate(members)
    )
    rest = [person for person in range(board.n) if person not in home]
    return Bound(
        units,
        tuple(person for person in rest if counts and board.facilitator[person]),
        tuple(person for person in rest if not (counts and board.facilitator[person])),
    )


def _only(groups: set[int]) -> int:
    return -1 if not groups else groups.pop() if len(groups) == 1 else NOWHERE
