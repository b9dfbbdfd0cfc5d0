"""An agenda in timed parts: templates that fit a session's length, the steps within a part, and when each begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

# What a part is, in the words of the desk and of the page; the order is that of the list to choose from.
KINDS = {
    "check_in": "Check-in round",
    "networking": "Impromptu networking",
    "one_two_four_all": "1-2-4-All",
    "actions": "What we said we would do",
    "open_circle": "Open circle",
    "check_out": "Check-out",
    "other": "Something else",
}
ALONE, TOGETHER = 1, 0  # group sizes of a step: everybody for themselves, everybody in one circle
MOST_PARTS = 20
MOST_MINUTES = 480  # of one part
MOST_ROUNDS = 6
# 1-2-4-All as its makers time it (Lipmanowicz and McCandless, Liberating Structures): 1, 2, 4 and 5 minutes.
ONE_TWO_FOUR = (
    ("On your own", ALONE, 1),
    ("In pairs", 2, 2),
    ("In fours", 4, 4),
    ("All together", TOGETHER, 5),
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a session; `rounds` are how often people change groups of `group_size` within its minutes."""

    kind: str
    title: str
    minutes: int
    prompt: str = ""
    group_size: int = TOGETHER
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch within a part for which the clock runs once; number counts from 1."""

    number: int
    name: str
    seconds: int
    group_size: int


@dataclass(frozen=True, slots=True)
class Timed:
    """A part with the moments at which it begins and ends if all goes to plan."""

    part: Part
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Template:
    """A way to spend a session; the minutes of its parts are shares of the whole."""

    name: str
    words: str
    parts: tuple[Part, ...]


CHECK_IN = Part("check_in", "Check-in round", 10, "One sentence each: how do you arrive here?")
NETWORKING = Part(
    "networking",
    "Impromptu networking",
    15,
    "What brings you to this question, and what do you hope to give?",
    2,
    3,
)
ONE_TWO = Part("one_two_four_all", "1-2-4-All", 12, "What is one thing that would move our question on?")
SAID = Part("actions", "What we said we would do", 10, "What came of it? Done, still going, or let go?")
OPEN = Part("open_circle", "Open circle", 30, "Who has something to bring to our question?")
CHECK_OUT = Part("check_out", "Check-out", 10, "What will you do before we meet again?")

TEMPLATES = {
    "usual": Template(
        "A usual session",
        "Arrive, look at what was promised, think in pairs and fours, talk, and say what happens next.",
        (CHECK_IN, SAID, ONE_TWO, OPEN, CHECK_OUT),
    ),
    "first": Template(
        "A first session",
        "For people who do not know each other: three short talks with a new partner each, then the circle.",
        (CHECK_IN, NETWORKING, OPEN, CHECK_OUT),
    ),
    "talk": Template("Just talk", "Arrive, talk, and say what happens next.", (CHECK_IN, OPEN, CHECK_OUT)),
}


def fitted(template: Template, minutes: int) -> list[Part]:
    """The template's parts so that they fill these minutes: the open circle takes what the others leave.

    A session too short for that shrinks every part alike, none below a minute; one with no room even for that
    leaves out the last but the check-out.
    """
    parts = list(template.parts)
    while len(parts) > max(1, minutes):
        parts.pop(-2 if len(parts) > 1 else -1)
    fixed = sum(part.minutes for part in parts if part.kind != "open_circle")
    spare = minutes - fixed
    if any(part.kind == "open_circle" for part in parts) and spare >= 10:
        return [replace(part, minutes=spare) if part.kind == "open_circle" else part for part in parts]
    whole = sum(part.minutes for part in parts)
    if minutes >= whole:
        return parts
    shares = shared_out(max(minutes, len(parts)), [part.minutes for part in parts])
    return [replace(part, minutes=share) for part, share in zip(parts, shares, strict=True)]


def shared_out(whole: int, weights: Sequence[int]) -> list[int]:
    """A whole number split by weights into whole numbers that sum up to it, each at least 1."""
    exact = [whole * weight / sum(weights) for weight in weights]
    found = [int(share) for share in exact]
    by_rest = sorted(range(len(weights)), key=lambda at: (found[at] - exact[at], at))
    for at in by_rest[: whole - sum(found)]:
        found[at] += 1
    while 0 in found:
        found[found.index(max(found))] -= 1
        found[found.index(0)] = 1
    return found


def steps(part: Part) -> tuple[Step, ...]:
    """What the clock counts within a part: one stretch, or a round for each change of groups."""
    seconds = part.minutes * 60
    if part.kind == "one_two_four_all":
        lengths = shared_out(seconds, [minutes for _, _, minutes in ONE_TWO_FOUR])
        return tuple(
            Step(number, name, length, size)
            for number, ((name, size, _), length) in enumerate(
                zip(ONE_TWO_FOUR, lengths, strict=True), start=1
            )
        )
    if part.group_size > ALONE:
        rounds = max(1, part.rounds)
        lengths = shared_out(seconds, [1] * rounds)
        return tuple(
            Step(number, f"Round {number} of {rounds}" if rounds > 1 else part.title, length, part.group_size)
            for number, length in enumerate(lengths, start=1)
        )
    return (Step(1, part.title, seconds, TOGETHER),)


def timed(parts: Iterable[Part], starts_at: datetime) -> list[Timed]:
    """Each part with when it begins and ends, one after the other from the session's start."""
    found, at = [], starts_at
    for part in parts:
        ends_at = at + timedelta(minutes=part.minutes)
        found.append(Timed(part, at, ends_at))
        at = ends_at
    return found


def left_over(parts: Iterable[Part], starts_at: datetime, ends_at: datetime) -> int:
    """Whole minutes that the agenda leaves of the session; below 0, by how many it is too long."""
    return round((ends_at - starts_at) / timedelta(minutes=1)) - sum(part.minutes for part in parts)
