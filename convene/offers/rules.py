"""Which offer meets which ask, whatever each called it: their words, the glossary, and how long they stand."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from convene.people.words import plain

KEPT = timedelta(days=90)
SOON = timedelta(days=14)  # before the end: then a page says that it can be renewed
LONGEST = 60
MOST = 12  # of one person, offers and asks each
KINDS = ("offer", "ask")
SHOWN = {
    "group": "My groups and the hosts may see it",
    "hosts": "Only the hosts may see it",
    "nobody": "Nobody sees it: use it only when seating us",
}

# A name as it is compared, to the term it stands for.
Glossary = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wares:
    """What one person can give and what they seek, each as term -> their own word for it."""

    offers: Mapping[str, str]
    asks: Mapping[str, str]


def parts(text: str) -> list[str]:
    """What somebody typed in one go, one thing each: lines, commas and semicolons part them."""
    found = (re.sub(r"\s+", " ", part).strip(" .")[:LONGEST].strip() for part in re.split(r"[\n,;]", text))
    return list({folded(part): part for part in found if folded(part)}.values())


def folded(words: str) -> str:
    """What a name is compared by: no case, accents, hyphens or odd spaces."""
    return plain(words)[:240].strip()


def term_of(words: str, glossary: Glossary) -> str:
    key = folded(words)
    return glossary.get(key, key)


def expires(now: datetime) -> datetime:
    return now + KEPT


def matches(people: Mapping[int, Wares]) -> dict[tuple[int, int], str]:
    """Each pair (lower id first) of whom one offers what the other seeks, with the first such thing by its term."""
    seekers: dict[str, list[int]] = {}
    for person, wares in people.items():
        for term in wares.asks:
            seekers.setdefault(term, []).append(person)
    found: dict[tuple[int, int], str] = {}
    for person, wares in people.items():
        for term in wares.offers:
            for other in seekers.get(term, ()):
                if other != person:
                    pair = (min(person, other), max(person, other))
                    found[pair] = min(term, found.get(pair, term))
    return found


# {giver}, {seeker} and {other} are names, {what} is the seeker's own word.
YOU_HELP = "You can help with {what}, which {seeker} asked about."
HELPS_YOU = "{giver} can help with {what}, which you asked about."
BOTH_SEEK = "You and {other} both asked about {what}."
BOTH_GIVE = "You and {other} both know about {what}."
SENTENCES = (YOU_HELP, HELPS_YOU, BOTH_SEEK, BOTH_GIVE)
SAID = 3  # sentences about one group


def between(
    reader: int,
    group: Collection[int],
    names: Mapping[int, str],
    people: Mapping[int, Wares],
    say: Callable[[str], str] = str,
) -> list[str]:
    """What the reader and the others of their group can do for each other, a sentence each, three at most."""
    mine = people.get(reader)
    if mine is None:
        return []
    helps, alike = [], []
    for other in sorted(set(group) - {reader}):
        theirs = people.get(other)
        if theirs is None:
            continue
        name = names[other]
        helps += [
            say(YOU_HELP).format(what=theirs.asks[term], seeker=name)
            for term in shared(mine.offers, theirs.asks)
        ]
        helps += [
            say(HELPS_YOU).format(what=mine.asks[term], giver=name)
            for term in shared(mine.asks, theirs.offers)
        ]
        alike += [
            say(BOTH_SEEK).format(other=name, what=mine.asks[term]) for term in shared(mine.asks, theirs.asks)
        ]
        alike += [
            say(BOTH_GIVE).format(other=name, what=mine.offers[term])
            for term in shared(mine.offers, theirs.offers)
        ]
    return [*helps, *alike][:SAID]


def shared(one: Iterable[str], other: Iterable[str]) -> Sequence[str]:
    return sorted(set(one) & set(other))
