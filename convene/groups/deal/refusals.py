"""Says why no seating exists: one plain sentence for each clash, naming everybody in the chain and nobody
else."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from .board import Board, set_out
from .dice import Dice
from .feasible import FURTHER, NODES, Gave, seat_units
from .kin import joined
from .layouts import layouts
from .problem import Pin, Problem
from .sizes import NUMBER_WORDS
from .units import Bound, gather_rounds
from .words import counted, listed

MOST_CLASHES = 10
LOOKS = 400
DOUBT = 10
"""A look that ends before it knows takes so many times as long."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One hard rule as the organiser gave it: kind is together, apart, need, pin or facilitated."""

    kind: str
    people: tuple[str, ...] = ()
    need: str = ""
    pin: Pin | None = None


def reasons(problem: Problem) -> tuple[str, ...]:
    """A sentence for each smallest set of rules that cannot hold together; empty if all can."""
    rules = _rules(problem)
    found: list[str] = []
    while len(found) < MOST_CLASHES and not _seatable(problem, rules, NODES * FURTHER):
        core = _needed_too_often(problem, rules)
        if not core:
            core = _smallest_clash(problem, next(_suspects(problem, rules), rules))
        if not core:
            break
        proven = _seatable(problem, core, NODES * FURTHER) is False
        found.append(_sentence(problem, core) if proven else _unsure(core))
        rules = [rule for rule in rules if rule not in core]
    return tuple(found)


def _rules(problem: Problem) -> list[Rule]:
    here = {person.id for person in problem.people} if problem.present is None else problem.present
    rules = [
        Rule("need", (person.id,), need)
        for person in problem.people
        if person.id in here
        for need in sorted(set(person.needs))
        if need in problem.served
    ]
    blocks = sorted({tuple(sorted({each for each in block if each in here})) for block in problem.together})
    rules += [Rule("together", block) for block in blocks if len(block) > 1]
    rules += [Rule("pin", tuple(sorted(here.intersection(pin.people))), pin=pin) for pin in problem.pinned]
    pairs = sorted({(min(pair), max(pair)) for pair in problem.apart if here.issuperset(pair)})
    rules += [Rule("apart", pair) for pair in pairs]
    return rules + ([Rule("facilitated")] if problem.facilitated else [])


def _seatable(problem: Problem, rules: Sequence[Rule], nodes: int = NODES) -> bool | None:
    """Whether every round can be seated under these rules alone; None where the search ended before it knew."""
    needs: dict[str, list[str]] = {}
    for rule in rules:
        if rule.kind == "need":
            needs.setdefault(rule.people[0], []).append(rule.need)
    board = set_out(
        replace(
            bare(problem),
            people=tuple(replace(person, needs=tuple(needs.get(person.id, ()))) for person in problem.people),
            together=tuple(rule.people for rule in rules if rule.kind == "together"),
            apart=tuple((rule.people[0], rule.people[1]) for rule in rules if rule.kind == "apart"),
            facilitated=any(rule.kind == "facilitated" for rule in rules),
            pinned=_counted_from_one(problem, [rule.pin for rule in rules if rule.pin]),
        )
    )
    known: bool | None = False
    for seated in seatings_of(board, nodes):
        if seated:
            return True
        known = None if seated is None else known
    return known


def bare(problem: Problem) -> Problem:
    """The problem as far as hard rules go: no history, and no more rounds than pins ask for."""
    pinned = _counted_from_one(problem, problem.pinned)
    rounds = max((pin.round for pin in pinned), default=1)
    return replace(problem, met=(), held=(), told=(), rounds=rounds, pinned=pinned)


def _counted_from_one(problem: Problem, pins: Iterable[Pin]) -> tuple[Pin, ...]:
    return tuple(replace(pin, round=pin.round - len(problem.held)) for pin in pins)


def seatings_of(board: Board, nodes: int = NODES) -> Iterator[bool | None]:
    """Whether every round can be seated, for each number of facilitators that a group may have: where they
    are fewer than the groups, two may share one only if another rule leaves no other way. None: not known."""
    bounds = gather_rounds(board)
    differ = [r for r in range(board.rounds) if (board.pinned[r] >= 0).any()] or [0]
    for most in mosts(board):
        known: bool | None = True
        for r in differ if board.n else ():
            seated = _round_seated(board, bounds[r], r, most, nodes)
            if seated is not True:
                known = seated
            if seated is False:
                break
        yield known


def _round_seated(board: Board, bound: Bound, r: int, most: int, nodes: int) -> bool | None:
    possible = list(layouts(board, r, None))
    if not possible:
        return False
    try:
        # The last one leaves the sizes open: where it fails all others would.
        return (
            seat_units(bound, possible[-1], board.fewest, most, None, Dice(board.seed, 2), nodes) is not None
        )
    except Gave:
        return None


def mosts(board: Board) -> range:
    """The ceilings on facilitators in one group, in the order to try."""
    scarce = board.facilitated and board.fewest == 0
    return range(board.most, (max(board.seats, board.most) if scarce else board.most) + 1)


def _needed_too_often(problem: Problem, rules: Sequence[Rule]) -> list[Rule]:
    """All who have one need, where they are more than the seats that serve it; empty where there is none."""
    board = set_out(bare(problem))
    for need in sorted({rule.need for rule in rules} - {""}):
        alike = [rule for rule in rules if rule.need == need]
        if len(alike) > sum(board.sizes[: problem.served[need]]):
            return alike
    return []


def _suspects(problem: Problem, rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """The rules that tie or part people who are all connected, where those cannot hold by themselves: to
    shrink all the rules of a large event would take minutes."""
    long = _too_long(problem, [rule for rule in rules if rule.kind == "together"])
    if long:
        yield long
    ties = [rule for rule in rules if rule.kind in ("together", "apart", "pin")]
    home = {each: k for k, part in enumerate(joined(rule.people for rule in ties)) for each in part}
    parts: dict[int, list[Rule]] = {}
    for rule in ties:
        parts.setdefault(home[rule.people[0]] if rule.people else -1, []).append(rule)
    yield from (part for part in parts.values() if len(part) < len(rules) and not _seatable(problem, part))


def _too_long(problem: Problem, ties: list[Rule]) -> list[Rule]:
    """Rules around one person that tie more people together than a group has seats; empty if none do."""
    seats = max(set_out(bare(problem)).sizes, default=0)
    where: dict[str, list[Rule]] = {}
    for rule in ties:
        for each in rule.people:
            where.setdefault(each, []).append(rule)
    seen: set[str] = set()
    for start in where:
        chain, block, queue = [], set[str](), deque([start] if start not in seen else [])
        while queue:
            at = queue.popleft()
            for rule in where[at]:
                if rule not in chain:
                    chain.append(rule)
                    queue.extend(each for each in rule.people if each not in block)
                    block.update(rule.people)
                if len(block) > seats:
                    return chain
        seen |= block
    return []


def _smallest_clash(problem: Problem, rules: list[Rule]) -> list[Rule]:
    """A clash from which no rule can be left out: shrink by halving pieces (delta debugging, Zeller 2002).

    At a large event it stops after so many looks, and may then name more people than it need.
    """
    core, piece = list(rules), max(1, len(rules) // 2)
    looks = LOOKS * 1000 // max(1000, len(problem.people))
    while True:
        at = 0
        while at < len(core):
            if looks <= 0:
                return core
            without = core[:at] + core[at + piece :]
            verdict = _seatable(problem, without)
            looks -= DOUBT if verdict is None else 1
            if verdict:
                at += piece
            else:
                core = without
        if piece == 1:
            return core
        piece = max(1, piece // 2)


def _unsure(core: Sequence[Rule]) -> str:
    """For rules that could neither be kept nor be shown to clash within the work that is spent on it."""
    about = listed(sorted({each for rule in core for each in rule.people}))
    return (
        f"No groups were found that keep all the rules about {about}, though there may be some; "
        "leave one of these rules out, and deal again."
    )


def _sentence(problem: Problem, core: Sequence[Rule]) -> str:
    here = len(problem.people) if problem.present is None else len(problem.present)
    board = set_out(bare(problem))
    kinds = {rule.kind for rule in core}
    people = sorted({each for rule in core for each in rule.people})
    setting = f"{counted(here, 'person', 'people')} in {NUMBER_WORDS[problem.group_size]} make {board.groups}"
    if kinds == {"apart"} and len(core) == len(people) * (len(people) - 1) // 2:
        need = counted(len(people), "group")
        return f"{listed(people)} must be apart from each other and need {need}; {setting}."
    if kinds == {"together"}:
        return f"{listed(people)} must be together, {_room(board, people, core)}."
    if kinds == {"need"}:
        return _needs(problem, board, core, people)
    if kinds == {"together", "apart"} and len([rule for rule in core if rule.kind == "apart"]) == 1:
        return _chain(core)
    parts = [_part(problem, board, rule) for rule in core]
    if len(core) == 1:
        return f"{parts[0]}; {setting}."
    lead = f"{listed(people)} are in a clash" if len(people) > 1 else "These rules clash"
    return f"{lead}: {'; '.join(parts)}; {setting}."


def _room(board: Board, people: Sequence[str], core: Sequence[Rule]) -> str:
    largest = max(len(each) for each in joined(rule.people for rule in core))
    if largest > board.seats:
        return f"but that is {len(people)} people and the largest group has {counted(board.seats, 'seat')}"
    seats = listed([str(size) for size in board.sizes])
    blocks = counted(len(joined(rule.people for rule in core)), "block")
    return f"as {blocks}, but groups of {seats} cannot hold them"


def _needs(problem: Problem, board: Board, core: Sequence[Rule], people: Sequence[str]) -> str:
    needs = listed(sorted({rule.need for rule in core}))
    verb = "needs" if len(people) == 1 else "need"
    served = max(min(board.groups, problem.served[rule.need]) for rule in core)
    if served == 0:
        return f"{listed(people)} {verb} {needs}, and no group has that."
    seats = sum(board.sizes[:served])
    have = "group has" if served == 1 else "groups have"
    return f"{listed(people)} {verb} {needs}, but only {served} {have} that, with {counted(seats, 'seat')}."


def _chain(core: Sequence[Rule]) -> str:
    """The shortest way from one person through the blocks to the other, who must be apart."""
    first, last = next(rule.people for rule in core if rule.kind == "apart")
    came: dict[str, str] = {first: first}
    queue = deque([first])
    while queue:
        at = queue.popleft()
        for rule in core:
            if rule.kind == "together" and at in rule.people:
                for each in rule.people:
                    if each not in came:
                        came[each] = at
                        queue.append(each)
    path = [last]
    while path[-1] != first and path[-1] in came:
        path.append(came[path[-1]])
    path.reverse()
    if path[0] != first:
        pairs = [f"{listed(rule.people)} must be {rule.kind}" for rule in core]
        return f"{'; '.join(pairs)}: no set of groups does that."
    links = [f"{one} with {other}" for one, other in pairwise(path)]
    chain = f"{listed(links)} must be together, and {first} must be apart from {last}"
    return f"{listed(sorted(path))} clash: {chain}."


def _part(problem: Problem, board: Board, rule: Rule) -> str:
    if rule.kind == "need":
        served = min(board.groups, problem.served[rule.need])
        return f"{rule.people[0]} needs {rule.need}, which {counted(served, 'group has', 'groups have')}"
    if rule.kind == "facilitated":
        leading = sorted(board.ids[k] for k in board.facilitator.nonzero()[0].tolist())
        fewest, most = board.fewest, board.most
        each = str(most) if fewest == most else f"{fewest} or {most}"
        return f"each group takes {each} of the facilitators, who are {listed(leading)}"
    if rule.pin is not None:
        stay = "stays" if len(rule.people) == 1 else "stay"
        whole = " with nobody else" if rule.pin.whole else ""
        return f"{listed(rule.people)} {stay} in group {rule.pin.group} of round {rule.pin.round}{whole}"
    return f"{listed(rule.people)} must be {rule.kind}"
