"""What no deal can beat: the fewest repeats, and the lowest price.

All bounds count pairs over the rounds still to deal. A pair is fresh if it may meet and has not met in a
held round; every meeting of a pair that is not fresh, or no longer, is a repeat.

  seats         the rounds seat R * sum C(size, 2) pairs, less those inside blocks; each fresh pair can take one
  each person   sits with at least (size of the smallest group) - 1 others a round, less their own block
  facilitators  every group has at least f of them: whoever is none meets f a round, less those of their block
  pins          those who stay together in rounds to come, and met before or stay together twice, meet again
  needs         k people on t groups that serve them: q = sum C(part, 2) over an even split is the least that
                they can share
  groups        whoever shared a group of a round before has only so many groups to go to: an even split over
                them is the least that must meet again, in each round. The same holds of people with a need
                and the groups that serve it
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .board import EXACT, Board, Tariff
from .score import outside_blocks, together_pairs

MANY_FACILITATORS = 1000
MANY_CHOICES = 100_000


@dataclass(frozen=True, slots=True)
class Bound:
    """At least `repeats`, by the argument `kind` (seats, person, facilitators, pins, groups, or needs with the
    group count)."""

    repeats: int
    kind: str
    served: int = 0


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the bounds need to know of a board: per person, and the fresh pairs within any set of people.

    met     keys of pairs that met in held rounds or must be apart (facilitators too, where each has a group of their
            own): the pairs that are not fresh, blocks left out
    kin     (n,) people of one's own block, oneself left out
    alone   whether no two facilitators may share a group
    """

    board: Board
    met: NDArray[np.int64]
    kin: NDArray[np.int64]
    alone: bool

    @classmethod
    def of(cls, board: Board, most: int | None = None) -> "Fresh":
        """most: the facilitators that a group may have in any deal, if it is known (see refusals.mosts)."""
        n = max(board.n, 1)
        spent = [outside_blocks(board, seated) for seated in board.held]
        spent.append(board.apart[:, 0].astype(np.int64) * n + board.apart[:, 1])
        leading = np.flatnonzero(board.facilitator)
        sure = most == 1 if most is not None else board.fewest == board.most == 1
        alone = board.facilitated and sure
        if alone and len(leading) <= MANY_FACILITATORS:
            one, two = np.triu_indices(len(leading), 1)
            spent.append(leading[one] * n + leading[two])
        size = np.bincount(board.block[board.block >= 0], minlength=1)
        kin = np.where(board.block >= 0, size[np.maximum(board.block, 0)] - 1, 0)
        return cls(board, np.unique(np.concatenate(spent)), kin.astype(np.int64), alone)

    def within(self, who: NDArray[np.bool_]) -> int:
        """Fresh pairs with both ends in the set."""
        count = int(who.sum())
        one, two = np.divmod(self.met, max(self.board.n, 1))
        return count * (count - 1) // 2 - self.kin_pairs(who) - int((who[one] & who[two]).sum())

    def kin_pairs(self, who: NDArray[np.bool_]) -> int:
        """Pairs of one block with both ends in the set."""
        inside = self.board.block[who & (self.board.block >= 0)]
        size = np.bincount(inside, minlength=1)
        return int((size * (size - 1) // 2).sum())

    def partners(self, who: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(n,) how many people of the set each person may freshly meet."""
        n, board = self.board.n, self.board
        one, two = np.divmod(self.met, max(n, 1))
        spent = np.bincount(one, weights=who[two], minlength=n) + np.bincount(
            two, weights=who[one], minlength=n
        )
        return (
            int(who.sum()) - who - self.own(who) - spent.astype(np.int64) + np.zeros(board.n, dtype=np.int64)
        )

    def own(self, who: NDArray[np.bool_]) -> NDArray[np.int64]:
        """(n,) people of the set in one's own block, oneself left out."""
        block = self.board.block
        count = np.bincount(block[who & (block >= 0)], minlength=1)
        inside = count[np.minimum(np.maximum(block, 0), len(count) - 1)] * (block <= len(count) - 1)
        return np.where(block >= 0, inside - who, 0).astype(np.int64)


def bounds(fresh: Fresh, rounds: int) -> list[Bound]:
    """Every bound for dealing `rounds` more rounds, largest first."""
    board = fresh.board
    if not board.n or rounds <= 0:
        return [Bound(0, "seats")]
    everyone = np.ones(board.n, dtype=bool)
    shared = sum(size * (size - 1) // 2 for size in board.sizes) - fresh.kin_pairs(everyone)
    found = [Bound(rounds * shared - fresh.within(everyone), "seats"), _each_person(fresh, rounds)]
    if rounds == board.rounds and (board.pinned >= 0).any():
        found.append(Bound(_pinned_repeats(board), "pins"))
    if board.facilitated and board.fewest:
        led = rounds * (board.fewest - fresh.own(board.facilitator)) - fresh.partners(board.facilitator)
        found.append(Bound(int(np.maximum(led, 0)[~board.facilitator].sum()), "facilitators"))
    found.append(Bound(sum(_meet_again(fresh, rounds, everyone, board.groups)), "groups"))
    for served in sorted(set(board.limit[board.limit < board.groups].tolist())):
        if served:
            again = sum(_meet_again(fresh, rounds, board.limit <= served, served))
            found.append(Bound(max(again, _by_needs(fresh, rounds, served)), "needs", served))
    found = [replace(each, repeats=max(0, each.repeats)) for each in found]
    return sorted(found, key=lambda each: (-each.repeats, each.kind, each.served))


def _each_person(fresh: Fresh, rounds: int) -> Bound:
    """Everybody's own shortfall; each repeat is one for two people."""
    board = fresh.board
    # Rules may put the larger groups anywhere, so nobody is sure of one.
    company = board.sizes[-1] - 1 - fresh.kin
    short = rounds * np.maximum(company, 0) - fresh.partners(np.ones(board.n, dtype=bool))
    return Bound(-(-int(np.maximum(short, 0).sum()) // 2), "person")


def _by_needs(fresh: Fresh, rounds: int, served: int) -> int:
    """Repeats among those whom only so many groups serve.

    Facilitators among them who each have a group of their own meet none of each other. Of the a others, j a
    round sit with one of those f, and so meet one; among themselves they share at least an even split of j
    over f groups and of a - j over the rest. That is convex in j, so that for every sum of j over the rounds
    an even spread is least; the sum that forces fewest repeats is the bound.
    """
    board, who = fresh.board, fresh.board.limit <= served
    share = even_split_pairs(int(who.sum()), served) - fresh.kin_pairs(who)
    least = max(0, rounds * share - fresh.within(who))
    leading = who & board.facilitator
    f, a = int(leading.sum()), int((who & ~leading).sum())
    if not fresh.alone or not 0 < f <= served or rounds * a > MANY_CHOICES:
        return least
    others = who & ~leading
    kin = fresh.kin_pairs(others), fresh.kin_pairs(who) - fresh.kin_pairs(others)
    new = fresh.within(others), fresh.within(who) - fresh.within(others)
    forced = []
    for total in range(rounds * a + 1) if f < served else (rounds * a,):
        j, more = divmod(total, rounds)
        among = sum(
            count * (even_split_pairs(with_one, f) + even_split_pairs(a - with_one, max(1, served - f)))
            for with_one, count in ((j, rounds - more), (j + 1, more))
            if count
        )
        forced.append(max(0, among - rounds * kin[0] - new[0]) + max(0, total - rounds * kin[1] - new[1]))
    return max(least, min(forced))


def _meet_again(fresh: Fresh, rounds: int, who: NDArray[np.bool_], parts: int) -> list[int]:
    """For each new round, how many pairs of these people, who have `parts` groups to go to, met in the round
    before it or in a held one.

    What a group of the round before seats of them is least split over all parts evenly. That is convex in how
    many it seats, so an even split is least for the round before too. A block takes its own pairs out, but
    never more than its group has to repeat.
    """
    held = max((sum(again) for again in _held_again(fresh, who, parts)), default=0)
    return [held] + [max(held, _new_again(fresh, who, parts))] * (rounds - 1)


def _new_again(fresh: Fresh, who: NDArray[np.bool_], parts: int) -> int:
    board = fresh.board
    even, larger = divmod(int(who.sum()), parts)
    again = larger * even_split_pairs(even + 1, parts) + (parts - larger) * even_split_pairs(even, parts)
    most = even_split_pairs(min(board.seats, int(who.sum())), parts)
    blocks = np.bincount(board.block[who & (board.block >= 0)], minlength=1)
    return max(0, again - int(np.minimum(blocks * (blocks - 1) // 2, most).sum()))


def _held_again(fresh: Fresh, who: NDArray[np.bool_], parts: int) -> list[list[int]]:
    """For each held round, the least that each of its groups repeats in any round after it."""
    board, found = fresh.board, []
    for seated in board.held:
        inside = np.where(who, seated, -1)
        size = np.bincount(inside[inside >= 0], minlength=1)
        one, two = together_pairs(inside)
        of_block = (board.block[one] >= 0) & (board.block[one] == board.block[two])
        kin = np.bincount(inside[one[of_block]], minlength=len(size))
        found.append(
            [
                max(0, even_split_pairs(people, parts) - own)
                for people, own in zip(size.tolist(), kin.tolist(), strict=True)
            ]
        )
    return found


def _pinned_repeats(board: Board) -> int:
    """Repeats among those who are pinned to one group: nothing else can undo them."""
    none = np.zeros(0, dtype=np.int64)
    held = np.concatenate([none, *(outside_blocks(board, seated) for seated in board.held)])
    stay = np.concatenate([none, *(outside_blocks(board, seated) for seated in board.pinned)])
    keys, count = np.unique(stay, return_counts=True)
    return int((count - ~np.isin(keys, held)).sum())


def even_split_pairs(people: int, parts: int) -> int:
    """Sum of C(part, 2) over an even split: the fewest pairs that so many groups can hold."""
    even, larger = divmod(people, parts)
    return larger * (even + 1) * even // 2 + (parts - larger) * even * (even - 1) // 2


def least_repeats(fresh: Fresh) -> int:
    return bounds(fresh, fresh.board.rounds)[0].repeats


def _least_convex(fresh: Fresh) -> int:
    """The least sum of C(m, 2), less what held rounds have of it: each pair that meets in two rounds is one.

    So every two rounds count what one must repeat of the other; and meetings cost least spread evenly over all
    pairs that may meet.
    """
    board, everyone = fresh.board, np.ones(fresh.board.n, dtype=bool)
    held = sum(sum(again) for again in _held_again(fresh, everyone, board.groups))
    new = _new_again(fresh, everyone, board.groups)
    least = board.rounds * held + board.rounds * (board.rounds - 1) // 2 * new
    pairs = fresh.within(everyone)
    if not len(board.held) and pairs > 0:
        shared = sum(size * (size - 1) // 2 for size in board.sizes) - fresh.kin_pairs(everyone)
        least = max(least, even_split_pairs(board.rounds * shared, pairs))
    return least


def least_price(fresh: Fresh) -> int:
    """A price in millionths that no deal of this board can go below: each kind of price at its own least."""
    board, price = fresh.board, Tariff.of(fresh.board.weights, EXACT)
    if not board.n or not board.rounds:
        return 0
    total = price.repeat * max(least_repeats(fresh), _least_convex(fresh))
    for codes, each in (
        (board.organisation, price.organisation),
        (board.sector, price.sector),
        (board.place, price.place),
        (np.where(board.senior, 0, -1), price.seniors),
    ):
        for code, count in zip(*np.unique(codes[codes >= 0], return_counts=True), strict=True):
            shared = even_split_pairs(int(count), board.groups) - fresh.kin_pairs(codes == code)
            total += board.rounds * each * max(0, shared)
    if board.newcomer.sum() == 1:
        total += board.rounds * price.lone_newcomer
    together = sum(size * (size - 1) // 2 for size in board.sizes)
    total -= board.rounds * price.drawn * min(together, len(board.drawn))
    for r, told_groups in enumerate(board.told_groups):
        here = np.bincount(board.told[r][board.told[r] >= 0], minlength=told_groups)
        stay = np.sort(np.minimum(here, board.seats))[::-1][: board.groups].sum()
        total += price.moved * int(here.sum() - stay)
    return total
