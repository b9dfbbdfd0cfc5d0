"""Deals a problem: checks it, opens, searches by a fixed table of work, recounts, and says what could not be
had."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from time import thread_time

import numpy as np

from .because import because
from .board import EXACT, SCALE, Board, Ints, Tariff, set_out
from .bounds import Fresh, least_price, least_repeats
from .caveats import caveats
from .dice import Dice
from .floor import Floor
from .opening import Opening, open_deal
from .prices import FEW, crowded
from .problem import Groups, Invalid, Plan, Problem, Refused
from .refusals import reasons
from .schedule import copies, schedules, steps
from .score import Score, recount
from .search import anneal
from .tabu import repair
from .told import split_price, tie
from .units import Bound, gather_rounds
from .validate import validate

Progress = Callable[[float, float], None]

GRACE = 0.5
NEVER = -(1 << 62)
AFRESH = (1, 3)
"""Schedules that open afresh, in case the first opening was unlucky; all later ones warm up the best deal so far."""
HOT, COLD = 3 * SCALE, 2 * SCALE // 5
HOT_CROWDED, COLD_CROWDED = 6 * SCALE, 3 * SCALE // 5
HOT_TOLD = 8 * SCALE
TURNS = 8
"""Openings in one schedule, where few people are here."""
DEAR = 6
"""A repeat is worth this many quarters of a told person's move: to move two people is rarely less than enough."""
MENDS = ((12, 4 * SCALE), (24, 14 * SCALE), (48, 40 * SCALE), (48, 40 * SCALE))
"""The same, and how warm, where that left repeats; each spends an eighth of a unit."""


MOST_IN_A_TABLE = 150
MOST_SWAPS = 2_000_000
"""Of a table search: it prices each swap of each round in every step."""


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
    if not 0 < seconds < inf:
        raise Invalid("seconds must be a number above 0.")
    validate(problem)
    board = set_out(problem)
    if not board.n or not board.rounds:
        return _nothing_to_deal(problem, board)
    bounds = gather_rounds(board)
    opening = open_deal(board, bounds, Dice(problem.seed, 2, 0))
    if opening is None:
        raise Refused(reasons(problem) or ("No groups were found that keep every rule.",))
    fresh = Fresh.of(board, opening.most)
    least = least_price(fresh)
    clock = Clock(started + seconds + GRACE)
    search = _Search(board, bounds, least, least_repeats(fresh), clock, _judge(board, opening.groups))
    plan = schedules(board, seconds)
    if board.told_groups and board.groups > 1:
        search.settle(opening, plan.pop(0))
    work, done = sum(plan), 0
    for number, sweeps in enumerate(plan, 1 if board.told_groups else 0):
        if board.groups == 1 or search.best.score.price <= least or clock.late():
            break
        search.schedule(opening, number, sweeps)
        done += sweeps
        if progress is not None:
            progress(done / work, search.best.score.cost)
    best = search.best
    return _plan(problem, board, fresh, best, clock.rang)


@dataclass(slots=True)
class _Search:
    """One search and the best that it has found."""

    board: Board
    bounds: list[Bound]
    least: int
    least_repeats: int
    clock: Clock
    best: Found

    def schedule(self, opening: Opening, number: int, sweeps: int) -> None:
        """One schedule, from an opening of its own or from the best deal so far."""
        # People told a group cost more to move than anything else: only some warmth carries two companions
        # past them.
        hot = HOT_TOLD if self.board.told_groups else HOT_CROWDED if crowded(self.board) else HOT
        if only_repeats(self.board):
            found = self._repair(opening, number, sweeps)
            if found.score.price < self.best.score.price:
                self.best = found
            return
        if self.board.n <= FEW and not self.board.told_groups:
            self._often(opening, number, sweeps, hot)
            return
        if number in AFRESH:
            opening = self._afresh(opening, Dice(self.board.seed, 2, number))
        elif number:
            opening, hot = replace(opening, groups=self.best.groups), hot * 2 // 3
        found = self._cool(opening, sweeps, hot, DEAR, Dice(self.board.seed, 3, number))
        if not self.board.told_groups:
            if found.score.price < self.best.score.price:  # more time can never cost more
                self.best = found
        # Nor, where people were told groups, does it save moves by letting somebody meet again.
        elif found.score.repeats <= self.best.score.repeats and found.score.price <= self.best.score.price:
            self._keep(found)

    def _often(self, opening: Opening, number: int, sweeps: int, hot: int) -> None:
        """Many short schedules, each from an opening of its own: with few people the opening, which says who takes
        the smaller groups, decides more than long cooling does."""
        for turn in range(TURNS):
            if self.best.score.price <= self.least or self.clock.late():
                return
            dice = Dice(self.board.seed, 2, number, turn)
            fresh = self._afresh(opening, dice) if number or turn else opening
            found = self._cool(fresh, sweeps // TURNS, hot, DEAR, Dice(self.board.seed, 3, number, turn))
            if found.score.price < self.best.score.price:
                self.best = found

    def _afresh(self, opening: Opening, dice: Dice) -> Opening:
        """Another opening of the same sizes if there is one; else the one at hand."""
        return open_deal(self.board, self.bounds, dice, known=opening.size) or opening

    def _repair(self, opening: Opening, number: int, sweeps: int) -> Found:
        """A tabu search: from a lattice, then by turns from chance and from another lattice."""
        board = self.board
        nowhere = np.full((board.rounds, board.n), -1, dtype=np.int32)
        dice, wish = Dice(board.seed, 2, number), nowhere if number % 2 else None
        start = open_deal(board, self.bounds, dice, wish, opening.size) or opening
        floor = Floor(board, start.groups, start.size, start.most)
        work = steps(board, sweeps)
        # Where only repeats cost anything, the least price is a number of them.
        least = max(self.least_repeats, self.least // max(1, Tariff.of(board.weights, EXACT).repeat))
        return _judge(board, repair(floor, work, Dice(board.seed, 3, number), least, self.clock.late))

    def settle(self, opening: Opening, sweeps: int) -> None:
        """The first schedule where people were told groups: as few repeats as can be, and then few moves.

        By the weights alone two people would rather meet again than two others move (30 against 80).
        """
        self._keep(self._cool(opening, sweeps // 2, HOT_TOLD, DEAR, Dice(self.board.seed, 3, 0)))
        for number, (dear, hot) in enumerate(MENDS):
            if self.best.score.repeats <= self.least_repeats:
                break
            near = replace(opening, groups=self.best.groups)
            self._keep(self._cool(near, sweeps // 8, hot, dear, Dice(self.board.seed, 3, 0, number)))

    def _cool(self, opening: Opening, sweeps: int, hot: int, dear: int, dice: Dice) -> Found:
        board, goal = self.board, NEVER
        if not board.told_groups and not crowded(board):
            # Elsewhere what is searched by is not what is judged by.
            goal = (self.least - _judge(board, opening.groups).score.price) * SCALE // EXACT
        cold = COLD_CROWDED if crowded(board) else COLD
        floor = Floor(board, opening.groups, opening.size, opening.most, copies(board), dear)
        tie(floor)
        return _judge(board, anneal(floor, sweeps, hot, cold, dice, goal, self.clock.late))

    def _keep(self, found: Found) -> None:
        best = self.best
        if (found.score.repeats, found.score.price + found.split) < (
            best.score.repeats,
            best.score.price + best.split,
        ):
            self.best = found


def only_repeats(board: Board) -> bool:
    """Whether nothing but repeats makes one deal dearer than another, and few enough people are here for a
    table of every swap."""
    weights = board.weights
    kinds = (
        (board.organisation >= 0, weights.organisation),
        (board.sector >= 0, weights.sector),
        (board.place >= 0, weights.place),
        (board.senior, weights.seniors),
        (board.newcomer, weights.lone_newcomer + weights.newcomers_alone),
        (board.met_price > 0, 1.0),
        (board.drawn >= 0, weights.drawn),
    )
    priced = any(price > 0 and who.any() for who, price in kinds)
    few = board.n <= MOST_IN_A_TABLE and board.rounds * board.n * board.n <= MOST_SWAPS
    return few and not priced and not board.told_groups


def _judge(board: Board, groups: Ints) -> Found:
    return Found(groups, recount(board, groups), split_price(board, groups))


def _plan(problem: Problem, board: Board, fresh: Fresh, best: Found, late: bool) -> Plan:
    notes = because(problem, fresh)
    if late:
        notes += (
            "The clock stopped this deal before its work was done, so the same seed may give another one.",
        )
    score = best.score
    return Plan(
        rounds=in_words(board, best.groups),
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


def in_words(board: Board, rounds: Ints) -> tuple[Groups, ...]:
    """(rounds, n) groups as ids, sorted within each group."""
    by_id = np.array(sorted(range(board.n), key=board.ids.__getitem__), dtype=np.int64)
    out = []
    for seated in rounds:
        order = by_id[np.argsort(seated[by_id], kind="stable")]
        ids = [board.ids[k] for k in order.tolist()]
        ends = np.cumsum(np.bincount(seated, minlength=board.groups)).tolist()
        out.append(tuple(tuple(ids[start:end]) for start, end in zip([0, *ends], ends, strict=False)))
    return tuple(out)


def _nothing_to_deal(problem: Problem, board: Board) -> Plan:
    """A plan for no people, whose rounds have no groups, or for no rounds left."""
    notes = () if board.n else ("Nobody is here, so there are no groups.",)
    return Plan(((),) * board.rounds, 0, 0, 0, 0, 0, 0, 0.0, problem.seed, (), notes)
