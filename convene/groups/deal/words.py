"""Plain English for lists, counts and names, shared by every sentence that the engine says."""

import re
from collections.abc import Iterable, Sequence

LONGEST_NAME = 80


def listed(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and C`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 group`, `2 groups`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def one_line(text: str) -> str:
    """The text on one line: nothing in it can end the line or steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def short(name: str) -> str:
    """A name that a sentence can hold."""
    name = one_line(name)
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def sentence(text: str, names: Iterable[str] = ()) -> str:
    """A sentence on one line, with these names, and whatever else in it has no end, cut short."""
    for name in sorted({each for each in names if len(each) > LONGEST_NAME}, key=len, reverse=True):
        text = text.replace(name, short(name))
    return re.sub(rf"\S{{{LONGEST_NAME + 2},}}", lambda run: short(run[0]), one_line(text))
