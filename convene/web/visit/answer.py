"""The page behind a thank-you: how it was, and with whom they would like to stay in touch. Blind until both say yes."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectMultipleField
from wtforms.validators import ValidationError

from convene import clock, links
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.nudges import answering
from convene.nudges.met import met
from convene.nudges.models import Nudge
from convene.web.forms import AtMost, Form, Paragraphs, Words

page = Blueprint("answer", __name__)

FACES = [
    SelectChoice("glad", "I am glad I came"),
    SelectChoice("good", "It was good"),
    SelectChoice("so_so", "It was so-so"),
    SelectChoice("not_for_me", "It was not for me"),
    SelectChoice("skipped", "I would rather not say"),
]


class AnswerForm(Form):
    helped = RadioField("How was it for you?", choices=FACES, default="skipped")
    words = Paragraphs("Anything you would like to tell the hosts", [AtMost(2000, "This")])
    touch = SelectMultipleField("Who would you like to hear from?", coerce=int, validate_choice=False)
    channel = RadioField(
        "How may they reach you, if they say yes too?",
        choices=[
            SelectChoice("email", "By email, at the address you signed up with"),
            SelectChoice("phone", "By phone"),
        ],
        default="email",
    )
    phone = Words(
        "Your phone number",
        [AtMost(40, "The phone number")],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )

    def validate_phone(self, field: Any) -> None:
        if (
            self.channel.data == "phone"
            and self.touch.data
            and sum(c.isdigit() for c in field.data or "") < 6
        ):
            raise ValidationError("Enter the number they may call, or choose email")


def nudge_of(token: str) -> Nudge:
    parts = links.read("answer", token)
    nudge = answering.find(parts[0]) if len(parts) == 2 else None
    if nudge is None or nudge.generation != parts[1] or nudge.person.state == "erased":
        raise links.Forged
    if clock.now() > nudge.event.ends_at + answering.ANSWERS_CHANGE:
        raise links.Forged
    return nudge


def in_rounds(rounds: list[int]) -> str:
    return "round " + " and ".join(str(number) for number in rounds)


def answered(nudge: Nudge) -> dict[str, Any]:
    """What they said before, to fill the form with."""
    rows = answering.answers(nudge.event.id, nudge.person_id)
    helped = next((row for row in rows if row.question == "helped"), None)
    touch = [row for row in rows if row.question == "touch"]
    channel = touch[0].channel if touch else "email"
    return {
        "helped": helped.value if helped else "skipped",
        "words": helped.words if helped else "",
        "touch": [row.about_id for row in touch],
        "channel": channel,
        "phone": touch[0].contact if touch and channel == "phone" else "",
    }


def render(nudge: Nudge, token: str, form: AnswerForm, code: int = 200) -> ResponseReturnValue:
    done = nudge.state == "acted"
    found = met(nudge.event.id, nudge.person)
    return render_template(
        "visit/answer.html",
        nudge=nudge,
        event=nudge.event,
        token=token,
        form=form,
        met=[one for one in found if one.can_be_reached],
        left_no_address=[one for one in found if not one.can_be_reached],
        in_rounds=in_rounds,
        done=done,
    ), code


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    nudge = nudge_of(token)
    return render(nudge, token, AnswerForm(formdata=None, data=answered(nudge)))


@page.post("/<token>")
def save(token: str) -> ResponseReturnValue:
    nudge = nudge_of(token)
    form = AnswerForm()
    if not form.validate():
        return render(nudge, token, form, 422)
    start_write()
    nudge = nudge_of(token)
    locked(nudge.event.id)
    channel = form.channel.data or "email"
    contact = form.phone.data if channel == "phone" else nudge.person.address_typed
    answering.answer(
        nudge,
        form.helped.data or "",
        form.words.data or "",
        form.touch.data or [],
        channel,
        contact or "",
        clock.now(),
    )
    db.session.commit()
    flash("Thank you. Your answers are kept, and you can change them here for 30 days.", "good")
    return redirect(url_for("answer.show", token=token), 303)
