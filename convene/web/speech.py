"""A page in the language of its reader: the few that are opened from a letter speak as the letter did."""

import re
from typing import Any

from flask import current_app
from wtforms import SelectChoice

from convene.mail.languages import HOUSE, known
from convene.mail.translations import said, template
from convene.web.forms import Form

TOO_LONG = re.compile(r".+ must be (?P<most>\d+) characters or fewer")  # as forms.AtMost says it


def page_in(language: str | None, name: str, **facts: Any) -> str:
    """The page of this template, its sentences (`_("...")`) in this language or the house's own."""
    spoken = known(language)
    # told_in: the language of what an act left to be said at the top; `spoken` some pages give for other things.
    whole: dict[str, Any] = {"spoken": spoken, "told_in": spoken, **facts}
    current_app.update_template_context(whole)
    return template(name, spoken).render(whole)


def speak(form: Form, language: str | None) -> None:
    """Labels, choices and refusals of a form in this language; sentences that its catalogue knows."""
    spoken = known(language)
    for field in form:
        field.label.text = said_of(field.label.text, spoken)
        if isinstance(getattr(field, "choices", None), list):
            field.choices = [SelectChoice(one.value, said_of(one.label, spoken)) for one in field.choices]
        if field.errors:
            field.errors = [refusal(str(words), spoken) for words in field.errors]


def refusal(words: str, language: str) -> str:
    """What is wrong, in this language; where it names the field and how much it may hold, the number alone."""
    if language != HOUSE and (found := TOO_LONG.fullmatch(words)):
        return said("At most {most} characters", language).format(most=found["most"])
    return said_of(words, language)


def said_of(words: str, language: str) -> str:
    return said(words, language)


def labels_of(form: type[Form]) -> set[str]:
    """Every label and choice that `speak` may have to say for this form."""
    found: set[str] = set()
    for name in dir(form):
        field = getattr(form, name)
        if hasattr(field, "field_class"):
            found.update(one for one in field.args[:1] if isinstance(one, str))
            found.update(str(one.label) for one in field.kwargs.get("choices", ()))
    return found
