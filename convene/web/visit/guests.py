"""Whom somebody brings: behind their place's link they name a guest, choose how they sit, and take a place back."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice

from convene import clock
from convene.access import limits
from convene.extensions import db, start_write
from convene.signups import actions, guests, mailbox, queries
from convene.signups.models import Signup
from convene.web.forms import AtMost, Form, Needed, Words
from convene.web.visit.place import NOT_OPEN, TOO_MANY, is_open, signup_of

page = Blueprint("guests", __name__)

SAME_NAME = "This is the name we have for you. Enter your guest's name"
NO_MORE = "You bring as many as each person may bring to this event"
ALREADY = "Somebody of that name comes already"
TOO_MANY_HERE = "So many people share this mailbox already. Ask the host to add one more"
SITS = [
    SelectChoice("together", "With you, in every round"),
    SelectChoice("apart", "With others, to meet new people"),
]


class GuestForm(Form):
    name = Words(
        "Your guest's name",
        [Needed("Enter your guest's name"), AtMost(120, "The name")],
        render_kw={"autocomplete": "off", "maxlength": 120},
    )
    sits = RadioField(
        "Where would they like to sit?", choices=SITS, default="together", validate_choice=False
    )


def render(signup: Signup, token: str, form: GuestForm, status: int = 200) -> ResponseReturnValue:
    event, mine = signup.event, guests.of(signup)
    facts: dict[str, Any] = {
        "guests": mine,
        "places": queries.places(event),
        "may_bring": signup.state == "confirmed" and is_open(event) and len(mine) < event.guests_each,
    }
    return render_template(
        "visit/guests.html", signup=signup, event=event, token=token, form=form, **facts
    ), status


@page.get("/<token>/guests")
def show(token: str) -> ResponseReturnValue:
    return render(signup_of(token), token, GuestForm(formdata=None))


@page.post("/<token>/guests")
def bring(token: str) -> ResponseReturnValue:
    signup, form = signup_of(token), GuestForm()
    if not form.validate():
        return render(signup, token, form, 422)
    signup_id, apart = signup.id, form.sits.data == "apart"
    start_write()
    try:
        made = guests.bring(signup_id, form.name.data or "", apart, clock.now())
    except (actions.NotOpen, actions.PlaceGone):
        return back(token, NOT_OPEN)
    except limits.TooMany:
        return back(token, TOO_MANY)
    except (mailbox.SameName, mailbox.TooManyHere, guests.NoMoreGuests, guests.ComesAlready) as reason:
        db.session.rollback()
        form.name.errors = [WHY_NOT[type(reason)]]
        return render(signup_of(token), token, form, 422)
    words = f"{made.person.name} {OUTCOME.get((made.state, made.needs_answer), 'comes with you')}."
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("guests.show", token=token), 303)


WHY_NOT: dict[type[Exception], str] = {
    mailbox.SameName: SAME_NAME,
    mailbox.TooManyHere: TOO_MANY_HERE,
    guests.NoMoreGuests: NO_MORE,
    guests.ComesAlready: ALREADY,
}
OUTCOME = {
    ("confirmed", False): "has a place",
    ("waitlisted", False): "stands in line, as every place is taken",
    ("waitlisted", True): "is asked about: the host answers, and we write to you",
}


def back(token: str, words: str) -> ResponseReturnValue:
    db.session.rollback()
    flash(words, "bad")
    return redirect(url_for("guests.show", token=token), 303)


@page.post("/<token>/guests/<int(max=2147483647):guest_id>/sits")
def sits(token: str, guest_id: int) -> ResponseReturnValue:
    """With the one who brings them or with others: the other way than now."""
    signup_of(token)
    start_write()
    guest = guests.one_of(signup_of(token), guest_id) or abort(404)
    guest.sits_apart = not guest.sits_apart
    words = (
        f"{guest.person.name} sits {'with others' if guest.sits_apart else 'with you'} from the next deal on."
    )
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("guests.show", token=token), 303)


@page.post("/<token>/guests/<int(max=2147483647):guest_id>/give-back")
def give_back(token: str, guest_id: int) -> ResponseReturnValue:
    signup = signup_of(token)
    guest = guests.one_of(signup, guest_id) or abort(404)
    name, signup_id = guest.person.name, signup.id
    start_write()
    try:
        limits.take(clock.now(), PRESSES_PER_PLACE=str(signup_id))
        actions.cancel(guest_id, clock.now())
    except limits.TooMany:
        return back(token, TOO_MANY)
    db.session.commit()
    flash(f"{name} does not come any more, and the place is free.", "good")
    return redirect(url_for("guests.show", token=token), 303)
