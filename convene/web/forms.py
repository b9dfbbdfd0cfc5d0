"""How forms of this house read what was typed: text that can be kept, zones and moments that exist."""

from functools import cache
from typing import Any, ClassVar

from flask import request
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, StringField, TextAreaField
from wtforms.validators import Length, StopValidation, ValidationError

from convene.calendar import cities, zones
from convene.people import addresses
from convene.people.words import BadWords, plain, tidy


class OwnWords:
    """What WTForms would say in its own way, said as the house says it, with what to do."""

    SAID: ClassVar = {
        "Not a valid choice.": "Choose one of the answers that stand here",
        "'%(value)s' is not a valid choice for this field.": "Choose from the answers that stand here",
        "Not a valid integer value.": "Enter a whole number",
    }

    def gettext(self, words: str) -> str:
        return str(self.SAID.get(words, words))

    def ngettext(self, one: str, many: str, number: int) -> str:
        return self.gettext(one if number == 1 else many)


class Form(FlaskForm):
    """A form of this house; the token is checked for the whole application (extensions.csrf)."""

    class Meta(FlaskForm.Meta):
        csrf = False

        def get_translations(self, form: Any) -> OwnWords:
            return OwnWords()

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was typed into a form, and nothing else: a file or JSON is no answer to a question of ours."""
            if formdata is None or request.method != "POST":
                return None
            return request.form


class Words(StringField):
    """One line of text, tidied; what was typed is kept for showing again when it is refused."""

    lines = False

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = str(valuelist[0])[:20_000] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        try:
            self.data = tidy(self.data or "", lines=self.lines)
        except BadWords as problem:
            raise StopValidation(str(problem)) from None


class Paragraphs(Words, TextAreaField):
    """Several lines of text, tidied."""

    widget = TextAreaField.widget
    lines = True


class Needed:
    """Something must be typed; the message says what."""

    def __init__(self, message: str):
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data or not str(field.data).strip():
            raise StopValidation(self.message)


class AtMost(Length):
    """Not longer than this many characters, counted in the words of the message."""

    def __init__(self, most: int, what: str):
        super().__init__(max=most, message=f"{what} must be {most} characters or fewer")
        self.field_flags: dict[str, bool] = {}


def small(typed: object) -> int:
    """A number as an id or a version is one; 0 for anything else, so that none is too large for a database."""
    text = str(typed)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def an_address(form: Any, field: Field) -> None:
    """A mail address by its form; nothing is looked up."""
    try:
        field.data = addresses.checked(field.data or "")
    except addresses.BadAddress as problem:
        raise ValidationError(str(problem)) from None


def a_zone(form: Any, field: Field) -> None:
    try:
        zones.zone(field.data or "")
    except zones.UnknownZone:
        raise ValidationError("Choose a time zone from the list, such as Europe/London") from None


def known_zone(text: str | None) -> str | None:
    """This zone if it exists, else none: for what a script or a link brings by itself."""
    try:
        zones.zone(text or "")
    except zones.UnknownZone:
        return None
    return text


def zone_of_city(text: str) -> str | None:
    """The zone of a city typed by hand ("new york"), or of a zone's whole name; none if neither is known."""
    return zones_by_city().get(city_key(text))


@cache
def zones_by_city() -> dict[str, str]:
    """Every zone by its whole name and by its own city, and those of other large cities; the first of a name counts."""
    named = {city_key(name): name for name in zones.names()}
    own = {city_key(name.rpartition("/")[2]): name for name in reversed(zones.names())}
    return {**cities.zone_of(), **own, **named}


def city_key(text: str) -> str:
    return plain(text.replace("_", " ").replace(".", ""))


# What every form asks of somebody who has no link of their own yet. Each is made anew where it stands, for what is
# wrong is said in the order in which a form's fields were made.


def your_name() -> Any:
    return Words(
        "Your name",
        [Needed("Enter your name"), AtMost(120, "Your name")],
        render_kw={"autocomplete": "name", "maxlength": 120},
    )


def your_address() -> Any:
    return EmailField(
        "Your email address",
        [Needed("Enter your email address"), an_address],
        render_kw={"autocomplete": "email", "maxlength": 254, "spellcheck": "false"},
    )


def left_empty() -> Any:
    """A field that people do not see, and machines alone fill in."""
    return StringField("Leave this empty")
