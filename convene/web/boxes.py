"""How the boxes of a form are written: WTForms formats and escapes each word of a tag twice, which made them the
larger part of what a page with a form costs."""

from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from wtforms import Field, SelectField
from wtforms.widgets.core import Input, Select, clean_key

from convene.calendar import zones


def attributes(**words: Any) -> Markup:
    """What stands in a tag, as wtforms.html_params writes it: sorted, True as the bare name, False not at all."""
    named = [(clean_key(name), value) for name, value in sorted(words.items()) if value is not False]
    parts = [name if value is True else f'{name}="{escape(value)}"' for name, value in named]
    return Markup(" ".join(parts))  # noqa: S704 - names are the house's own, values are escaped a line above


Input.html_params = staticmethod(attributes)


def box(field: Field) -> str:
    """Which kind of box a field is, by its widget: fields of the house are subclasses under other names.

    hidden, radio, checkbox, alone (one box to tick), or the name of the widget.
    """
    widget = field.widget
    name = type(widget).__name__
    if getattr(widget, "input_type", "") == "hidden":
        return "hidden"
    if name == "ListWidget":
        kind: str = field.option_widget.input_type
        return kind
    if name == "Select" and widget.multiple:
        return "checkbox"
    return "alone" if name == "CheckboxInput" else name


class ZoneBox(Select):
    """A list of all zones; four hundred choices take WTForms 6 ms, this 0.1."""

    def __call__(self, field: Field, **words: Any) -> Markup:
        chosen = field.data or ""
        first = option("", field.same, not chosen) if field.same else ""
        # A zone that is not in the list (an old name that browsers still send, or a wrong one) stays shown as it was.
        own = option(chosen[:60], chosen[:60], True) if chosen and chosen not in zones.names() else ""
        listed = listed_zones().replace(f'<option value="{escape(chosen)}">', option_start(chosen), 1)
        tag = attributes(**{"id": field.id, "name": field.name, **words})
        return Markup(f"<select {tag}>{first}{own}{listed}</select>")  # noqa: S704 - each part is escaped


def option_start(value: str) -> str:
    return f'<option selected value="{escape(value)}">'


def option(value: str, label: str, chosen: bool) -> str:
    start = option_start(value) if chosen else f'<option value="{escape(value)}">'
    return f"{start}{escape(label)}</option>"


@lru_cache
def listed_zones() -> str:
    # Without end tags, which HTML lets go here (13.1.2.4): four kilobytes of the sixty that a page may weigh.
    return "".join(option(name, name, False).removesuffix("</option>") for name in zones.names())


class ZoneField(SelectField):
    """A zone of all there are; `same` is the choice that stands for none. What is chosen is for rules to check."""

    widget = ZoneBox()

    def __init__(self, label: str, rules: list[Any], same: str = "", **rest: Any):
        super().__init__(label, rules, choices=[], validate_choice=False, **rest)
        self.same = same
