"""The languages that letters can be written in: code and own name, the house's own first, and how each one counts."""

from collections.abc import Callable

LANGUAGES = {"en-GB": "English", "fr": "Français"}
HOUSE = "en-GB"

# Which form of a sentence stands for a number, counted from 0: the rules of the Unicode CLDR, for whole numbers.
FORMS: dict[str, tuple[int, Callable[[int], int]]] = {
    "en-GB": (2, lambda number: int(number != 1)),
    "fr": (2, lambda number: int(number > 1)),
}


def known(code: str | None) -> str:
    """A language that there is: this one, or the house's own."""
    return code if code in LANGUAGES else HOUSE
