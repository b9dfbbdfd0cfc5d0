"""What opens an event to more people, as a list to tick: some cannot come without, and nobody should have to ask."""

from collections.abc import Iterable

CHECKLIST = {
    "step_free": "step-free way in",
    "accessible_toilet": "accessible toilet",
    "hearing_loop": "hearing loop",
    "captions": "live captions",
    "sign_language": "sign language",
    "quiet_room": "quiet room",
    "seating": "chairs with and without arms",
    "parking": "parking close by",
    "assistance_dogs": "assistance dogs welcome",
    "child_friendly": "children welcome",
}


def words(kept: str) -> list[str]:
    """What is kept with an event (keys, spaces between) in words, in the order of the list; unknown keys left out."""
    keys = kept.split()
    return [words for key, words in CHECKLIST.items() if key in keys]


def keys(ticked: Iterable[str]) -> str:
    """The keys that were ticked, as they are kept."""
    chosen = set(ticked)
    return " ".join(key for key in CHECKLIST if key in chosen)
