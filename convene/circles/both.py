"""Two people wrote the same note at once: what each changed is kept, and where both changed a line, both lines are.

Merged by lines against the text that the later one began from, as version control does. Nothing that either wrote
is ever lost: where the two cannot be told apart, theirs stands first and mine below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import pairwise

MOST = 60_000  # characters of a note: 20 sides of paper
MOST_LINES = 1_000  # that are compared line by line; above it the two texts are kept one below the other
KEPT = timedelta(hours=2)  # every version of so long a time is kept, as somebody's page may hold it


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a comparison: same, theirs (in the note already) or mine (just added)."""

    kind: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """The text that holds both, and whether somebody has to look: both changed the same place."""

    text: str
    clashed: bool


def merged(base: str, theirs: str, mine: str) -> Merged:
    """Both sets of changes in one text. `base` is what mine was made from; lines are ended by a newline."""
    if mine in (theirs, base):
        return Merged(theirs, False)
    if theirs == base:
        return Merged(mine, False)
    three = [text.split("\n") for text in (base, theirs, mine)]
    if max(map(len, three)) > MOST_LINES:
        return Merged(f"{theirs}\n\n{mine}", True)
    lines, clashed = in_three(*three)
    return Merged("\n".join(lines), clashed)


def in_three(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> tuple[list[str], bool]:
    """Walks along the stretches of the base that neither changed; what lies between was changed by one or both."""
    found: list[str] = []
    clashed = False
    at, at_theirs, at_mine = 0, 0, 0
    for start, length, in_theirs, in_mine in unchanged(base, theirs, mine):
        old, one, other = base[at:start], theirs[at_theirs:in_theirs], mine[at_mine:in_mine]
        if one in (old, other):
            found += other
        elif other == old:
            found += one
        else:
            found += kept(old, one, other)
            clashed = True
        found += base[start : start + length]
        at, at_theirs, at_mine = start + length, in_theirs + length, in_mine + length
    return found, clashed


def unchanged(
    base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]
) -> list[tuple[int, int, int, int]]:
    """Stretches of the base that both still have: (start, length, start in theirs, start in mine), and the end."""
    found = []
    one = SequenceMatcher(None, base, theirs).get_matching_blocks()
    other = SequenceMatcher(None, base, mine).get_matching_blocks()
    first = second = 0
    while first < len(one) and second < len(other):
        a, b = one[first], other[second]
        start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if start < end:
            found.append((start, end - start, a.b + start - a.a, b.b + start - b.a))
        if a.a + a.size < b.a + b.size:
            first += 1
        else:
            second += 1
    return [*found, (len(base), 0, len(theirs), len(mine))]


def kept(old: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> list[str]:
    """Both of two changes to one place: theirs whole, then of mine what is neither in it nor was there before."""
    there = {line for line in (*old, *theirs) if line.strip()}
    new = [line for line in mine if line not in there]
    while new and not new[0].strip():
        new.pop(0)
    return [*theirs, *new]


def difference(before: str, after: str) -> list[Piece]:
    """What is new, gone and the same, in order of the text: `theirs` stood there alone, `mine` came in."""
    old, new = before.split("\n"), after.split("\n")
    if max(len(old), len(new)) > MOST_LINES:
        return [Piece("theirs", tuple(old)), Piece("mine", tuple(new))]
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", tuple(old[a:b])))
            continue
        if a < b:
            found.append(Piece("theirs", tuple(old[a:b])))
        if c < d:
            found.append(Piece("mine", tuple(new[c:d])))
    return found


@dataclass(frozen=True, slots=True)
class Version:
    """One saving of a note."""

    number: int
    writer: int | None
    written_at: datetime


def needless(versions: Sequence[Version], now: datetime) -> list[int]:
    """Numbers of versions that need not be kept: saved as somebody went on typing, hours ago.

    Of each person's run of savings the last stays, and so does everything of the last two hours.
    """
    ordered = sorted(versions, key=lambda one: one.number)
    return [
        one.number
        for one, after in pairwise(ordered)
        if one.writer == after.writer and one.written_at < now - KEPT
    ]
