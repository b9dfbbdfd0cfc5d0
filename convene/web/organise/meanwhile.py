"""Two organisers may have one form open: what the other changed meanwhile is kept, and what both changed is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256
from typing import Any

from flask import request
from wtforms import Field, Form

BOTH = "Somebody else changed “{}” too: see what stands there now, under “You both changed this”"
ASK = (
    "Somebody else saved this while you wrote. Nothing of yours is saved yet, and nothing is lost: choose, "
    "and save again."
)


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people changed at once, both in full: what stands there now, and what was typed here."""

    name: str
    label: str
    theirs: str
    mine: str


def revision(shown: Mapping[str, Any]) -> str:
    """What a form was shown with: eight hex digits for each value, in the order of their names, dots between."""
    return ".".join(mark(shown[name]) for name in sorted(shown))


def mark(value: Any) -> str:
    return sha256(repr(value).encode()).hexdigest()[:8]


def compared(
    shown_with: str, now: Mapping[str, Any], typed: Mapping[str, Any]
) -> tuple[list[str], list[str]]:
    """The names of what only somebody else has changed since the form was shown, and of what both have.

    Where the form does not say what it was shown with, both have changed all that differs.
    """
    names, before = sorted(now), shown_with.split(".")
    told = len(before) == len(names)
    theirs: list[str] = []
    both: list[str] = []
    for name, was in zip(names, before if told else names, strict=True):
        if typed[name] == now[name] or (told and was == mark(now[name])):
            continue
        (theirs if told and was == mark(typed[name]) else both).append(name)
    order = list(now)
    return sorted(theirs, key=order.index), sorted(both, key=order.index)


def settle(form: Form, now: Mapping[str, Any]) -> list[Clash]:
    """Take what only somebody else changed into the form, and what was ticked of the rest; gives what is left to ask.

    `form.revision` holds what the form was shown with, and then what stands there now; `now` are its values by name.
    """
    theirs, both = compared(form["revision"].data or "", now, form.data)
    ticked = set(request.form.getlist("take"))
    for name in {*theirs, *(ticked & set(now))}:
        form[name].data, form[name].raw_data = now[name], None
    left = [name for name in both if name not in ticked]
    form["revision"].data = revision(now)
    for name in left:
        form[name].errors = [*form[name].errors, BOTH.format(form[name].label.text)]
    if left:
        form.form_errors.append(ASK)
    return [clash(form[name], now[name]) for name in left]


def clash(field: Field, theirs: Any) -> Clash:
    return Clash(field.name, str(field.label.text), shown(field, theirs), shown(field, field.data))


def shown(field: Field, value: Any) -> str:
    """A value of a field as an organiser reads it."""
    choices = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    if isinstance(value, bool):
        return "Ticked" if value else "Not ticked"
    if isinstance(value, list):
        return "\n".join(str(choices.get(one, one)) for one in value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(choices.get(value, "" if value is None else value))
