"""One row of the deal in a process of its own, so that its memory is its own: `python -m bench.deal_run 0.2 NAME`.

Prints one JSON object: for each seed what the deal took and reached, and what chance and the greedy dealer reached.
`--file NAME PATH` writes a problem for the command instead. Every figure is recounted from the groups, and the rules
are looked over by the tests' own second opinion.
"""

import gc
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, median

from bench.deal_cases import CASES, Case, Goal
from bench.dealers import Rounds, greedy, hat, present
from bench.evenings import Played, as_file, crowd, plain
from convene.groups.deal import Plan, Problem
from convene.groups.deal.engine import deal
from convene.groups.deal.mixing import Facts, mixture
from tests.groups.deal.independent import broken_rules

Figures = dict[str, float]
FILES: dict[str, Callable[[], Problem]] = {"crowd": crowd, "60-4-6": lambda: plain(60, 4, 6, 1)}


class Engine:
    """The engine as a dealer that notes the processor time of each deal and the bound that it names."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.took: list[float] = []
        self.least: list[int] = []

    def __call__(self, problem: Problem) -> Rounds:
        gc.collect()
        began = time.process_time()
        plan = deal(problem, self.seconds)
        self.took.append(time.process_time() - began)
        self.least.append(plan.least_repeats)
        return plan.rounds


def play(case: Case, seed: int, seconds: float) -> tuple[Played, Engine]:
    engine, before = Engine(seconds), Engine(0.2)
    return case.play(seed, engine, before), engine


def judge(played: Played, least: Sequence[int]) -> Figures:
    """Figures over all that was dealt, least being the bound on repeats of each problem."""
    figures: Counter[str] = Counter()
    again = []
    for problem, rounds in played:
        one = mixture(Facts.of(problem), rounds)
        again.append(one.met_again)
        figures["repeats"] += int(one.repeats)
        figures["met_again"] += int(one.met_again)
        figures["lone"] += int(one.lone_newcomers)
        figures["same_organisation"] += int(one.same_organisation)
        figures["broken"] += len(broken_rules(problem, as_plan(rounds)))
    out: Figures = dict(figures)
    out["over_least"] = figures["repeats"] - sum(least)
    if len(played) > 1:
        out |= {"in_12": sum(again[:12]), "in_18": sum(again)}
    problem, rounds = played[-1]
    largest = max(len(group) for groups in rounds for group in groups)
    smaller = Counter(each for groups in rounds for group in groups if len(group) < largest for each in group)
    out["threes"] = max(smaller.values(), default=0)
    if problem.told:
        out |= at_the_door(problem, rounds)
    return out


def as_plan(rounds: Rounds) -> Plan:
    return Plan(rounds, 0, 0, 0, 0, 0, 0, 0.0, 0, (), ())


def at_the_door(problem: Problem, rounds: Rounds) -> Figures:
    """Per cent of those whose told group survives who stay in it, and of those whose told group still has two here
    who sit with one of it. As many told groups survive as are dealt, the fullest; which group one became is where
    most of it sits, and no two became the same.
    """
    here = set(present(problem))
    stay = surviving = company = accompanied = 0
    for told, groups in zip(problem.told, rounds, strict=False):
        left = sorted((set(group) & here for group in told), key=len, reverse=True)
        shared = sorted(
            ((len(old & set(new)), a, b) for a, old in enumerate(left) for b, new in enumerate(groups)),
            key=lambda one: (-one[0], one[1], one[2]),
        )
        old_taken: set[int] = set()
        new_taken: set[int] = set()
        for count, a, b in shared:
            if a not in old_taken and b not in new_taken:
                old_taken.add(a)
                new_taken.add(b)
                stay += count
        surviving += sum(map(len, left[: len(groups)]))
        place = {each: g for g, group in enumerate(groups) for each in group}
        for old in left:
            if len(old) > 1:
                seats = Counter(place[each] for each in old)
                company += len(old)
                accompanied += sum(count for count in seats.values() if count > 1)
    stayed, sat = 100 * stay / max(1, surviving), 100 * accompanied / max(1, company)
    return {"stay": stayed, "left": 100 - stayed, "in_company": sat, "alone": 100 - sat}


def reached(goal: Goal, figures: Figures) -> bool:
    return all(figures[name] <= most for name, most in goal.most.items())


def holds(case: Case, goal: Goal | None, seeds: Sequence[Figures], memory: float) -> bool | None:
    """Whether a goal is reached in its share of the seeds; None where there is none.

    More time is never worse, so a goal that is asked of a longer budget is tried again only where it was missed."""
    if goal is None:
        return None
    good = 0
    for seed, figures in enumerate(seeds, 1):
        longer = goal.seconds is not None and goal.seconds > case.seconds
        if goal.seconds is None or (longer and reached(goal, figures)):
            good += reached(goal, figures)
        else:
            played, engine = play(case, seed, goal.seconds)
            good += reached(goal, judge(played, engine.least) | {"cpu": max(engine.took)})
    return good >= goal.share * len(seeds) and (goal.memory is None or memory <= goal.memory)


def peak() -> float:
    """MB at its largest. Where the kernel tells it only as ru_maxrss, that of the parent before the start counts."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(case: Case, seeds: int) -> dict[str, object]:
    deal(plain(12, 3, 2, 1), 0.05)  # what a process does once is the affair of the row about a fresh one
    games = [play(case, seed, case.seconds) for seed in range(1, seeds + 1)]
    memory = peak()
    took = [seconds for _, engine in games for seconds in engine.took]
    figures = [judge(played, engine.least) | {"cpu": max(engine.took)} for played, engine in games]
    chance, careful, tries = [], [], []
    for seed, (_, engine) in enumerate(games[: case.compared], 1):
        chance.append(judge(case.play(seed, hat, Engine(0.2)), engine.least))
        budget = fmean(engine.took)

        def dealer(problem: Problem, budget: float = budget) -> Rounds:
            rounds, number = greedy(problem, budget)
            tries.append(number)
            return rounds

        careful.append(judge(case.play(seed, dealer, Engine(0.2)), engine.least))
    return {
        "took": took,
        "memory": memory,
        "seeds": figures,
        "chance": chance,
        "greedy": careful,
        "tries": median(tries),
        "least": [sum(engine.least) for _, engine in games],
        "must": holds(case, case.must, figures, memory),
        "aim": holds(case, case.aim, figures, memory),
    }


def main(words: list[str]) -> int:
    if words[0] == "--file":
        Path(words[2]).write_text(json.dumps(as_file(FILES[words[1]]())))
        return 0
    case = next(each for each in CASES if each.name == words[0])
    print(json.dumps(measure(case, int(words[1]) if len(words) > 1 else case.seeds)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
