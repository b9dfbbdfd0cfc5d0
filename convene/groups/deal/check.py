"""Says exactly which hard rules a given set of groups would break: the engine's own last look."""

from collections.abc import Sequence

from .board import set_out
from .faults import faults
from .problem import Groups, Problem
from .refusals import bare, mosts, seatings_of
from .validate import validate


def check(problem: Problem, rounds: Sequence[Groups]) -> tuple[str, ...]:
    """One sentence for each rule broken in the rounds after the held ones; empty if none is.

    Raises Invalid if the problem itself is not well formed. Prices are no part of this: a repeat breaks no
    rule.
    """
    validate(problem)
    board = set_out(bare(problem))
    seatings = zip(mosts(board), seatings_of(board), strict=True) if problem.facilitated else ()
    most = next((most for most, seated in seatings if seated), board.most)
    return faults(problem, rounds, most)
