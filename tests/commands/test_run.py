"""`convene run` starts both programs, goes on as their small keeper, and leaves nobody behind however it ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.parts.processes import ROOT, Process, Processes, free_port

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
    address, began = urlsplit(both.url), time.monotonic()
    with socket.create_connection((address.hostname or "", address.port or 0)) as line:
        line.sendall(f"GET /healthz HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
        assert line.recv(4096).startswith(b"HTTP/1.1 200")
        line.sendall(b"G")
        assert both.stop(number) == 0
    assert time.monotonic() - began < 15, "half a request holds up no stop"


def test_a_signal_that_comes_early_is_not_lost(processes: Processes) -> None:
    both = processes.run(
        "--workers", "0"
    )  # fewer than one is one; it answers, and may be about to become the keeper
    both.process.send_signal(signal.SIGTERM)
    assert both.process.wait(30) == 0
    assert both.stop() == 0, "and nobody is left"


EARLY = """
import os, signal
from convene.commands import serve

def asked_too_early(self, **words):
    os.kill(os.getpid(), signal.SIGTERM)
    return spawn(self, **words)

spawn, serve.OneProcess._spawn_worker = serve.OneProcess._spawn_worker, asked_too_early
serve.server("bench.floor:app", "127.0.0.1", {port}, 1, 1).serve()
"""


def test_a_process_of_the_site_that_is_asked_to_end_before_it_serves_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY.format(port=free_port())], cwd=ROOT, timeout=20, check=False
    )
    assert done.returncode == 0


def children(kept: Process) -> list[int]:
    """In the order in which they were begun: the site's processes, and the worker. Numbers begin anew one day."""
    return [int(pid) for pid in Path(f"/proc/{kept.pid}/task/{kept.pid}/children").read_text().split()]


def test_where_one_of_them_dies_the_other_is_ended_and_it_says_so(processes: Processes) -> None:
    both = kept(processes)
    os.kill(children(both)[-1], signal.SIGKILL)
    assert both.process.wait(30) == 1
    assert "the worker ended by itself; stopping." in both.said()
    assert both.stop() == 1


def test_a_process_of_the_site_that_dies_is_begun_again_three_times(processes: Processes) -> None:
    all_ = kept(processes)
    first, second, worker = children(all_)
    for number in range(4):
        os.kill(first, signal.SIGKILL)
        if number < 3:
            until = time.monotonic() + 20
            while (
                len(found := set(children(all_)) - {first, second, worker}) != 1 and time.monotonic() < until
            ):
                time.sleep(0.02)
            (first,) = found
        if number == 0:
            all_.wait_until_healthy()  # the other one answers meanwhile
    assert all_.process.wait(30) == 1, "what dies at once would be begun for ever"
    assert all_.said().count("the site 1 ended by itself; it is begun again.") == 3
    assert "the site 1 ended by itself; stopping." in all_.said()
    assert all_.stop() == 1


def test_all_asked_to_stop_at_once_stop_at_once(processes: Processes) -> None:
    """As a service manager asks that signals the whole group, or a machine that shuts down."""
    all_ = kept(processes)
    together, began = [all_.pid, *children(all_)], time.monotonic()
    for pid in together:
        os.kill(pid, signal.SIGTERM)
    assert all_.process.wait(30) == 0 and time.monotonic() - began < 10
    assert "begun again" not in all_.said()
    assert all_.stop() == 0


def test_a_stop_right_after_a_death_reaches_whoever_was_begun_again(processes: Processes) -> None:
    all_ = kept(processes)
    os.kill(children(all_)[0], signal.SIGKILL)
    all_.wait_until_said("it is begun again.")
    began = time.monotonic()
    all_.process.send_signal(signal.SIGTERM)
    assert all_.process.wait(30) == 0 and time.monotonic() - began < 10
    assert all_.stop() == 0, "and nobody is left"
