"""Keep-together lists joined where they overlap: who counts as one block, told without NumPy."""

from collections.abc import Iterable


def joined(lists: Iterable[Iterable[str]]) -> list[list[str]]:
    """Lists merged wherever they overlap; each result sorted, and the results too."""
    home: dict[str, list[str]] = {}
    for each in lists:
        merged: list[str] = []
        for name in each:
            part = home.get(name)
            if part is None:
                merged.append(name)
                home[name] = merged
            elif part is not merged:
                # The shorter into the longer, so that a long chain is not copied again and again.
                few, merged = sorted((merged, part), key=len)
                merged.extend(few)
                home.update(dict.fromkeys(few, merged))
    return sorted({id(part): sorted(part) for part in home.values()}.values())
