"""What a change made by hand may not break, and what people of one group have in common: no database, no clock."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

SMALLEST, LARGEST = 2, 6
NOBODY: Mapping[int, int] = MappingProxyType({})


def breach(
    groups: Sequence[Collection[int]], apart: Iterable[tuple[int, int]], together: Iterable[tuple[int, int]]
) -> str | None:
    """The first hard rule these groups of one round break: "apart", "together", "size", or none.

    People are ids; a pair with somebody absent asks for nothing.
    """
    group_of = group_numbers(groups)
    for first, second in apart:
        if share(group_of, first, second):
            return "apart"
    for first, second in together:
        if first in group_of and second in group_of and group_of[first] != group_of[second]:
            return "together"
    if len(group_of) > 1 and any(not SMALLEST <= len(group) <= LARGEST for group in groups if group):
        return "size"
    return None


def breach_made(
    before: Sequence[Collection[int]],
    after: Sequence[Collection[int]],
    apart: Iterable[tuple[int, int]],
    together: Iterable[tuple[int, int]],
    reach: Mapping[int, int] = NOBODY,
    leading: Collection[int] = (),
) -> str | None:
    """The first hard rule that going from one seating to another breaks, as in `breach`, "need" or "facilitator";
    what was broken already (a rule made since the deal) does not count. The groups stand in the same order in both.

    reach    how many groups, counted from the first, serve all that a person needs
    leading  who facilitates, where that is asked for
    """
    was, is_ = group_numbers(before), group_numbers(after)
    for first, second in apart:
        if share(is_, first, second) and not share(was, first, second):
            return "apart"
    for first, second in together:
        if first in is_ and second in is_ and not share(is_, first, second) and share(was, first, second):
            return "together"
    for person, number in is_.items():
        if was.get(person) != number >= reach.get(person, number + 1):
            return "need"
    if badly_led(before, after, set(leading)):
        return "facilitator"
    for old, new in zip(before, after, strict=True):
        if len(is_) > 1 and off_size(len(new)) > off_size(len(old)):
            return "size"
    return None


def badly_led(
    before: Sequence[Collection[int]], after: Sequence[Collection[int]], leading: Collection[int]
) -> bool:
    """Whether a group loses its last facilitator, or one has more than its even share that it had not before."""
    counts = [sum(person in leading for person in group) for group in after]
    share_ = -(-sum(counts) // max(1, sum(map(bool, after))))
    for old, new, count in zip(before, after, counts, strict=True):
        had = sum(person in leading for person in old)
        if (new and had and not count) or (count > had and count > share_):
            return True
    return False


def unevenly_led(groups: Sequence[Collection[int]], leading: Collection[int]) -> bool:
    """Whether a group has more facilitators than its even share, or none where there are enough for every group."""
    counts = [sum(person in leading for person in group) for group in groups if group]
    fewest, most = sum(counts) // max(1, len(counts)), -(-sum(counts) // max(1, len(counts)))
    return any(count > most or (fewest and not count) for count in counts)


def group_numbers(groups: Sequence[Collection[int]]) -> dict[int, int]:
    return {person: number for number, group in enumerate(groups) for person in group}


def share(group_of: Mapping[int, int], first: int, second: int) -> bool:
    return first in group_of and group_of[first] == group_of.get(second)


def off_size(people: int) -> int:
    """By how many people a group is too small or too large; nobody at all is no group."""
    return max(SMALLEST - people, people - LARGEST, 0) if people else 0


def in_turn(people: Sequence[int], started: Counter[int]) -> list[int]:
    """A group in the order it speaks: first who has started the fewest conversations so far (counted on)."""
    first = min(people, key=lambda person: started[person])
    started[first] += 1
    return [first, *(person for person in people if person != first)]


# {0} is what they share, {1} how many do, {2} and {3} who they are, as a subject and as an object.
SHARED = (
    ("field", "{2} all work in {0}.", "{1} of {3} work in {0}."),
    ("place", "{2} are all based in {0}.", "{1} of {3} are based in {0}."),
    (
        "first_time",
        "It is the first time here for all of {3}.",
        "It is the first time here for {1} of {3}.",
    ),
)
NUMBERS = {2: "Two", 3: "Three", 4: "Four", 5: "Five", 6: "Six"}


def shared(
    people: Sequence[Mapping[str, str | None]], you: str = "you", say: Callable[[str], str] = str
) -> list[str]:
    """What several people of a group share, in a sentence each; of what they chose to tell, and no names.

    Said to the group itself, or of "them" to somebody else; `say` puts each sentence into another language.

    Each person is a mapping with `field`, `place` and `first_time` ("yes" or none).
    """
    found = []
    for key, all_, some in SHARED:
        counts: dict[str, tuple[str, int]] = {}
        for person in people:
            value = (person.get(key) or "").strip()
            if value:
                as_typed, number = counts.get(value.casefold(), (value, 0))
                counts[value.casefold()] = (as_typed, number + 1)
        for as_typed, number in sorted(counts.values(), key=lambda pair: (-pair[1], pair[0])):
            if number >= 2:
                words = say(all_ if number == len(people) else some)
                found.append(
                    words.format(as_typed, say(in_words(number)), "You" if you == "you" else "They", you)
                )
    return found


def in_words(number: int) -> str:
    return NUMBERS.get(number, str(number))
