"""What an organiser is told of the bounds: which one binds, why, and what would lower it."""

from bisect import bisect_left
from dataclasses import replace

import numpy as np

from .board import set_out
from .bounds import Bound, Fresh, bounds
from .lattice import lattice
from .problem import Problem
from .sizes import NUMBER_WORDS
from .words import counted, listed

NUMBERS = {3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}


def because(problem: Problem, fresh: Fresh) -> tuple[str, ...]:
    """One sentence or two for each bound that binds: why, and what would lower it. Says nothing of who is
    apart."""
    board = fresh.board
    found = bounds(fresh, board.rounds)
    least = found[0].repeats
    if not least:
        return ()
    held = board.first_round - 1
    # More rounds never force fewer repeats.
    most = bisect_left(range(board.rounds), 1, key=lambda r: min(1, bounds(fresh, r)[0].repeats)) - 1
    fewer = f"Without a repeat at most {counted(held + most, 'round')} can be dealt"
    lead = f"{counted(least, 'repeat is', 'repeats are')} the least possible here, because"
    out = []
    for each in found:
        if each.repeats < least:
            break
        if each.kind == "pins":
            out.append(
                f"{lead} those who stay in their groups meet again there; let one of them be dealt too."
            )
            continue
        out.append(f"{lead} {_why(problem, fresh, each)}. {fewer}{_remedy(problem, fresh, each)}.")
    return tuple(out)


def _why(problem: Problem, fresh: Fresh, bound: Bound) -> str:
    board = fresh.board
    rounds = counted(board.first_round - 1 + board.rounds, "round")
    setting = f"{counted(board.n, 'person', 'people')} in {NUMBER_WORDS[problem.group_size]}"
    if bound.kind == "seats":
        shared = board.rounds * (sum(size * (size - 1) // 2 for size in board.sizes))
        # How many there are would tell an attentive reader how many must be apart.
        return f"{setting} share a group as {counted(shared, 'pair')} in {rounds}, more than can be new to each other"
    if bound.kind == "person":
        most = (board.n - 1) // max(1, min(board.sizes) - 1)
        return f"{setting} have others enough for at most {counted(most, 'round')}, not {rounds}"
    if bound.kind == "facilitators":
        leading = counted(int(board.facilitator.sum()), "facilitator")
        return f"{leading} in {counted(board.groups, 'group')} cannot be new to everybody for {rounds}"
    if bound.kind == "groups":
        some = "all" if board.groups == 1 else f"two of any {NUMBERS.get(board.groups + 1, board.groups + 1)}"
        return f"{setting} make {counted(board.groups, 'group')}, and {some} who share one meet again in the next round"
    who, needs = board.limit <= bound.served, _needs(problem, bound)
    people = counted(int(who.sum()), "person needs", "people need")
    has = "group has" if bound.served == 1 else "groups have"
    them = "them" if len(needs) > 1 or needs[0].endswith("s") else "it"
    return f"{people} {listed(needs)} and {bound.served} {has} {them}"


def _needs(problem: Problem, bound: Bound) -> list[str]:
    """The needs that so few groups serve, among the people here."""
    return sorted(
        {
            need
            for person in problem.people
            if problem.present is None or person.id in problem.present
            for need in person.needs
            if problem.served.get(need, bound.served + 1) <= bound.served
        }
    )


def _remedy(problem: Problem, fresh: Fresh, bound: Bound) -> str:
    """One more group for a need, or smaller groups, if that lowers the bound; else empty."""
    board = fresh.board
    if bound.kind == "groups" and not problem.pinned:
        return _in_smaller_groups(problem, fresh, bound.repeats)
    if bound.kind != "needs" or bound.served >= board.groups:
        return ""
    limit = np.where(board.limit == bound.served, bound.served + 1, board.limit)
    wider = replace(fresh, board=replace(board, limit=limit.astype(np.int32)))
    then = bounds(wider, board.rounds)[0].repeats
    if then >= bound.repeats:
        return ""
    return f"; serve {listed(_needs(problem, bound))} in one more group and it can drop to {then}"


def _in_smaller_groups(problem: Problem, fresh: Fresh, least: int) -> str:
    """The largest groups that can do without a repeat; if none can, the largest that need fewer."""
    board, lower = fresh.board, ""
    blocks = [len(block) for block in board.blocks()]
    for size in range(min(problem.group_size, board.seats) - 1, max([1, *blocks]), -1):
        other = set_out(replace(problem, group_size=size))
        then = bounds(Fresh.of(other), board.rounds)[0].repeats
        # A bound of nought is no promise: a lattice is one.
        if not then and lattice(other.seats, other.groups, board.first_round - 1 + board.rounds) is not None:
            return f"; in {NUMBER_WORDS[size]} it can drop to 0"
        if 0 < then < least and not lower:
            lower = f"; in {NUMBER_WORDS[size]} it can drop to {then}"
    return lower
