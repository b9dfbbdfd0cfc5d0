"""Fields that an organiser fills in: a day, a time, a number, people, a link; they refuse in words of this house."""

from datetime import date, time
from typing import Any
from urllib.parse import urlsplit

from wtforms import DateField, Field, IntegerField, SelectChoice, TimeField
from wtforms.validators import ValidationError

from convene.calendar import zones
from convene.events.models import Event


def as_choice(event: Event) -> SelectChoice:
    """An event in a list to choose from, with its day: the dates of a series are all called the same."""
    return SelectChoice(str(event.id), f"{event.title}, {zones.spoken_date(event.starts_at, event.zone)}")


class Day(DateField):
    """A date from the browser's own picker, or typed."""

    data: date | None

    def __init__(self, label: str, **rest: Any):
        super().__init__(label, format=["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"], **rest)

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            raise ValueError("Enter the date")
        try:
            super().process_formdata([valuelist[0].strip()[:40]])
        except ValueError:
            raise ValueError("Enter a date that exists, such as 12 May 2026") from None


class Clock(TimeField):
    """A time of day from the browser's own picker, or typed: 18:30, 18.30, 6.30pm, 6pm."""

    data: time | None

    def __init__(self, label: str, asked: str, **rest: Any):
        super().__init__(label, format=["%H:%M", "%H:%M:%S", "%H.%M", "%I.%M%p", "%I:%M%p", "%I%p"], **rest)
        self.asked = asked

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not valuelist or not valuelist[0].strip():
            raise ValueError(self.asked)
        try:
            super().process_formdata([valuelist[0].strip()[:40].replace(" ", "")])
        except ValueError:
            raise ValueError("Enter a time such as 18:30 or 6.30pm") from None


class DayIfAny(Day):
    """A date, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            super().process_formdata(valuelist)


class ClockIfAny(Clock):
    """A time of day, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            super().process_formdata(valuelist)


class Whole(IntegerField):
    """A whole number between two others."""

    data: int | None

    def __init__(self, label: str, least: int, most: int, **rest: Any):
        limits = {"min": least, "max": most, "inputmode": "numeric"}
        super().__init__(label, render_kw=limits, **rest)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
        if number is None or not self.least <= number <= self.most:
            self.data = None
            raise ValueError(f"Enter a whole number from {self.least} to {self.most}")
        self.data = number


class WholeIfAny(Whole):
    """A whole number between two others, or nothing."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            super().process_formdata(valuelist)


class Ticked(Field):
    """The ids of the people who were ticked; what is no id is nobody. The page writes the boxes itself."""

    data: set[int]

    def process_data(self, value: Any) -> None:
        self.data = set(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = {int(text) for text in valuelist if text.isascii() and text.isdigit() and len(text) < 10}


def a_room_address(form: Any, field: Field) -> None:
    """Empty, or an https address of a room to meet in."""
    text = field.data or ""
    if text and not is_https(text):
        raise ValidationError("Enter the whole link, beginning with https://")


def is_https(text: str) -> bool:
    """Whether this can be opened by those who get it: https, a host, no spaces, at most 500 characters."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme == "https" and bool(host) and " " not in text and len(text) <= 500
