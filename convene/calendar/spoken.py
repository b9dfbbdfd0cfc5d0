"""Days and hours as each language that letters are written in says them; no zones here, only what clocks show."""

from datetime import date, datetime
from typing import Protocol

HOUSE = "en-GB"
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
SPACE = "\N{NO-BREAK SPACE}"  # a line never ends between a number and the word that belongs to it


class Speech(Protocol):
    """`clock` is the hour beside a date; `until` the end of what begins and ends on one day, or `midnight` after it."""

    midnight: str

    def day(self, day: date) -> str: ...
    def month(self, day: date) -> str: ...
    def clock(self, there: datetime) -> str: ...
    def span(self, first: datetime, until: str) -> str: ...
    def days(self, first: datetime, last: datetime) -> str: ...


class English:
    midnight = "midnight"
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    )

    def day(self, day: date) -> str:
        return f"{self.weekdays[day.weekday()]} {day.day} {self.month(day)}"

    def month(self, day: date) -> str:
        return f"{self.months[day.month - 1]} {day.year}"

    def clock(self, there: datetime) -> str:
        # Beside a date the first minute is "12am": "Tuesday, midnight" is read as the night that follows, a day
        # late.
        if there.hour == 12 and there.minute == 0:
            return "noon"
        minutes = f".{there.minute:02}" if there.minute else ""
        return f"{(there.hour + 11) % 12 + 1}{minutes}{'am' if there.hour < 12 else 'pm'}"

    def span(self, first: datetime, until: str) -> str:
        return f"{self.day(first)}, {self.clock(first)} to {until}"

    def days(self, first: datetime, last: datetime) -> str:
        return self.span(first, f"{self.day(last)}, {self.clock(last)}")


class French:
    """As the Imprimerie nationale sets it: small letters, "1er" for the first alone, "18 h 30"."""

    midnight = "minuit"
    weekdays = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
    months = (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    )

    def day(self, day: date) -> str:
        number = "1er" if day.day == 1 else str(day.day)
        return f"{self.weekdays[day.weekday()]} {number}{SPACE}{self.month(day)}"

    def month(self, day: date) -> str:
        return f"{self.months[day.month - 1]} {day.year}"

    def clock(self, there: datetime) -> str:
        if there.hour == 12 and there.minute == 0:
            return "midi"
        minutes = f"{SPACE}{there.minute:02}" if there.minute else ""
        return f"{there.hour}{SPACE}h{minutes}"

    def span(self, first: datetime, until: str) -> str:
        return f"{self.day(first)}, {self.clock(first)} à {until}"

    def days(self, first: datetime, last: datetime) -> str:
        return f"{self.day(first)}, {self.clock(first)}, jusqu{APOSTROPHE}au {self.day(last)}, {self.clock(last)}"


SPEECHES: dict[str, Speech] = {HOUSE: English(), "fr": French()}
