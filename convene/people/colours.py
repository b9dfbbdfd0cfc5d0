"""Whether words can be read on a colour, and how it is painted: contrast as WCAG 2.2 counts it (1.4.3 and 1.4.11)."""

import re
from dataclasses import dataclass

PAPER, INK = "#fbf5ea", "#241f31"  # as static/css/tokens.css has them
ENOUGH = 4.5
SEEN = 3.0  # for an edge that must be seen but not read
# What the one act of a page stands on, by day and by night, in tokens.css: paper, glow, sheet, shade.
BY_DAY = ("#fbf5ea", "#fffdf7", "#fffdf8", "#f4ead9")
BY_NIGHT = ("#1d1a26", "#2b2636", "#282433", "#322d3f")
LIGHT = "#f6eddd"  # the ink of the night


@dataclass(frozen=True, slots=True)
class Painted:
    """A host's colour as buttons have it: itself, under the pointer, its words, and its edge by day and by night."""

    lamp: str
    hover: str
    words: str
    edge_by_day: str
    edge_by_night: str


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, from 0 (black) to 1 (white)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def is_colour(text: str) -> bool:
    return bool(re.fullmatch(r"#[0-9a-f]{6}", text))


def words_on(colour: str) -> str | None:
    """The paper or ink in which words are read best on this colour, or none where neither can be read."""
    best = max((PAPER, INK), key=lambda one: contrast(colour, one))
    return best if contrast(colour, best) >= ENOUGH else None


def painted(accent: str) -> Painted | None:
    """How this colour is painted, or none where words cannot be read on it."""
    words = words_on(accent) if is_colour(accent) else None
    if words is None:
        return None
    # Under the pointer it moves away from its words, so that these are read the better for it.
    hover = mixed(accent, "#ffffff" if words == INK else "#000000", 0.15)
    return Painted(accent, hover, words, seen_on(accent, BY_DAY, INK), seen_on(accent, BY_NIGHT, LIGHT))


def mixed(one: str, other: str, share: float) -> str:
    """The first colour with so much of the other in it, from 0 to 1."""
    parts = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def seen_on(colour: str, grounds: tuple[str, ...], towards: str) -> str:
    """This colour with as much of the other in it as it takes to be seen on all of these grounds."""
    steps = (mixed(colour, towards, step / 10) for step in range(11))
    return next(one for one in steps if all(contrast(one, ground) >= SEEN for ground in grounds))
