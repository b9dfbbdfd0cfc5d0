"""Whose turn it is to host: whoever has hosted least often and longest ago, as fair after a swap as before it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Turn:
    """One session in order of date; `host` is who hosts or hosted it, none while that is open."""

    session: int
    host: int | None
    is_over: bool


def next_hosts(
    turns: Sequence[Turn], willing: Mapping[int, int], away: Mapping[int, Collection[int]]
) -> dict[int, int]:
    """Who hosts each session that has nobody, by session: ids of people.

    `willing`: each with the place among `turns` of the first session since they joined, in the order they joined.
    Turns that are set count, past and to come, so somebody who took another's turn is asked later in their place;
    who joins late begins with as many turns as whoever had the fewest, and has not to catch up. `away`: who cannot
    come to a session. A session that nobody willing comes to has no host here.
    """
    hosts = [turn.host for turn in turns]
    counts: dict[int, int] = {}
    last: dict[int, int] = {}
    order = {one: at for at, one in enumerate(willing)}
    found: dict[int, int] = {}
    for at, turn in enumerate(turns):
        new = [one for one, since in willing.items() if since <= at and one not in counts]
        fewest = min(counts.values(), default=0)
        for one in new:
            counts[one], last[one] = fewest + hosts[at:].count(one), -1
        if turn.host is None and not turn.is_over:
            free = [one for one in counts if one not in away.get(turn.session, ())]
            if not free:
                continue
            chosen = min(free, key=lambda one: (counts[one], near(hosts, at, one), last[one], order[one]))
            counts[chosen] += 1
            hosts[at] = found[turn.session] = chosen
        host = hosts[at]
        if host is not None and host in last:
            last[host] = at
    return found


def near(hosts: Sequence[int | None], at: int, one: int) -> bool:
    """Whether they host the session just before or just after: nobody hosts twice running if it can be helped."""
    return one in hosts[max(0, at - 1) : at] or one in hosts[at + 1 : at + 2]


def swapped(turns: Sequence[Turn], first: int, second: int) -> dict[int, int | None]:
    """The hosts of two sessions exchanged, by session; nothing for one that is over or not here."""
    found = {turn.session: turn for turn in turns}
    one, two = found.get(first), found.get(second)
    if one is None or two is None or one.is_over or two.is_over or first == second:
        return {}
    return {first: two.host, second: one.host}
