"""The typefaces of paper and pictures: Latin, Greek and Cyrillic; what they lack is left out, never a box.

Source Sans 3 and Vollkorn under the SIL Open Font Licence, beside them in fonts/.
"""

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
TEXT = FONTS / "source-sans-3.ttf"
HEADING = FONTS / "vollkorn-bold.ttf"


@cache
def known(face: Path) -> frozenset[int]:
    with TTFont(face, lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(text: str, face: Path) -> str:
    """The text in one line, without the signs that this face has no shape for."""
    kept = "".join(sign for sign in text if ord(sign) in known(face) or sign.isspace())
    return " ".join(kept.split())


def fits(text: str, face: Path) -> bool:
    """Whether this face can show the whole of the text."""
    return all(ord(sign) in known(face) or sign.isspace() for sign in text)


def rgb(colour: str) -> tuple[int, int, int]:
    """The three parts of #rrggbb, 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
