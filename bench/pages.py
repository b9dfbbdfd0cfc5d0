"""How many pages a second: the line-up and an event's page beside an empty view under the same server."""

import time
from dataclasses import dataclass

from bench.load import Address, Answer, Broken, Crowd, Visitor, get, percentile
from bench.server import Program

CLIENTS = 8
RUNS = 3


@dataclass(frozen=True, slots=True)
class Pace:
    """What one run showed: requests a second, the slowest of twenty, and what one cost the server and the load (s)."""

    rate: float
    p95: float
    cost: float
    load_cost: float


def reader(path: str, until: float, taken: list[float]) -> Visitor:
    """Somebody who opens one page again and again."""
    request = get(path)
    while time.monotonic() < until:
        answer = yield request
        if not isinstance(answer, Answer) or answer.status != 200:
            raise Broken(f"{path}: {answer}"[:500])
        taken.append(answer.seconds)


def crowd(server: Address, path: str, seconds: float, clients: int) -> list[float]:
    taken: list[float] = []
    until = time.monotonic() + seconds
    Crowd(server, [reader(path, until, taken) for _ in range(clients)]).run()
    return taken


def pace(program: Program, path: str, seconds: float, clients: int = CLIENTS) -> Pace:
    began, used, own = time.monotonic(), program.processor(), time.process_time()
    taken = crowd(program.address, path, seconds, clients)
    lasted, own, used = time.monotonic() - began, time.process_time() - own, program.processor() - used
    return Pace(len(taken) / lasted, percentile(taken, 0.95), used / len(taken), own / len(taken))


def best(program: Program, path: str, seconds: float, clients: int = CLIENTS) -> Pace:
    """The best of some runs after a short one to warm up: what else runs on the machine only ever slows one down."""
    crowd(program.address, path, 0.5, clients)
    return max((pace(program, path, seconds, clients) for _ in range(RUNS)), key=lambda one: one.rate)
