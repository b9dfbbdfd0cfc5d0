"""How people see an insight, summed up: common ground and live disagreement, but never where it points to one person.

A figure about few people is a figure about somebody. So nothing is told below so many voices, and what one person
alone says is folded into what the others say, as in docs/decisions/figures-in-fives.md. And as two looks around one
press would tell whose it was, what is told stands still until enough have pressed (docs/decisions/
stances-stand-still.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

STANCES = {
    "agree": "I agree",
    "disagree": "I disagree",
    "unsure": "I am not sure",
    "differently": "I see it differently",
}
ENOUGH = 5  # voices before anything is told: as many as are counted at first, so that none of them can be left over
ALONE = 1
FRESH = 5  # people who said something new since it was told last, before it is told anew


@dataclass(frozen=True, slots=True)
class Summary:
    """What a circle is told of one insight.

    verdict   common, live, open (told: no clear picture) or hidden (too few, or it would point to somebody)
    counts    voices by stance, of at least two each; empty where the verdict is hidden
    others    voices that are not told apart
    """

    verdict: str
    voices: int
    counts: Mapping[str, int]
    others: int = 0


HIDDEN = Summary("hidden", 0, {})


def summary(told: Mapping[str, int] | None) -> Summary:
    """From the voices by stance, as they were counted last. One that stands alone is never shown, nor can it be
    worked out.

    Where exactly one voice is left beside those told, that voice is nowhere in the figures; and as anything at all is
    told only of ENOUGH voices, nothing is where it would take that one to make them enough.
    """
    counted = {stance: count for stance, count in (told or {}).items() if stance in STANCES}
    shown = {stance: count for stance, count in counted.items() if count > ALONE}
    apart, voices = sum(shown.values()), sum(counted.values())
    others = voices - apart if voices - apart > ALONE else 0
    if apart + others < ENOUGH:
        return HIDDEN
    return Summary(verdict_of(shown), apart + others, shown, others)


def verdict_of(shown: Mapping[str, int]) -> str:
    """common: nobody told apart disagrees and most agree; live: at least two on each side; open: neither."""
    against = shown.get("disagree", 0) + shown.get("differently", 0)
    agree, whole = shown.get("agree", 0), sum(shown.values())
    if agree and against:
        return "live"
    if agree * 3 >= whole * 2 and agree:
        return "common"
    if against * 3 >= whole * 2 and against:
        return "common" if not shown.get("differently") else "live"
    return "open"
