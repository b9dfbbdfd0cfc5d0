"""The deal in a process of its own: the site holds no NumPy (11 MB over its processes), and a long deal no thread."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from convene import aside
from convene.groups.deal import Invalid, Plan, Problem, Refused

DEAL = "convene.groups.deal.apart:deal_apart"
PATIENCE = 30.0  # seconds past its budget: the engine stops itself half a second after it


LEAST_HURRY = 10  # how nice a deal is that nobody waits for


class Busy(Exception):
    """Another board is being looked on for on this machine: two would keep everybody's pages waiting."""


class NotFinished(Refused):
    """The deal's process took far too long or broke off: there is no plan, and so nothing to keep."""

    def __init__(self) -> None:
        super().__init__(
            ("The deal could not be finished, so nothing was kept. Deal again, or ask for fewer rounds.",)
        )


@dataclass(frozen=True, slots=True)
class Dealt:
    """A plan, and the least repeats and their reasons as if nobody had to be kept apart.

    The plan's own bound and reasons count every rule in, and are for those who may know of them.
    """

    plan: Plan
    open_least_repeats: int
    open_because: tuple[str, ...]


def deal(problem: Problem, seconds: float) -> Plan:
    """As `convene.groups.deal.engine.deal`, about a fifth of a second later. Raises Invalid, Refused, NotFinished."""
    return deal_for_board(problem, seconds).plan


def look_on(problem: Problem, seconds: float, turn: Path) -> Dealt:
    """As `deal_for_board`, behind everything else that this machine does. `turn` is the file that stands for its turn.

    Raises Busy too.
    """
    with one_at_a_time(turn):
        return deal_for_board(problem, seconds, LEAST_HURRY)


@contextmanager
def one_at_a_time(turn: Path) -> Iterator[None]:
    """The turn of one machine; it ends with the process that has it, whatever becomes of that. Raises Busy."""
    with turn.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield


def deal_for_board(problem: Problem, seconds: float, niceness: int = 0) -> Dealt:
    """A deal with what its organiser may be told of it, whoever they are. Raises Invalid, Refused, NotFinished."""
    plain = replace(problem, served=dict(problem.served))
    patience = seconds + PATIENCE
    try:
        outcome = aside.run(DEAL, plain, seconds, seconds=patience, niceness=niceness)
    except aside.Aside as fault:
        raise NotFinished from fault
    if isinstance(outcome, str):
        raise Invalid(outcome)
    if isinstance(outcome, list):
        raise Refused(tuple(outcome))
    plan, (least, reasons) = outcome
    assert isinstance(plan, Plan)
    return Dealt(plan, least, reasons)
