"""Who meets whom over several rounds, counted from the groups themselves, and what no groups can do better."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from convene.groups.deal import group_sizes

Pair = tuple[int, int]  # two people's ids, the lower first
Groups = Sequence[Collection[int]]  # of one round, everybody at most once


@dataclass(frozen=True, slots=True)
class Spread:
    """How the people of some rounds meet; pairs who are kept together count nowhere.

    people          everybody who sits in one of the rounds
    fewest, most    others whom a person sits with at least once: for the person with fewest, and with most
    times           how many pairs meet once, twice, ...
    again           pairs who meet here and had met before
    """

    people: int
    fewest: int
    most: int
    times: Mapping[int, int]
    again: int

    @property
    def repeats(self) -> int:
        """Times a pair meets that met in these rounds before, as a plan counts them."""
        return sum((times - 1) * pairs for times, pairs in self.times.items())


def spread(rounds: Sequence[Groups], kept: Collection[Pair], before: Collection[Pair]) -> Spread:
    """`kept` are the pairs who are kept together, `before` those who met before these rounds."""
    people = {person for groups in rounds for group in groups for person in group}
    met = Counter(pair for groups in rounds for pair in pairs_of(groups))
    for pair in kept:
        del met[pair]
    others = Counter(person for pair in met for person in pair)
    return Spread(
        people=len(people),
        fewest=min((others[person] for person in people), default=0),
        most=max(others.values(), default=0),
        times=Counter(met.values()),
        again=sum(pair in met for pair in before),
    )


def pairs_of(groups: Iterable[Collection[int]]) -> Iterable[Pair]:
    """The pairs who share a group."""
    return (pair for group in groups for pair in combinations(sorted(group), 2))


def company(people: int, group_size: int, rounds: int) -> int:
    """How many seats beside one person there are at most, over so many rounds: others met, counted each time."""
    return rounds * (max(group_sizes(people, group_size), default=1) - 1)


def least_repeats(people: int, group_size: int, rounds: int, kept: Sequence[Pair]) -> int:
    """No groups of these rounds have fewer repeats: counted over all seats, and over everybody's own.

    The rounds seat R * sum C(size, 2) pairs, of which each can be new once; whoever sits with at least
    R * (smallest - 1) others of at most n - 1 meets some again, and each repeat is one for two people. Both leave
    out those kept together, and count no other rule: so it may be less than the least, and tells of no rule.
    """
    if people < 2:
        return 0
    sizes = group_sizes(people, group_size)
    kin = Counter(person for pair in kept for person in pair)
    seats = sum(size * (size - 1) // 2 for size in sizes) - len(kept)
    over_all = rounds * seats - (people * (people - 1) // 2 - len(kept))
    own = [kin[person] for person in kin] + [0] * (people - len(kin))
    short = sum(max(0, rounds * max(0, min(sizes) - 1 - one) - (people - 1 - one)) for one in own)
    return max(0, over_all, -(-short // 2))
