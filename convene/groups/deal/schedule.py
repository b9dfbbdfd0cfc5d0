"""How much work a second is: a fixed table of size, so that the clock never decides what is dealt."""

from .board import Board
from .prices import TABLE_LIMIT

UNIT = 0.04
"""Seconds of work in the shortest schedule; the rest are 1, 2, 4, ... times as long."""

FEWEST_SWEEPS = 24


def sweeps_in_a_unit(board: Board) -> int:
    """Sweeps of all rounds that take about UNIT seconds on one core of the machine that the table was measured on:
    a fixed cost for the NumPy calls, and one for each pair of people priced."""
    pairs = board.rounds * (board.groups // 2) * (2 * board.seats) ** 2
    each = 9 if board.n <= TABLE_LIMIT else 45
    nanoseconds = 260_000 + each * pairs + (60_000 * bool((board.block >= 0).any()))
    return max(FEWEST_SWEEPS, int(UNIT * 1e9) // nanoseconds)


def lengths(total: int) -> list[int]:
    """Units of each schedule: 1, 1, 2, 4, ... within the total, and always the first."""
    out, used, length = [1], 1, 1
    while used + length <= total:
        out.append(length)
        used += length
        length = used
    return out
