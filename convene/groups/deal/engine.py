"""Deals a problem: checks it, opens, searches by a fixed table of work, recounts, and says what could not be
had."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import thread_time

from .board import EXACT, SCALE, Board, Ints, set_out
from .bounds import Fresh, because, least_price, least_repeats
from .caveats import caveats
from .dice import Dice
from .floor import Floor
from .opening import open_deal
from .problem import Invalid, Plan, Problem, Refused
from .refusals import reasons
from .schedule import copies, schedules
from .score import Score, recount
from .search import anneal
from .told import split_price, tie
from .units import gather
from .validate import validate

Progress = Callable[[float, float], None]

GRACE = 0.5
NEVER = -(1 << 62)
AFRESH = (1, 3)
"""Schedules that open afresh, in case the first opening was unlucky; all later ones warm up the best deal so far."""
HOT, HOT_TOLD, COLD = 3 * SCALE, 8 * SCALE, 3 * SCALE // 5


@dataclass(frozen=True, slots=True)
class Found:
    """The best deal so far: its groups, what was recounted, and the price of splitting those whose group is
    gone."""

    groups: Ints
    score: Score
    split: int


class Clock:
    """The safety: it stops a deal that takes far longer than its table of work promised, and remembers that
    it did. It counts this thread's own seconds, so that a busy machine gives the same deal later, not another."""

    def __init__(self, until: float) -> None:
        self.until = until
        self.rang = False

    def late(self) -> bool:
        self.rang = self.rang or thread_time() > self.until
        return self.rang


def deal(problem: Problem, seconds: float = 2.0, progress: Progress | None = None) -> Plan:
    """The best groups found within a budget of work worth about `seconds` on one core of an ordinary machine.

    progress    told the share of the budget used and the best cost so far, after each schedule
    Raises Invalid for a problem that is not well formed and Refused when its hard rules cannot all hold.
    """
    started = thread_time()
    if not seconds > 0:
        raise Invalid("seconds must be above 0.")
    validate(problem)
    board = set_out(problem)
    if not board.n or not board.rounds:
        return _nothing_to_deal(problem, board)
    bound = gather(board)
    opening = open_deal(board, bound, Dice(problem.seed, 2, 0))
    if opening is None:
        raise Refused(reasons(problem) or ("No groups were found that keep every rule.",))
    fresh = Fresh.of(board)
    least = least_price(fresh)
    clock = Clock(started + seconds + GRACE)
    best = _judge(board, opening.groups)
    # People told a group cost more to move than anything else: only some warmth carries two companions past
    # them.
    heat = hot = HOT_TOLD if board.told_groups else HOT
    plan = schedules(board, seconds)
    for number, sweeps in enumerate(plan):
        if best.score.price <= least or clock.late():
            break
        if number in AFRESH:
            opening, heat = open_deal(board, bound, Dice(problem.seed, 2, number)) or opening, hot
        elif number:
            opening, heat = replace(opening, groups=best.groups), hot * 2 // 3
        start = _judge(board, opening.groups)
        goal = NEVER if board.told_groups else (least - start.score.price) * SCALE // EXACT
        floor = Floor(board, opening.groups, opening.size, opening.most, copies(board))
        tie(floor)
        kept = anneal(floor, sweeps, heat, COLD, Dice(problem.seed, 3, number), goal, clock.late)
        best = _better(best, _judge(board, kept))
        if progress is not None:
            progress(sum(plan[: number + 1]) / sum(plan), best.score.cost)
    return _plan(problem, board, fresh, best, clock.rang)


def _judge(board: Board, groups: Ints) -> Found:
    return Found(groups, recount(board, groups), split_price(board, groups))


def _better(best: Found, new: Found) -> Found:
    """The new deal only if it is no dearer and better on the whole, so that more time can never cost more."""
    if new.score.price <= best.score.price and new.score.price + new.split < best.score.price + best.split:
        return new
    return best


def _plan(problem: Problem, board: Board, fresh: Fresh, best: Found, late: bool) -> Plan:
    rounds = tuple(
        tuple(tuple(sorted(board.ids[k] for k in group)) for group in in_groups(seated, board.groups))
        for seated in best.groups
    )
    notes = because(problem, fresh)
    if late:
        notes += (
            "The clock stopped this deal before its work was done, so the same seed may give another one.",
        )
    score = best.score
    return Plan(
        rounds=rounds,
        repeats=score.repeats,
        least_repeats=least_repeats(fresh),
        met_again=score.met_again,
        lone_newcomers=score.lone_newcomers,
        same_organisation=score.same_organisation,
        moved=score.moved,
        cost=score.cost,
        seed=problem.seed,
        caveats=caveats(board, best.groups),
        because=notes,
    )


def in_groups(seated: Ints, count: int) -> list[list[int]]:
    """The people of each group of one round."""
    groups: list[list[int]] = [[] for _ in range(count)]
    for person, group in enumerate(seated.tolist()):
        groups[group].append(person)
    return groups


def _nothing_to_deal(problem: Problem, board: Board) -> Plan:
    """A plan for no people, whose rounds have no groups, or for no rounds left."""
    notes = () if board.n else ("Nobody is here, so there are no groups.",)
    return Plan(((),) * board.rounds, 0, 0, 0, 0, 0, 0, 0.0, problem.seed, (), notes)
