"""Two organisers may have one form open: what was changed since it was shown is said before it is replaced."""

from collections.abc import Mapping
from datetime import date, time
from hashlib import sha256
from typing import Any

from wtforms import Field

ENOUGH = 200  # characters of a long text; more would bury the form under its own errors


def revision(shown: Mapping[str, Any]) -> str:
    """What a form was shown with: eight hex digits for each value, in the order of their names, dots between."""
    return ".".join(sha256(repr(shown[name]).encode()).hexdigest()[:8] for name in sorted(shown))


def overtaken(shown_with: str, now: Mapping[str, Any], typed: Mapping[str, Any]) -> list[str]:
    """The names of what is not as the form was shown with, nor as was typed; all that differs, if it does not say."""
    names, before, after = sorted(now), shown_with.split("."), revision(now).split(".")
    if len(before) != len(after):
        before = [""] * len(after)
    changed = {name for name, was, this in zip(names, before, after, strict=True) if was != this}
    return [name for name in now if name in changed and typed[name] != now[name]]


def in_words(field: Field, value: Any) -> str:
    """What an organiser reads beside a field that somebody else has changed."""
    return f"Changed meanwhile: it is now {shown(field, value)}. Save again to have what stands here in its place."


def shown(field: Field, value: Any) -> str:
    choices = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    if isinstance(value, date):
        words = f"{value.day} {value:%B %Y}"
    elif isinstance(value, time):
        words = f"{value:%H:%M}"
    else:
        words = str(choices.get(value, value))
    if len(words) > ENOUGH:
        words = words[:ENOUGH].rsplit(None, 1)[0] + " …"
    return f"“{words}”" if words else "empty"
