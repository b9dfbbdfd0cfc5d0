"""All that one person can choose about their letters, as plain data: what a page showed, what was changed on it, and
what has become of the rest meanwhile."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlencode

from convene.nudges.rules import KINDS


@dataclass(frozen=True, slots=True)
class Choices:
    """All that this page can set, as it stands for one person."""

    kinds: tuple[str, ...]
    announcements: bool
    pause: date | None
    zone: str
    language: str


def as_facts(choices: Choices) -> dict[str, Any]:
    return {name: getattr(choices, name) for name in Choices.__slots__}


def as_shown(choices: Choices) -> str:
    """What a page showed, for its form to bring back."""
    facts = [("kinds", kind) for kind in choices.kinds]
    facts += [("announcements", "y")] * choices.announcements
    pause = choices.pause.isoformat() if choices.pause else ""
    return urlencode([*facts, ("pause", pause), ("zone", choices.zone), ("language", choices.language)])


def from_shown(text: str) -> Choices | None:
    """The same read again; none if the form brought nothing that can be read."""
    try:
        facts = parse_qs(text, keep_blank_values=True, strict_parsing=True, max_num_fields=30)
        return Choices(
            kinds=tuple(facts.get("kinds", ())),
            announcements="announcements" in facts,
            pause=date.fromisoformat(facts["pause"][0]) if facts["pause"][0] else None,
            zone=facts["zone"][0],
            language=facts["language"][0],
        )
    except (ValueError, KeyError):
        return None


def merged(chosen: Choices, shown: Choices, now: Choices) -> Choices:
    """What the person changed on their page, and the rest as it is: it may be another by now than the page showed."""
    rest = {
        name: getattr(now if getattr(chosen, name) == getattr(shown, name) else chosen, name)
        for name in Choices.__slots__
        if name != "kinds"
    }
    changed = {kind for kind in KINDS if (kind in chosen.kinds) != (kind in shown.kinds)}
    kinds = tuple(kind for kind in KINDS if (kind in chosen.kinds if kind in changed else kind in now.kinds))
    return Choices(kinds=kinds, **rest)
