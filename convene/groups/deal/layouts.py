"""Which groups of a round are the larger ones: served groups and told groups ask for seats, and pins need them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .board import Board, Ints


@dataclass(frozen=True, slots=True)
class Layout:
    """Seats of each group of one round; with `extra`, that many of the groups in `may` have one seat more, and
    whoever seats the round says which."""

    sizes: tuple[int, ...]
    extra: int = 0
    may: frozenset[int] = frozenset()


def layouts(board: Board, r: int, filled: Ints | None) -> Iterator[Layout]:
    """Layouts of one round, the best first; none where the pins fit no sizes.

    filled  (groups,) people told to be in each group: the fullest are the larger ones, if that can be
    Without it the first groups are, as those serve the needs. The last layout leaves it open, so that a round
    is refused only where no order of its sizes would do.
    """
    if not board.n:
        return
    smaller, larger = board.sizes[-1], board.sizes[0]
    least, exact = _seats_needed(board, r), _whole_size(board, r)
    must = (least > smaller) | (exact == larger) & (larger > smaller)
    may = must | (exact < 0)
    spare = board.sizes.count(larger) * (larger > smaller) - int(must.sum())
    fits = (least <= larger) & np.isin(exact, (-1, smaller, larger))
    if not fits.all() or (must & (exact == smaller) & (larger > smaller)).any():
        return
    open_ = np.flatnonzero(may & ~must).astype(np.int64)
    if not 0 <= spare <= len(open_):
        return
    base = np.where(must, larger, smaller)
    seen: set[tuple[int, ...]] = set()
    for order in _orders(filled, open_):
        size = base.copy()
        size[order[:spare]] = larger
        found = tuple(size.tolist())
        if found not in seen:
            seen.add(found)
            yield Layout(found)
    if 0 < spare < len(open_):
        yield Layout(tuple(base.tolist()), spare, frozenset(open_.tolist()))


def _orders(filled: Ints | None, open_: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    if filled is not None:
        yield open_[np.argsort(-filled[open_], kind="stable")]
    yield open_


def _seats_needed(board: Board, r: int) -> Ints:
    """(groups,) seats that pins ask of each group: for those pinned, their blocks, and its facilitators."""
    pinned = board.pinned[r].copy()
    if (pinned < 0).all():
        return np.zeros(board.groups, dtype=np.int32)
    for block in board.blocks():
        pinned[block] = pinned[block].max()
    inside = (pinned >= 0) & (pinned < board.groups)
    count = np.bincount(pinned[inside], minlength=board.groups)
    leading = np.bincount(pinned[inside & board.facilitator], minlength=board.groups)
    return np.asarray(count + np.where(count > 0, np.maximum(board.fewest - leading, 0), 0), dtype=np.int32)


def _whole_size(board: Board, r: int) -> Ints:
    """(groups,) the size that a group pinned as a whole has, -1 for all others."""
    here = board.pinned[r][(board.pinned[r] >= 0) & (board.pinned[r] < board.groups)]
    return np.where(board.whole[r], np.bincount(here, minlength=board.groups), -1).astype(np.int32)
