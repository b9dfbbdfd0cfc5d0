"""Keep-together lists joined where they overlap: who counts as one block, told without NumPy."""

from collections.abc import Iterable


def joined(lists: Iterable[Iterable[str]]) -> list[list[str]]:
    """Lists merged wherever they overlap; each result sorted, and the results too."""
    home: dict[str, list[str]] = {}
    for each in lists:
        merged: list[str] = []
        for name in each:
            part = home.get(name, [name])
            if part is not merged:
                merged.extend(part)
                for member in part:
                    home[member] = merged
    return sorted({id(part): sorted(set(part)) for part in home.values()}.values())
