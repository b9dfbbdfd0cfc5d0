"""One deal in a process of its own: a pickled problem on standard input, what came of it on standard output.

Only `convene.groups.dealing` talks to it: both ends are this program, so that pickle carries nobody else's bytes.
"""

import pickle
import sys
from dataclasses import replace

from .because import because
from .board import set_out
from .bounds import Fresh, least_repeats
from .problem import Invalid, Problem, Refused
from .ways import apart, deal_by_ways


def main() -> None:
    problem, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by convene.groups.dealing
    outcome: object
    try:
        outcome = (deal_by_ways(problem, seconds), open_bounds(problem))
    except Refused as refusal:
        outcome = list(refusal.reasons)
    except Invalid as fault:
        outcome = str(fault)
    pickle.dump(outcome, sys.stdout.buffer)


def open_bounds(problem: Problem) -> tuple[int, tuple[str, ...]]:
    """`open_bound` over every way that people come by."""
    found = [open_bound(part) for part in apart(problem)]
    reasons = dict.fromkeys(reason for _, because in found for reason in because)
    return sum(least for least, _ in found), tuple(reasons)


def open_bound(problem: Problem) -> tuple[int, tuple[str, ...]]:
    """The least repeats and why, as if nobody had to be kept apart: for those who may not know of that.

    Who is kept together everybody knows, and the figures of the board leave out those pairs, as this does.
    """
    without = replace(problem, apart=())
    board = set_out(without)
    if not board.n or not board.rounds:
        return 0, ()
    fresh = Fresh.of(board)
    return least_repeats(fresh), because(without, fresh)


if __name__ == "__main__":
    main()
