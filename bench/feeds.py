"""How long a calendar program waits for a line-up of many events, changed or not, and how many invites are built.

Over one keep-alive connection to the served site, in the real time that whoever asks has to wait.
"""

from dataclasses import dataclass

from bench.load import Answer, Broken, Crowd, Visitor
from bench.server import House, Program

EVENTS = 1000
TIMES = 200
INVITES = 2000


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds of each answer: the first of all, whole again and again, 304, and whole after one event was edited.

    `cost` is what a 304 costs the server, in seconds of processor; `size` the bytes of a whole answer.
    """

    first: float
    whole: list[float]
    unchanged: list[float]
    edited: float
    cost: float
    size: int


def request(path: str, tag: bytes = b"") -> bytes:
    condition = b"If-None-Match: %s\r\n" % tag if tag else b""
    return b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s\r\n" % (path.encode(), condition)


def follower(house: House, program: Program, path: str, found: list[Answer], used: list[float]) -> Visitor:
    """A program that asks for the whole again and again, then only whether it changed, and at last after an edit."""
    for _ in range(TIMES + 1):
        found.append(heard((yield request(path)), 200))
    tag = found[-1].header(b"etag")
    used.append(program.processor())
    for _ in range(TIMES):
        found.append(heard((yield request(path, tag)), 304))
    used.append(program.processor())
    house.rows("retitle")
    found.append(heard((yield request(path, tag)), 200))


def heard(answer: object, status: int) -> Answer:
    if not isinstance(answer, Answer) or answer.status != status:
        raise Broken(f"not {status}: {answer}"[:500])
    return answer


def waits(house: House, program: Program, path: str) -> Waits:
    found: list[Answer] = []
    used: list[float] = []
    Crowd(program.address, [follower(house, program, path, found, used)]).run()
    first, *rest, last = (one.seconds for one in found)
    cost = (used[1] - used[0]) / TIMES
    return Waits(first, rest[:TIMES], rest[TIMES:], last, cost, len(found[0].body))


def invites(house: House) -> float:
    """Invites (METHOD:REQUEST) a second, built in a process that does nothing else."""
    return float(house.say("-m", "bench.invites", str(INVITES)))
