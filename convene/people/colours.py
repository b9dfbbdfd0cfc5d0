"""Whether words can be read on a colour: contrast as WCAG 2.2 counts it (success criterion 1.4.3)."""

import re

PAPER, INK = "#fbf5ea", "#241f31"  # as static/css/tokens.css has them
ENOUGH = 4.5


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
