"""Who is meant by an @ in a post: members by name, as their names are written, and nobody who is not a member."""

import re
from collections.abc import Mapping

from convene.people.words import plain

AT = re.compile(r"(?<![\w.@/+-])@")  # not within an address
MOST = 20  # mentioned in one post; a list of everybody is no mention


def mentioned(text: str, members: Mapping[int, str]) -> list[int]:
    """The ids of the members whom a text mentions, in order, each once, 20 at most.

    "@Ada Lovelace" is she; "@Ada" too where one member alone has that first name. Case and accents make no
    difference; in an address (somebody@example.org) an @ mentions nobody, nor does one within code.
    """
    text = re.sub(r"`[^`\n]*`", " ", text)
    whole = sorted(((plain(name), one) for one, name in members.items()), key=lambda pair: -len(pair[0]))
    first: dict[str, list[int]] = {}
    for one, name in members.items():
        word = plain(name).split(" ")[0]
        first.setdefault(word, []).append(one)
    found: list[int] = []
    for at in AT.finditer(text):
        meant = who(plain(text[at.end() : at.end() + 130]), whole, first)
        if meant is not None and meant not in found:
            found.append(meant)
    return found[:MOST]


def who(after: str, whole: list[tuple[str, int]], first: Mapping[str, list[int]]) -> int | None:
    """Who is named at the beginning of these words: the longest whole name, else a first name that only one has."""
    same = [one for name, one in whole if name and begins(after, name)]
    if same:
        longest = [
            one for name, one in whole if begins(after, name) and len(name) == len(name_of(whole, same[0]))
        ]
        return longest[0] if len(longest) == 1 else None
    word = re.match(r"\w+", after)
    bearers = first.get(word[0], []) if word else []
    return bearers[0] if len(bearers) == 1 else None


def name_of(whole: list[tuple[str, int]], one: int) -> str:
    return next(name for name, other in whole if other == one)


def begins(after: str, name: str) -> bool:
    rest = after.removeprefix(name)
    return bool(name) and rest != after and not re.match(r"\w", rest)
