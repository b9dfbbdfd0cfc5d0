"""How people see an insight, summed up: common ground and live disagreement, but never where it points to one person.

A figure about few people is a figure about somebody. So nothing is told below so many voices, and what one person
alone says is folded into what the others say, as in docs/decisions/figures-in-fives.md.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

STANCES = {
    "agree": "I agree",
    "disagree": "I disagree",
    "unsure": "I am not sure",
    "differently": "I see it differently",
}
ENOUGH = 4  # voices before anything is told
ALONE = 1


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


def summary(stances: Mapping[int, str]) -> Summary:
    """From what each person (id) said. One voice that stands alone is never shown, nor can it be worked out.

    Where exactly one voice is left beside those told, that voice is nowhere in the figures; and as anything at all is
    told only of ENOUGH voices, nothing is where it would take that one to make them enough.
    """
    counted = Counter(one for one in stances.values() if one in STANCES)
    shown = {stance: count for stance, count in counted.items() if count > ALONE}
    told, voices = sum(shown.values()), sum(counted.values())
    others = voices - told if voices - told > ALONE else 0
    if told + others < ENOUGH:
        return HIDDEN
    return Summary(verdict_of(shown), told + others, shown, others)


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
