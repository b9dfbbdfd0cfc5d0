"""The box for the six digits of a letter, and what is said of digits that are not the right ones."""

from typing import Any

from wtforms import StringField
from wtforms.validators import ValidationError

from convene.access import codes
from convene.web.forms import Form, Needed

DEAD = "No code works here any more. The button in our mail still does, or ask for a new mail"
NOT_IT = "That is not the code in our newest mail. Look again and type its six digits"
TOO_OFTEN = "Many codes were typed from where you are. Wait ten minutes, or press the button in our mail"


def six_digits(form: Any, field: StringField) -> None:
    """A slip that can be no code costs none of the five tries."""
    if sum(one.isdigit() for one in field.data or "") != 6:
        raise ValidationError("Type all six digits in our mail, and no others")


class CodeForm(Form):
    code = StringField(
        "The six-digit code in our mail",
        [Needed("Type the six digits in our mail"), six_digits],
        # No limit on its length: pasted with a space, or with words around it, it is still the code.
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


def why_not(wrong: codes.Wrong) -> str:
    """The same words whether or not anything was sent: who is known is nobody's business."""
    if not wrong.left:
        return DEAD
    tries = "one more try" if wrong.left == 1 else f"{wrong.left} more tries"
    return f"{NOT_IT}: you have {tries}"
