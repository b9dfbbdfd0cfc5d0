"""How many letters a second leave through the outbox, beside plain smtplib building and sending the same letter."""

import select
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load import Broken, Letters
from bench.server import House, Sink

SECONDS = 60


@dataclass(frozen=True, slots=True)
class Post:
    """Letters a second: through the outbox, from plain smtplib, and of ready bytes, which is all the sink can take."""

    outbox: float
    plain: float
    ready: float


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
    return moments


def measure(house: House, sink: Sink, number: int) -> Post:
    """So many letters lie in the queue; a worker starts. Its first letter starts the clock."""
    facts = house.folder / "letter.json"
    house.rows("letters", str(number), str(facts))
    letters = sink.listen()
    worker = house.convene("worker")
    moments = count(letters, number)
    letters.close()
    worker.stop()
    words = house.say("-m", "bench.floor", "letters", str(sink.port), str(facts), str(number)).split()
    return Post((number - 1) / (max(moments) - min(moments)), float(words[0]), float(words[1]))
