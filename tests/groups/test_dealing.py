"""A deal made in a process of its own is the one that the engine makes, refusals and all; the site needs no NumPy."""

import subprocess
import sys

import pytest

from convene.groups import dealing
from convene.groups.deal import Guest, Invalid, Problem, Refused
from convene.groups.deal.engine import deal

PEOPLE = tuple(Guest(f"person-{number}", organisation=f"o{number % 3}") for number in range(13))


def test_it_gives_the_plan_that_the_engine_gives() -> None:
    problem = Problem(PEOPLE, 4, rounds=3, seed=5, served={"captions": 1})
    assert dealing.deal(problem, 0.05) == deal(problem, 0.05)


def test_a_refusal_comes_back_with_each_of_its_reasons() -> None:
    apart = tuple((f"person-{one}", f"person-{two}") for one in range(5) for two in range(one))
    problem = Problem(PEOPLE[:8], 4, apart=apart)
    with pytest.raises(Refused) as here:
        deal(problem, 0.05)
    with pytest.raises(Refused) as there:
        dealing.deal(problem, 0.05)
    assert there.value.reasons == here.value.reasons


def test_a_problem_that_is_not_well_formed_is_said_in_its_sentence() -> None:
    with pytest.raises(Invalid, match=r"twice|once"):
        dealing.deal(Problem((PEOPLE[0], PEOPLE[0]), 4), 0.05)


def test_the_site_loads_no_numpy() -> None:
    code = "import sys, convene.app; print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert out.strip() == "False"
