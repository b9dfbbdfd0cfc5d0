"""How many pages a second: the line-up and an event's page beside an empty view under the same server."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.load import Address, Answer, Broken, Crowd, Visitor, get, percentile

CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run showed: requests a second, the slowest of twenty in seconds, and the load's own processor time."""

    rate: float
    p95: float
    load: float


def reader(path: str, until: float, taken: list[float]) -> Visitor:
    """Somebody who opens one page again and again."""
    request = get(path)
    while time.monotonic() < until:
        answer = yield request
        if not isinstance(answer, Answer) or answer.status != 200:
            raise Broken(f"{path}: {answer}"[:500])
        taken.append(answer.seconds)


def pace(server: Address, path: str, seconds: float, clients: int = CLIENTS) -> Pace:
    taken: list[float] = []
    began, used = time.monotonic(), time.process_time()
    until = began + seconds
    Crowd(server, [reader(path, until, taken) for _ in range(clients)]).run()
    lasted = time.monotonic() - began
    return Pace(len(taken) / lasted, percentile(taken, 0.95), (time.process_time() - used) / lasted)


def best(server: Address, path: str, seconds: float, runs: int = 3) -> Pace:
    """The best of some runs after a short one to warm up: what else runs on the machine only ever slows one down."""
    pace(server, path, 0.5)
    return max(paces(server, path, seconds, runs), key=lambda one: one.rate)


def paces(server: Address, path: str, seconds: float, runs: int) -> Iterator[Pace]:
    for _ in range(runs):
        yield pace(server, path, seconds)
