"""`convene run` starts both programs, goes on as their small keeper, and leaves nobody behind however it ends."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.parts.processes import Process, Processes

pytestmark = pytest.mark.one_database


def words_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def kept(processes: Processes) -> Process:
    """Running, and looked after by the keeper."""
    both = processes.run()
    both.wait_until_said("Ctrl-C stops the site and its worker.")
    until = time.monotonic() + 20
    while "keeper.py" not in words_of(both.pid) and time.monotonic() < until:
        time.sleep(0.01)
    assert "keeper.py" in words_of(both.pid)
    return both


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_keeper_weighs_little_and_ends_both_when_it_is_asked(
    processes: Processes, number: signal.Signals
) -> None:
    both = kept(processes)
    assert len(both.relatives()) >= 3
    rollup = Path(f"/proc/{both.pid}/smaps_rollup").read_text().splitlines()
    weight = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    assert weight < 15_000, "kB: the keeper loads nothing of the program"
    assert both.stop(number) == 0


def test_a_signal_that_comes_early_is_not_lost(processes: Processes) -> None:
    both = processes.run()  # answers; it may be about to become the keeper
    both.process.send_signal(signal.SIGTERM)
    assert both.process.wait(30) == 0
    assert both.stop() == 0, "and nobody is left"


def test_where_one_of_them_dies_the_other_is_ended_and_it_says_so(processes: Processes) -> None:
    both = kept(processes)
    children = Path(f"/proc/{both.pid}/task/{both.pid}/children").read_text().split()
    assert len(children) == 2
    os.kill(int(children[1]), signal.SIGKILL)
    assert both.process.wait(30) == 1
    assert "the worker ended by itself; stopping." in both.said()
    assert both.stop() == 1
