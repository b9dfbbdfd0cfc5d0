"""What no deal can beat, and the sentences that tell an organiser why.

All bounds count pairs over the rounds still to deal. A pair is fresh if it may meet and has not met in a
held round; every meeting of a pair that is not fresh, or no longer, is a repeat.

  seats         the rounds seat R * sum C(size, 2) pairs, less those inside blocks; each fresh pair can take one
  each person   sits with at least (size of the smallest group open to them) - 1 others a round, less their own
                block
  facilitators  every group has at least f of them: whoever is none meets f a round, less those of their block
  pins          those who stay together in rounds to come, and met before or stay together twice, meet again
  needs         k people on t groups that serve them: q = sum C(part, 2) over an even split is the least that
                they can share
"""

from bisect import bisect_left
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .board import EXACT, Board, Tariff
from .problem import Problem
from .score import outside_blocks
from .sizes import NUMBER_WORDS
from .words import counted, listed

MANY_FACILITATORS = 1000
MANY_CHOICES = 100_000


@dataclass(frozen=True, slots=True)
class Bound:
    """At least `repeats`, by the argument `kind` (seats, person, facilitators, pins, or needs with the group
    count)."""

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
    for served in sorted(set(board.limit[board.limit < board.groups].tolist())):
        if served:
            found.append(Bound(_by_needs(fresh, rounds, served), "needs", served))
    found = [replace(each, repeats=max(0, each.repeats)) for each in found]
    return sorted(found, key=lambda each: (-each.repeats, each.kind, each.served))


def _each_person(fresh: Fresh, rounds: int) -> Bound:
    """Everybody's own shortfall; each repeat is one for two people."""
    board = fresh.board
    # Larger groups come first, unless told rounds or pins ask for others.
    ordered = not board.told_groups and not (board.pinned >= 0).any()
    smallest = np.minimum.accumulate(board.sizes) if ordered else np.full(board.groups, board.sizes[-1])
    company = smallest[np.maximum(board.limit, 1) - 1] - 1 - fresh.kin
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


def because(problem: Problem, fresh: Fresh) -> tuple[str, ...]:
    """One sentence or two for each bound that binds: why, and what would lower it. Says nothing of who is
    apart."""
    board = fresh.board
    found = bounds(fresh, board.rounds)
    least = found[0].repeats
    if not least:
        return ()
    held = board.first_round - 1
    # More rounds never force fewer repeats.
    most = bisect_left(range(board.rounds), 1, key=lambda r: min(1, bounds(fresh, r)[0].repeats)) - 1
    fewer = f"Without a repeat at most {counted(held + most, 'round')} can be dealt"
    lead = f"{counted(least, 'repeat is', 'repeats are')} the least possible here, because"
    out = []
    for each in found:
        if each.repeats < least:
            break
        if each.kind == "pins":
            out.append(
                f"{lead} those who stay in their groups meet again there; let one of them be dealt too."
            )
            continue
        out.append(f"{lead} {_why(problem, fresh, each)}. {fewer}{_remedy(problem, fresh, each)}.")
    return tuple(out)


def _why(problem: Problem, fresh: Fresh, bound: Bound) -> str:
    board = fresh.board
    rounds = counted(board.first_round - 1 + board.rounds, "round")
    setting = f"{counted(board.n, 'person', 'people')} in {NUMBER_WORDS[problem.group_size]}"
    if bound.kind == "seats":
        shared = board.rounds * (sum(size * (size - 1) // 2 for size in board.sizes))
        # How many there are would tell an attentive reader how many must be apart.
        return f"{setting} share a group as {counted(shared, 'pair')} in {rounds}, more than can be new to each other"
    if bound.kind == "person":
        most = (board.n - 1) // max(1, min(board.sizes) - 1)
        return f"{setting} have others enough for at most {counted(most, 'round')}, not {rounds}"
    if bound.kind == "facilitators":
        leading = counted(int(board.facilitator.sum()), "facilitator")
        return f"{leading} in {counted(board.groups, 'group')} cannot be new to everybody for {rounds}"
    who, needs = board.limit <= bound.served, _needs(problem, bound)
    people = counted(int(who.sum()), "person needs", "people need")
    has = "group has" if bound.served == 1 else "groups have"
    them = "them" if len(needs) > 1 or needs[0].endswith("s") else "it"
    return f"{people} {listed(needs)} and {bound.served} {has} {them}"


def _needs(problem: Problem, bound: Bound) -> list[str]:
    """The needs that so few groups serve, among the people here."""
    return sorted(
        {
            need
            for person in problem.people
            if problem.present is None or person.id in problem.present
            for need in person.needs
            if problem.served.get(need, bound.served + 1) <= bound.served
        }
    )


def _remedy(problem: Problem, fresh: Fresh, bound: Bound) -> str:
    """One more group for a need, if that lowers the bound; else empty."""
    board = fresh.board
    if bound.kind != "needs" or bound.served >= board.groups:
        return ""
    limit = np.where(board.limit == bound.served, bound.served + 1, board.limit)
    wider = replace(fresh, board=replace(board, limit=limit.astype(np.int32)))
    then = bounds(wider, board.rounds)[0].repeats
    if then >= bound.repeats:
        return ""
    return f"; serve {listed(_needs(problem, bound))} in one more group and it can drop to {then}"


def least_price(fresh: Fresh) -> int:
    """A price in millionths that no deal of this board can go below: each kind of price at its own least."""
    board, price = fresh.board, Tariff.of(fresh.board.weights, EXACT)
    if not board.n or not board.rounds:
        return 0
    total = price.repeat * least_repeats(fresh)
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
    for r, told_groups in enumerate(board.told_groups):
        here = np.bincount(board.told[r][board.told[r] >= 0], minlength=told_groups)
        stay = np.sort(np.minimum(here, board.seats))[::-1][: board.groups].sum()
        total += price.moved * int(here.sum() - stay)
    return total
