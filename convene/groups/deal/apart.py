"""One deal as `convene.aside` runs it: what came of it in plain values, which any process can read without NumPy."""

from dataclasses import replace

from .because import because
from .board import set_out
from .bounds import Fresh, least_repeats
from .problem import Invalid, Plan, Problem, Refused
from .ways import apart, deal_by_ways

Outcome = tuple[Plan, tuple[int, tuple[str, ...]]] | list[str] | str


def deal_apart(problem: Problem, seconds: float) -> Outcome:
    """The plan with its open bound, or the reasons of a refusal, or what is not well formed in a sentence."""
    try:
        return deal_by_ways(problem, seconds), open_bounds(problem)
    except Refused as refusal:
        return list(refusal.reasons)
    except Invalid as fault:
        return str(fault)


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
