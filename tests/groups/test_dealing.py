"""A deal made in a process of its own is the one that the engine makes, refusals and all; the site needs no NumPy."""

import subprocess
import sys
from pathlib import Path

import pytest

from convene import aside
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


@pytest.mark.usefixtures("begun_asides")
def test_a_deal_that_takes_far_too_long_or_breaks_off_is_refused_and_says_that_nothing_was_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = Problem(PEOPLE, 4, rounds=3)
    monkeypatch.setattr(dealing, "PATIENCE", -0.04)
    with pytest.raises(dealing.NotFinished, match="nothing was kept") as late:
        dealing.deal(problem, 0.05)
    assert isinstance(late.value, Refused)
    monkeypatch.undo()
    # /bin/false stands for a Python that dies at once.
    monkeypatch.setattr(aside.sys, "executable", "/bin/false")
    with pytest.raises(dealing.NotFinished, match="nothing was kept"):
        dealing.deal(problem, 0.05)


def test_the_site_loads_no_numpy() -> None:
    code = "import sys, convene.app; print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout
    assert out.strip() == "False"


def test_what_everybody_may_read_of_the_least_repeats_counts_who_is_kept_together_and_not_who_is_apart() -> (
    None
):
    six = PEOPLE[:6]
    together = tuple((f"person-{one}", f"person-{one + 1}") for one in (0, 2, 4))
    assert dealing.deal_for_board(Problem(six, 2, rounds=7, together=together), 0.05).open_least_repeats == 0
    free = dealing.deal_for_board(Problem(six, 2, rounds=7), 0.05)
    apart = dealing.deal_for_board(Problem(six, 2, rounds=7, apart=(("person-0", "person-1"),)), 0.05)
    assert free.open_least_repeats == apart.open_least_repeats == 6
    assert free.open_because == apart.open_because


def test_one_board_at_a_time_is_looked_on_for_and_the_turn_ends_with_its_process(tmp_path: Path) -> None:
    turn = tmp_path / "turn"
    with dealing.one_at_a_time(turn), pytest.raises(dealing.Busy), dealing.one_at_a_time(turn):
        pass
    holder = "import sys, time, pathlib; from convene.groups.dealing import one_at_a_time\n"
    holder += "with one_at_a_time(pathlib.Path(sys.argv[1])): print('mine', flush=True); time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", holder, str(turn)], stdout=subprocess.PIPE)
    assert other.stdout is not None and other.stdout.readline() == b"mine\n"
    with pytest.raises(dealing.Busy), dealing.one_at_a_time(turn):
        pass
    other.kill()
    other.communicate()
    with dealing.one_at_a_time(turn):
        pass
