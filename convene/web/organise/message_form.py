"""The forms of a message to many: whom it goes to, what it says, and the moment at which it leaves."""

from datetime import datetime
from typing import Any

from wtforms import SelectChoice, SelectMultipleField

from convene.calendar import zones
from convene.mail import wording
from convene.messages import audience
from convene.web.forms import Form
from convene.web.organise.event_fields import Clock, Day
from convene.web.organise.wording import words_form


class WhenForm(Form):
    day = Day("Date")
    at = Clock("Time", "Enter the time it leaves")


def form_for(about_event: bool, **how: Any) -> Any:
    """The form for a message; one about an event says who of its people get it."""
    known = wording.MESSAGES["message" if about_event else "announcement"]

    # Made before the rest, because what is wrong is said in the order in which the fields were made.
    whom = SelectMultipleField(
        "Who gets it",
        choices=[SelectChoice(state, f"Those {words}") for state, words in audience.STATES.items()],
        validate_choice=False,
    )

    class MessageForm(words_form(known)):  # type: ignore[misc] # its braces are known only now
        states = whom

        def validate_states(self, field: Any) -> None:
            field.data = [state for state in field.data or () if state in audience.STATES]
            if about_event and not field.data:
                field.errors = ["Choose who gets it"]

        def validate(self, *more: Any) -> bool:
            return super().validate(*more) and not (about_event and self.states.errors)

    form = MessageForm(**how)
    if not about_event:
        del form.states
    return form


def states_of(form: Any) -> list[str]:
    return list(form.states.data) if "states" in form else []


def moment(form: WhenForm, zone: str) -> datetime | None:
    """The moment typed, in this zone, or none with the reason at its field."""
    if not form.validate() or form.day.data is None or form.at.data is None:
        return None
    try:
        return zones.utc(datetime.combine(form.day.data, form.at.data), zone)
    except zones.NoSuchTime:
        form.at.errors = [
            "The clocks go forward over this time, so it does not exist that day; choose another"
        ]
    return None
