"""The rows of the deal in the bench: which problem, how many seeds, what budget, and what each must reach."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.evenings import Evening, Play, at_the_door, crowd, one, plain, series


@dataclass(frozen=True, slots=True)
class Goal:
    """The most that each figure of `bench.deal_run` may be in this share of the seeds, and the memory of the whole
    row in MB.

    seconds   the budget that the goal is asked of, where it is not the row's own
    """

    most: Mapping[str, float]
    share: float = 1.0
    memory: float | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One row: so many seeds, each dealt with a budget of `seconds`.

    compared   the first seeds, which chance and the greedy dealer get too
    shown      figures in the print
    """

    name: str
    play: Play
    seeds: int
    seconds: float
    must: Goal | None
    aim: Goal | None = None
    shown: tuple[str, ...] = ("repeats",)
    compared: int = 3


def strangers(
    n: int, size: int, rounds: int, seconds: float, must: Goal | None, aim: Goal | None, seeds: int = 20
) -> Case:
    play = one(lambda seed: plain(n, size, rounds, seed))
    return Case(f"{n}-{size}-{rounds}", play, seeds, seconds, must, aim)


def repeats(most: int, cpu: float, share: float = 1.0, seconds: float | None = None) -> Goal:
    return Goal({"repeats": most, "cpu": cpu, "broken": 0}, share, seconds=seconds)


def mixed(over_least: int, met_again: int, lone: int, **more: float) -> Goal:
    return Goal(
        {"broken": 0, "over_least": over_least, "met_again": met_again, "lone": lone, **more},
    )


SIXTY = Evening()
ALL_CAPTIONED = Evening(captioned=15)
SIXTY_ONE = Evening(61, 4, 5, captioned=3, facilitators=16)
THREE_HUNDRED = Evening(
    300, 5, 5, captioned=15, needy=20, facilitators=60, rules=10, met=785, organisations=75
)

MIXED = ("repeats", "over_least", "met_again", "lone", "same_organisation", "broken")
DOOR = ("repeats", "over_least", "stay", "in_company", "broken")


def door(name: str, play: Play) -> Case:
    must = Goal({"broken": 0, "over_least": 0, "left": 15, "alone": 20, "cpu": 0.2})
    aim = Goal({"broken": 0, "over_least": 0, "left": 10, "alone": 20, "cpu": 0.1})
    return Case(f"door: {name}", play, 20, 0.1, must, aim, DOOR)


CASES: tuple[Case, ...] = (
    *(
        strangers(n, size, rounds, 0.2, repeats(0, 0.2), repeats(0, 0.03))
        for n, size, rounds in ((16, 4, 5), (20, 4, 5), (30, 3, 10), (32, 4, 7), (60, 4, 6), (61, 4, 6))
    ),
    strangers(15, 3, 7, 1.0, repeats(0, 1.0), repeats(0, 0.1)),
    strangers(24, 4, 6, 2.0, repeats(1, 2.5), repeats(0, 10.5, share=0.9, seconds=10.0)),
    strangers(24, 4, 7, 2.0, None, repeats(0, 0.005)),
    strangers(32, 4, 10, 2.0, None, repeats(0, 0.005)),
    strangers(32, 4, 8, 5.0, repeats(2, 5.5), repeats(0, 20.5, seconds=20.0), seeds=5),
    strangers(300, 5, 5, 0.1, repeats(0, 0.1), repeats(0, 0.005)),
    strangers(2000, 4, 3, 0.5, repeats(0, 0.5), repeats(0, 0.005), seeds=10),
    Case("60-4-6 with everything, 0.2 s", one(SIXTY.draw), 20, 0.2, mixed(2, 1, 2), shown=MIXED),
    Case(
        "60-4-6 with everything, 2 s",
        one(SIXTY.draw),
        8,
        2.0,
        mixed(0, 0, 0, same_organisation=2),
        shown=MIXED,
        compared=1,
    ),
    Case(
        "the same, every group captioned, 2 s",
        one(ALL_CAPTIONED.draw),
        6,
        2.0,
        mixed(0, 0, 0, repeats=0, same_organisation=3),
        shown=MIXED,
        compared=1,
    ),
    Case(
        "61-4-5 with everything, 2 s",
        one(SIXTY_ONE.draw),
        6,
        2.0,
        mixed(0, 2, 1, repeats=0, same_organisation=4, threes=2),
        shown=(*MIXED, "threes"),
        compared=1,
    ),
    Case(
        "300-5-5 with everything, 2 s",
        one(THREE_HUNDRED.draw),
        5,
        2.0,
        mixed(0, 0, 0, repeats=0, same_organisation=2),
        Goal(mixed(0, 0, 0, repeats=0, same_organisation=2).most, seconds=0.7),
        MIXED,
        compared=1,
    ),
    Case(
        "20,000-4-1, 900,000 met before",
        one(lambda seed: replace(crowd(), seed=seed)),
        3,
        2.0,
        Goal({"broken": 0, "met_again": 0, "lone": 0, "cpu": 3.0}, memory=300),
        Goal({"broken": 0, "met_again": 0, "lone": 0, "cpu": 1.0}, memory=200),
        ("met_again", "lone", "same_organisation", "broken"),
        compared=1,
    ),
    door("one round told", at_the_door(lambda seed: plain(60, 4, 6, seed), 1)),
    door("six rounds told", at_the_door(lambda seed: plain(60, 4, 6, seed))),
    door("one round, every rule", at_the_door(SIXTY.draw, 1)),
    door("six rounds, every rule", at_the_door(SIXTY.draw)),
    Case(
        "18 events, 42 of the same 60 each",
        series,
        5,
        0.5,
        Goal({"in_12": 0, "broken": 0}),
        Goal({"in_18": 0, "broken": 0}),
        ("in_12", "in_18"),
        compared=2,
    ),
)
