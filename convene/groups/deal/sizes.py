"""How many groups and how large: the one rule that every other room of the engine starts from."""

NUMBER_WORDS = {2: "pairs", 3: "threes", 4: "fours", 5: "fives", 6: "sixes"}


def group_sizes(n: int, s: int) -> list[int]:
    """Sizes for n people in groups of s, larger first, as even as possible.

    No group falls below three (below two for pairs) while there are enough people: 5 people in fours make one
    group of five, not a four and somebody alone. Nobody at all makes no group.
    """
    if n == 0:
        return []
    count = max(1, min(-(-n // s), n // min(s, 3)))
    even, larger = divmod(n, count)
    return [even + 1] * larger + [even] * (count - larger)
