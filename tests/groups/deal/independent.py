"""A second opinion in plain Python: recounts every figure of a plan and every hard rule from ids alone, slowly and
by the definitions, sharing no code with the engine."""

from collections import Counter
from itertools import combinations, permutations
from math import ceil, comb, isclose

from convene.groups.deal import Guest, Plan, Problem


def here(problem: Problem) -> set[str]:
    return {p.id for p in problem.people} if problem.present is None else set(problem.present)


def blocks(problem: Problem) -> list[set[str]]:
    """Keep-together lists of the people here, joined where they overlap."""
    out: list[set[str]] = []
    for names in problem.together:
        block = set(names) & here(problem)
        for other in [each for each in out if each & block]:
            block |= other
            out.remove(other)
        if block:
            out.append(block)
    return [block for block in out if len(block) > 1]


def kin(problem: Problem) -> set[frozenset[str]]:
    return {frozenset(pair) for block in blocks(problem) for pair in combinations(block, 2)}


def sizes(n: int, s: int) -> list[int]:
    if not n:
        return []
    count = max(1, min(ceil(n / s), n // min(s, 3)))
    return sorted((n // count + (k < n % count) for k in range(count)), reverse=True)


def broken_rules(problem: Problem, plan: Plan) -> list[str]:
    people = {p.id: p for p in problem.people}
    out = []
    if len(plan.rounds) != problem.rounds - len(problem.held):
        out.append("number of rounds")
    leading = sum(people[i].facilitator for i in here(problem))
    for groups in plan.rounds:
        if Counter(i for group in groups for i in group) != Counter(here(problem)):
            out.append("everyone present exactly once, nobody absent")
        if sorted(map(len, groups), reverse=True) != sizes(len(here(problem)), problem.group_size):
            out.append("sizes")
        place = {i: g for g, group in enumerate(groups) for i in group}
        for a, b in problem.apart:
            if a in place and b in place and place[a] == place[b]:
                out.append(f"apart {a} {b}")
        for block in blocks(problem):
            if len({place[i] for i in block}) > 1:
                out.append(f"together {block}")
        for i, g in place.items():
            for need in people[i].needs:
                if need in problem.served and g >= problem.served[need]:
                    out.append(f"need {need} of {i}")
        if problem.facilitated and groups:
            counts = [sum(people[i].facilitator for i in group) for group in groups]
            if leading >= len(groups) and (min(counts) < 1 or max(counts) - min(counts) > 1):
                out.append("facilitators spread evenly")
            if leading < len(groups) and max(counts) > 1 and parted(problem):
                out.append("at most one facilitator each")
    return out


def parted(problem: Problem) -> bool:
    """Whether all who facilitate can sit in groups of their own: none kept together, none pinned, and for no number
    of groups more of them (or of those kept with them) who need to sit in those."""
    if problem.pinned:
        return False
    block = {each: group for group in blocks(problem) for each in group}
    people = {p.id: p for p in problem.people}
    firsts = []
    for leader in (i for i in here(problem) if people[i].facilitator):
        company = block.get(leader, {leader})
        if sum(people[i].facilitator for i in company) > 1:
            return False
        needs = [need for i in company for need in people[i].needs if need in problem.served]
        firsts.append(min([problem.served[need] for need in needs], default=len(people)))
    return all(k <= groups for k, groups in enumerate(sorted(firsts), 1))


def meetings(rounds: object, skip: set[frozenset[str]]) -> Counter[frozenset[str]]:
    return Counter(
        frozenset(pair)
        for groups in rounds  # type: ignore[attr-defined]
        for group in groups
        for pair in combinations(group, 2)
        if frozenset(pair) not in skip
    )


def moved(problem: Problem, plan: Plan) -> int:
    """Tried over every one-to-one matching: only for few groups."""
    total = 0
    for told, groups in zip(problem.told, plan.rounds, strict=False):
        left = [set(group) & here(problem) for group in told]
        slots = [set(group) for group in groups] + [set()] * max(0, len(left) - len(groups))
        best = max(
            sum(len(a & b) for a, b in zip(left, order, strict=False))
            for order in permutations(slots, len(left))
        )
        total += sum(map(len, left)) - best
    return total


def assert_figures(problem: Problem, plan: Plan) -> None:
    people: dict[str, Guest] = {p.id: p for p in problem.people}
    skip, weights = kin(problem), problem.weights
    before, now = meetings(problem.held, skip), meetings(plan.rounds, skip)
    now = Counter({pair: count for pair, count in now.items() if pair <= here(problem)})
    repeats = sum(max(before[p] + m - 1, 0) - max(before[p] - 1, 0) for p, m in now.items())
    price: Counter[frozenset[str]] = Counter()
    for a, b, h in problem.met:
        price[frozenset((a, b))] += h  # type: ignore[assignment]
    met_pairs = {frozenset((a, b)) for a, b, _ in problem.met}

    def alike(attribute: str) -> int:
        return sum(
            m
            for p, m in now.items()
            if len({getattr(people[i], attribute) for i in p}) == 1 and getattr(people[min(p)], attribute)
        )

    newcomers = [(sum(people[i].newcomer for i in g), len(g)) for groups in plan.rounds for g in groups]
    lone = sum(count == 1 for count, _ in newcomers)
    crowd = sum(count == size and count > 1 for count, size in newcomers)
    cost = (
        sum(
            weights.repeat * (comb(before[p] + m, 2) - comb(before[p], 2)) + price[p] * m
            for p, m in now.items()
        )
        + weights.organisation * alike("organisation")
        + weights.sector * alike("sector")
        + weights.place * alike("place")
        + weights.seniors * sum(m for p, m in now.items() if all(people[i].senior for i in p))
        + weights.lone_newcomer * lone
        + weights.newcomers_alone * crowd
        + weights.moved * moved(problem, plan)
        - weights.drawn * sum(m for p, m in now.items() if p in {frozenset(pair) for pair in problem.drawn})
    )
    assert plan.repeats == repeats
    assert plan.met_again == sum(m for p, m in now.items() if p in met_pairs)
    assert plan.lone_newcomers == lone
    assert plan.same_organisation == alike("organisation")
    assert plan.moved == moved(problem, plan)
    assert isclose(plan.cost, cost, abs_tol=1e-4)
    assert plan.repeats >= plan.least_repeats >= 0
