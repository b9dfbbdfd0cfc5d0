"""How much work a second is: a fixed table of size, so that the clock never decides what is dealt."""

from .board import Board
from .prices import TABLE_LIMIT

UNIT = 0.04
"""Seconds of work in the shortest schedule; the others are 1, 2, 4, ... times as long."""

FEWEST_SWEEPS = 24
LANES = 240
MOST_COPIES = 6
CACHED = 800


def copies(board: Board) -> int:
    """Deals searched side by side: more while the calls cost more than what they work on."""
    lanes = board.rounds * (board.groups // 2)
    return max(1, min(MOST_COPIES, LANES // max(1, lanes))) if board.n <= CACHED else 1


def sweeps_in_a_unit(board: Board) -> int:
    """Sweeps of all rounds and copies that take about UNIT seconds on one core of the machine that the table was
    measured on (2 shared cores, NumPy 2.4): a fixed cost for the calls, and one for each pair of people priced."""
    entries = copies(board) * board.rounds * (board.groups // 2) * (2 * board.seats) ** 2
    each = 26 if board.n <= CACHED else 45 if board.n <= TABLE_LIMIT else 70
    ruled = (board.block >= 0).any() or (board.limit < board.groups).any() or board.facilitated
    nanoseconds = 220_000 + 90_000 * bool(ruled) + 60_000 * bool(board.newcomer.any()) + each * entries
    return max(FEWEST_SWEEPS, int(UNIT * 1e9) // nanoseconds)


def lengths(total: int) -> list[int]:
    """Units of each schedule: 1, 1, 2, 4, ... within the total, and always the first."""
    out, used, length = [1], 1, 1
    while used + length <= total:
        out.append(length)
        used += length
        length = used
    return out
