"""Hard rules are walls: a thousand draws of a tangled event, at any warmth, and not one is broken."""

import numpy as np
import pytest

from convene.groups.deal import Guest, Pin, Plan, Problem
from convene.groups.deal.board import SCALE, set_out
from convene.groups.deal.dice import Dice
from convene.groups.deal.engine import deal, in_words, only_repeats
from convene.groups.deal.floor import Floor
from convene.groups.deal.opening import open_deal
from convene.groups.deal.score import recount
from convene.groups.deal.search import anneal
from convene.groups.deal.tabu import repair
from convene.groups.deal.units import gather_rounds
from tests.groups.deal.independent import broken_rules
from tests.nightly import NIGHTLY

NEVER = -(1 << 62)


def tangled(seed: int, mixed: bool = True) -> Problem:
    """Nineteen people, five groups of four and three, and every rule there is touching every other."""
    ids = [f"p{k:02d}" for k in range(19)]
    needy = {
        "p03": ("captions",),
        "p04": ("captions",),
        "p07": ("step-free",),
        "p12": ("captions", "step-free"),
    }
    people = tuple(
        Guest(
            each,
            f"o{k % 4}" if mixed else None,
            newcomer=mixed and k % 3 == 0,
            facilitator=k in (0, 4, 7, 11, 13),
            needs=needy.get(each, ()),
        )
        for k, each in enumerate(ids)
    )
    return Problem(
        people,
        4,
        4,
        seed,
        facilitated=True,
        served={"captions": 2, "step-free": 3},
        apart=(
            ("p00", "p01"),
            ("p01", "p02"),
            ("p02", "p00"),
            ("p03", "p05"),
            ("p07", "p08"),
            ("p12", "p13"),
        ),
        together=(("p05", "p06"), ("p06", "p09"), ("p14", "p15"), ("p00", "p16")),
        pinned=(Pin(2, 4, ("p17", "p18")), Pin(3, 1, ("p03",))),
    )


def as_plan(problem: Problem, groups: np.ndarray) -> Plan:
    board = set_out(problem)
    rounds = in_words(board, groups)
    return Plan(rounds, 0, 0, 0, 0, 0, 0, 0.0, problem.seed, (), ())


@pytest.mark.long
def test_hundreds_of_draws_of_a_tangled_event_break_no_rule() -> None:
    for seed in range(1000 if NIGHTLY > 1 else 400):
        problem = tangled(seed)
        board = set_out(problem)
        opening = open_deal(board, gather_rounds(board), Dice(seed, 2, 0))
        assert opening is not None
        floor = Floor(board, opening.groups, opening.size, opening.most)
        anneal(floor, 4, 60 * SCALE, SCALE, Dice(seed, 3, 0), NEVER, lambda: False)
        assert broken_rules(problem, as_plan(problem, floor.deal_of(0))) == []


@pytest.mark.long
def test_what_the_engine_hands_out_breaks_none_either() -> None:
    for seed in range(5):
        problem = tangled(seed)
        assert broken_rules(problem, deal(problem, 0.05)) == []


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(one, marks=pytest.mark.long) for one in range(4, 12))]
)
def test_a_tabu_search_keeps_every_rule_and_only_ever_hands_back_something_cheaper(seed: int) -> None:
    problem = tangled(seed, mixed=False)
    board = set_out(problem)
    assert only_repeats(board)
    nowhere = np.full((board.rounds, board.n), -1, dtype=np.int32)
    opening = open_deal(board, gather_rounds(board), Dice(seed, 2, 1), nowhere)
    assert opening is not None
    floor = Floor(board, opening.groups, opening.size, opening.most)
    found = repair(floor, 3000, Dice(seed, 3), 0, lambda: False)
    assert broken_rules(problem, as_plan(problem, found)) == []
    assert recount(board, found).price <= recount(board, opening.groups).price
