"""How many letters a second leave through the outbox, beside plain smtplib building and sending the same letter."""

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.load import Broken, Letters
from bench.server import House, Program, Sink

SECONDS = 60
FLOCK = 2_000  # rows that are sent again and again where the memory of a worker is watched


@dataclass(frozen=True, slots=True)
class Post:
    """Letters a second: through the outbox, from plain smtplib, and of ready bytes, which is all the sink can take."""

    outbox: float
    plain: float
    ready: float


@dataclass(frozen=True, slots=True)
class Weight:
    """How many letters one worker sent, in how many seconds, and its resident memory after the first flock and then."""

    sent: int
    seconds: float
    before: int
    after: int


def count(letters: Letters, number: int) -> Sequence[float]:
    """Wait for so many letters; returns when each was taken."""
    until = time.monotonic() + SECONDS
    moments: list[float] = []
    while len(moments) < number:
        if time.monotonic() > until or not select.select([letters.socket], [], [], SECONDS)[0]:
            raise Broken(f"only {len(moments)} of {number} letters came")
        for letter in letters.read():
            arrived = letters.take(letter)
            assert arrived is not None
            moments.append(arrived.at)
    return sorted(moments)


def pace(house: House, sink: Sink, number: int, workers: int = 1) -> float:
    """So many letters lie in the queue; the workers start. Letters a second from claim to accepted.

    The clock starts with the first letter or, where there are several workers, once a third has left and all are up.
    """
    house.rows("letters", str(number), str(house.folder / "letter.json"))
    letters = sink.listen()
    running = [house.convene("worker") for _ in range(workers)]
    moments = count(letters, number)
    letters.close()
    for worker in running:
        worker.stop()
    first = 0 if workers == 1 else number // 3
    return (number - 1 - first) / (moments[-1] - moments[first])


def measure(house: House, sink: Sink, number: int) -> Post:
    """One worker, and plain smtplib with the same letter."""
    outbox = pace(house, sink, number)
    facts = house.folder / "letter.json"
    words = house.say("-m", "bench.floor", "letters", str(sink.port), str(facts), str(number)).split()
    return Post(outbox, float(words[0]), float(words[1]))


def weigh(house: House, sink: Sink, wanted: int, seconds: float) -> Weight:
    """One worker sends the same rows again and again, until so many letters have left or the time is over."""
    house.rows("letters", str(FLOCK), str(house.folder / "letter.json"))
    letters = sink.listen()
    worker = house.convene("worker")
    count(letters, FLOCK)
    before, began, sent = resident(worker), time.monotonic(), 0
    while sent < wanted and time.monotonic() - began < seconds:
        flock = int(house.rows("again"))
        count(letters, flock)
        sent += flock
    weight = Weight(sent, time.monotonic() - began, before, resident(worker))
    letters.close()
    worker.stop()
    return weight


def resident(worker: Program) -> int:
    """The resident memory of this process, kB (Linux)."""
    lines = Path(f"/proc/{worker.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
