"""The second step at sign-in: taken here each time, and set up or taken away here."""

from datetime import datetime

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from convene import clock
from convene.access import audit, letters, limits, passkeys, second_factor, sign_ins
from convene.access.models import SignIn
from convene.extensions import db, start_write
from convene.links import keyed_hash
from convene.mail import outbox
from convene.people.models import Person
from convene.web.access import cookie_name, own_path
from convene.web.forms import Form, Needed, Words

page = Blueprint("organise_second_step", __name__)

DESK = "/organise/"
NOT_THOSE = "Those are not the digits of this moment. Wait for the next ones, or type a code from your paper"
NO_KEY = "That key was not recognised. Press the button to try again, or type a code"
TOO_OFTEN = "Too many tries. Wait ten minutes, then try again"


class CodeForm(Form):
    code = Words(
        "Code",
        [Needed("Type the six digits in your app, or a code from your paper")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"},
    )
    credential = HiddenField()


def waiting(now: datetime) -> SignIn | None:
    """The sign-in of this browser that has still to take its second step."""
    found = sign_ins.find(request.cookies.get(cookie_name(), ""), now)
    if found is None or found.second_factor_at is not None or not second_factor.has(found.address):
        return None
    return found


def asked(found: SignIn, form: CodeForm, status: int = 200) -> ResponseReturnValue:
    return render_template(
        "organise/second_step.html",
        form=form,
        has_app=second_factor.authenticator(found.address) is not None,
        has_keys=bool(second_factor.passkeys(found.address)),
    ), status


@page.post("/second-step/question")
def question() -> ResponseReturnValue:
    """What the browser is to ask of a key, with a challenge that lives five minutes."""
    found = waiting(clock.now()) or abort(404)
    address = found.address
    db.session.rollback()
    start_write()
    options = passkeys.ask_for_key(address, clock.now())
    db.session.commit()
    return jsonify(options)


@page.get("/second-step")
def show() -> ResponseReturnValue:
    found = waiting(clock.now())
    if found is None:
        return redirect(DESK)
    return asked(found, CodeForm(formdata=None))


@page.post("/second-step")
def take() -> ResponseReturnValue:
    now = clock.now()
    found = waiting(now)
    if found is None:
        return redirect(DESK, 303)
    address, sign_in_id, host_id = found.address, found.id, found.organisation_id
    form = CodeForm()
    if not form.credential.data and not form.validate():
        return asked(found, form, 422)
    start_write()
    try:
        if form.credential.data:
            limits.take(now, SECOND_STEPS=address)
            passkeys.take(address, form.credential.data, now)
        else:
            spend(address, form.code.data or "", now)
    except (second_factor.Wrong, passkeys.Refused, limits.TooMany) as fault:
        wrong(fault, address, host_id, sign_in_id, now)
        words = (
            TOO_OFTEN if isinstance(fault, limits.TooMany) else NO_KEY if form.credential.data else NOT_THOSE
        )
        form.code.errors = [words]
        form.credential.data = ""
        again = sign_ins.find(request.cookies.get(cookie_name(), ""), now) or abort(401)
        return asked(again, form, 429 if isinstance(fault, limits.TooMany) else 422)
    second_factor.vouch(sign_in_id, now)
    audit.record(host_id, "sign_in", "second_step.taken", f"sign_in:{sign_in_id}", now)
    db.session.commit()
    return redirect(own_path(session.pop("after_second_step", "") or "", DESK), 303)


def wrong(fault: Exception, address: str, host_id: int, sign_in_id: int, now: datetime) -> None:
    """A wrong try counts and is written down; who tries too often is told of to the owner of the address."""
    if not isinstance(fault, limits.TooMany):
        audit.record(host_id, "sign_in", "second_step.wrong", f"sign_in:{sign_in_id}", now)
        db.session.commit()
        return
    db.session.rollback()
    start_write()
    letter = letters.second_step(address, "Too many wrong codes were typed at the second step")
    outbox.post(letter, key=f"second_step:wrong:{keyed_hash('wrong', address)[:24]}:{now:%Y%m%d%H}", now=now)
    db.session.commit()


def spend(address: str, code: str, now: datetime) -> None:
    """Six digits are the app's, anything else is a code on paper."""
    digits = "".join(code.split())
    if len(digits) == 6 and digits.isdecimal():
        second_factor.spend_digits(address, digits, now)
    else:
        second_factor.spend_code(address, code, now)


def changed(what: str, verb: str, now: datetime) -> None:
    """Say it in the audit log and by mail: whoever did it, the owner of the address hears of it."""
    audit.record(g.desk.organisation_id, g.desk.actor, verb, g.desk.actor, now)
    letter = letters.second_step(g.desk.address, what, db.session.get_one(Person, g.desk.person_id).language)
    key = f"second_step:{g.desk.person_id}:{now.isoformat()}"
    outbox.post(letter, key=key, now=now, person_id=g.desk.person_id)
