"""How much work a second is: a fixed table of size, so that the clock never decides what is dealt."""

from collections.abc import Iterator

from .board import Board
from .prices import TABLE_LIMIT

UNIT = 0.165
FEWEST_SWEEPS = 24
LANES = 240
MOST_COPIES = 4
CACHED = 800


def copies(board: Board) -> int:
    """Deals searched side by side: more while the calls cost more than what they work on."""
    lanes = board.rounds * (board.groups // 2)
    return max(1, min(MOST_COPIES, LANES // max(1, lanes))) if board.n <= CACHED else 1


def schedules(board: Board, seconds: float) -> list[int]:
    """Sweeps of each schedule: 1, 1, 2, 3, 4, 6, 8, 12, ... units while they last, and always the first.

    A unit is about UNIT seconds' worth, but never so few sweeps that nothing could cool. The table was
    measured on one of 2 shared cores with NumPy 2.4, in nanoseconds: a fixed cost for the calls of a sweep,
    one for each pair of people priced, and for each schedule one for each person's seat that is opened and
    recounted.
    """
    unit, sweep, opening = _costs(board)
    left = seconds * 1e9 - unit * sweep - opening
    out, lengths = [unit], growing()
    while left >= (length := unit * next(lengths)) * sweep + opening:
        left -= length * sweep + opening
        out.append(length)
    return out


def steps(board: Board, sweeps: int) -> int:
    """Steps of a tabu search that cost what so many sweeps do."""
    return int(sweeps * _costs(board)[1] // (75_000 + 25 * board.rounds * board.n))


def _costs(board: Board) -> tuple[int, int, int]:
    """Sweeps of a unit, and nanoseconds of a sweep and of an opening."""
    entries = copies(board) * board.rounds * (board.groups // 2) * (2 * board.seats) ** 2
    each = 18 if board.n <= CACHED else 45 if board.n <= TABLE_LIMIT else 80
    ruled = (board.block >= 0).any() or (board.limit < board.groups).any() or board.facilitated
    sweep = (
        120_000
        + 55_000 * bool(ruled)
        + 30_000 * bool(board.newcomer.any())
        + 60_000 * (len(set(board.sizes)) > 1)
        + each * entries
    )
    opening = 2_000_000 + 3_000 * board.rounds * board.n
    return max(FEWEST_SWEEPS, int(UNIT * 1e9) // sweep), sweep, opening


def growing() -> Iterator[int]:
    """1, 2, 3, 4, 6, 8, 12, ...: each pair twice the one before, so that little of any budget is left over."""
    yield 1
    length = 2
    while True:
        yield length
        yield length * 3 // 2
        length *= 2
