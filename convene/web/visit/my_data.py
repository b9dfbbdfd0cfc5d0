"""What a host keeps about somebody, shown to them behind a fresh link: seen, corrected, taken along, withdrawn."""

import json
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from wtforms import EmailField

from convene import clock
from convene.access import audit, limits, tokens
from convene.extensions import db, start_write
from convene.mail import outbox
from convene.messages import actions as messages
from convene.messages.audience import PURPOSE
from convene.network import actions as network
from convene.people.actions import consent
from convene.people.models import Person
from convene.privacy import letters
from convene.privacy import my_data as kept
from convene.privacy.erasure import as_subject
from convene.signups.models import Signup
from convene.web.boxes import ZoneField
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.visit.place import SAME_ZONE, a_zone_or_none, signup_of
from convene.web.visit.preferences import person_of

page = Blueprint("my_data", __name__)

OPEN_FOR = timedelta(minutes=30)
PURPOSE_OF_TOKEN = "my_data"  # noqa: S105 - a purpose, not a secret
TOO_OFTEN = "We have written to you several times in the last hour. Try again later."
IN_WORDS = {
    PURPOSE: "News of events",
    "access_needs": "Access needs kept with a sign-up",
    "words_hosts": "Words of yours for the organisers",
    "words_story": "Words of yours as a story",
}
HOW = "my data page"


class PersonForm(Form):
    name = Words(
        "Your name", [Needed("Enter your name"), AtMost(120, "Your name")], render_kw={"autocomplete": "name"}
    )
    called = Words("What should we call you?", [AtMost(60, "What we call you")])
    affiliation = Words(
        "Organisation or group", [AtMost(120, "The organisation")], render_kw={"autocomplete": "organization"}
    )
    field = Words("Field of work or interest", [AtMost(120, "The field of work")])
    place = Words(
        "Where you are based", [AtMost(120, "The place")], render_kw={"autocomplete": "address-level2"}
    )
    zone = ZoneField("Your time zone", [a_zone_or_none], same=SAME_ZONE)


class AddressForm(Form):
    new_address = EmailField(
        "Your new address",
        [Needed("Enter your new address"), AtMost(240, "The address"), an_address],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )


def person_in_hand() -> Person | None:
    """Who pressed the button of their fresh link in this browser, in the last half hour."""
    found = session.get("my_data")
    if not isinstance(found, list) or len(found) != 3:
        return None
    person_id, generation, until = found
    person = db.session.get(Person, person_id)
    if person is None or person.state == "erased" or person.generation != generation:
        return None
    return person if clock.now() < datetime.fromisoformat(until) else None


def closed() -> ResponseReturnValue:
    return render_template("visit/my_data_closed.html"), 410


@page.post("/place/<token>/my-data")
def ask(token: str) -> ResponseReturnValue:
    """Send a fresh link to the address we have: the link of a place alone opens none of this."""
    send_link(signup_of(token).person_id)
    return redirect(url_for("place.show", token=token), 303)


@page.post("/preferences/<token>/my-data")
def ask_from_notices(token: str) -> ResponseReturnValue:
    """The same for somebody who has no place, from the page of their notices."""
    send_link(person_of(token).id)
    return redirect(url_for("preferences.show", token=token), 303)


def send_link(person_id: int) -> None:
    """Post the letter with the link, and say so on the next page."""
    now = clock.now()
    start_write()
    person = db.session.get_one(Person, person_id)
    if not person.reachable:
        abort(404)
    try:
        limits.take(now, MAILS_PER_KNOWN_ADDRESS_HOUR=person.reachable)
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_OFTEN, "bad")
        return
    secret = tokens.issue(PURPOSE_OF_TOKEN, as_subject(person_id), letters.LIFETIME, now)
    outbox.post(
        letters.my_data(person, secret, now),
        key=f"my_data:{tokens.hashed(secret)[:24]}",
        now=now,
        organisation_id=person.organisation_id,
        person_id=person_id,
    )
    db.session.commit()
    flash("A link to your data is on its way to your mailbox. It works for an hour.", "good")


@page.get("/my-data/<secret>")
def press(secret: str) -> ResponseReturnValue:
    """A page with one button: looking, as mail programs do, spends nothing and shows nothing."""
    if not tokens.usable(PURPOSE_OF_TOKEN, secret, clock.now()):
        return closed()
    return render_template("visit/my_data_press.html", secret=secret)


@page.post("/my-data/<secret>")
def use(secret: str) -> ResponseReturnValue:
    now = clock.now()
    start_write()
    try:
        subject = tokens.spend(PURPOSE_OF_TOKEN, secret, now)
    except tokens.Unusable:
        db.session.rollback()
        return closed()
    person = db.session.get(Person, int(subject.removeprefix("person:")))
    db.session.commit()
    if person is None or person.state == "erased":
        return closed()
    session["my_data"] = [person.id, person.generation, (now + OPEN_FOR).isoformat()]
    return redirect(url_for("my_data.show"), 303)


def form_of(person: Person) -> PersonForm:
    held = {
        name: getattr(person, name) or ""
        for name in ("name", "called", "affiliation", "field", "place", "zone")
    }
    return PersonForm(formdata=None, data=held)


def render(
    person: Person, form: PersonForm, status: int = 200, moving: AddressForm | None = None
) -> ResponseReturnValue:
    page_ = render_template(
        "visit/my_data.html",
        person=person,
        data=kept.of(person),
        form=form,
        moving=moving or AddressForm(formdata=None),
        host=person.organisation,
        in_words=IN_WORDS,
    )
    return page_, status


@page.get("/my-data/")
def show() -> ResponseReturnValue:
    person = person_in_hand()
    return render(person, form_of(person)) if person else closed()


@page.post("/my-data/")
def correct() -> ResponseReturnValue:
    person = person_in_hand()
    if person is None:
        return closed()
    form = PersonForm()
    if not form.validate():
        return render(person, form, 422)
    start_write()
    person = person_in_hand()
    if person is None:
        return closed()
    for name in ("called", "affiliation", "field", "place"):
        setattr(person, name, getattr(form, name).data or "")
    person.name, person.zone = form.name.data or person.name, form.zone.data or None
    audit.record(
        person.organisation_id, f"person:{person.id}", "person.corrected", f"person:{person.id}", clock.now()
    )
    db.session.commit()
    flash("Corrected. Thank you.", "good")
    return redirect(url_for("my_data.show"), 303)


@page.post("/my-data/withdraw")
def withdraw() -> ResponseReturnValue:
    """Take one yes back, and what was kept because of it."""
    start_write()
    person, purpose, now = person_in_hand(), request.form.get("purpose", ""), clock.now()
    if person is None:
        db.session.rollback()
        return closed()
    standing = {one["purpose"]: one for one in kept.consents(person.id) if one["stands"]}
    if purpose not in standing:
        db.session.rollback()
        return redirect(url_for("my_data.show"), 303)
    if purpose == PURPOSE:
        messages.stop(person, HOW, now)
    else:
        consent(person, purpose, False, f"Taken back: {standing[purpose]['wording']}", HOW, now)
    network.keep_to_oneself(person.id, purpose)
    if purpose == "access_needs":
        db.session.execute(update(Signup).where(Signup.person_id == person.id).values(access_needs=""))
    db.session.commit()
    flash("Taken back.", "good")
    return redirect(url_for("my_data.show"), 303)


@page.post("/my-data/copy")
def copy() -> ResponseReturnValue:
    """A copy to keep: for machines (JSON) or for reading (HTML). Each is written down, as every export is."""
    start_write()
    person = person_in_hand()
    if person is None:
        db.session.rollback()
        return closed()
    data, now = kept.of(person), clock.now()
    if request.form.get("form") == "json":
        answer = Response(json.dumps(data, ensure_ascii=False, indent=2), mimetype="application/json")
        ending = "json"
    else:
        words = render_template(
            "visit/my_data_copy.html", data=data, person=person, host=person.organisation, in_words=IN_WORDS
        )
        answer, ending = Response(words, mimetype="text/html"), "html"
    answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{now:%Y-%m-%d}.{ending}"'
    audit.record(person.organisation_id, f"person:{person.id}", "person.exported", f"person:{person.id}", now)
    db.session.commit()
    return answer


@page.post("/my-data/leave")
def leave() -> ResponseReturnValue:
    """Close it on this device."""
    session.pop("my_data", None)
    flash("Closed on this device.", "good")
    return redirect("/", 303)
