"""Where an organiser sets a second step up: an app, keys in devices, codes on paper; and takes them away again."""

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from convene import aside, clock
from convene.access import limits, passkeys, second_factor
from convene.extensions import db, start_write
from convene.web.forms import AtMost, Form, Needed, Words
from convene.web.organise.own import ID
from convene.web.organise.second_step import TOO_OFTEN, changed

page = Blueprint("organise_second_step_set_up", __name__)

NOT_YET = (
    "Those are not the digits of this moment. Wait for the next ones; if they are refused too, "
    "look whether the clock of your phone is right"
)
HOME = "organise_second_step_set_up.show"


class DigitsForm(Form):
    code = Words(
        "The six digits that it shows now",
        [Needed("Type the six digits that your app shows")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class KeyForm(Form):
    name = Words(
        "What to call this key",
        [Needed("Give the key a name, such as My phone"), AtMost(60, "The name")],
    )
    credential = HiddenField()


@page.get("")
def show() -> ResponseReturnValue:
    return render_page(KeyForm(formdata=None))


def render_page(form: KeyForm, status: int = 200) -> ResponseReturnValue:
    address = g.desk.address
    app = second_factor.authenticator(address)
    return render_template(
        "organise/second_step_set_up.html",
        form=form,
        app=app if app and app.confirmed_at else None,
        keys=second_factor.passkeys(address),
        codes_left=second_factor.codes_left(address),
        has=second_factor.has(address),
    ), status


@page.get("/app")
def app() -> ResponseReturnValue:
    found = second_factor.authenticator(g.desk.address)
    if found is None or found.confirmed_at is not None:
        return redirect(url_for(HOME))
    return render_app(DigitsForm(formdata=None))


@page.post("/app")
def begin_app() -> ResponseReturnValue:
    start_write()
    try:
        second_factor.begin_authenticator(g.desk.address, clock.now())
    except second_factor.Wrong:
        db.session.rollback()
        return redirect(url_for(HOME), 303)
    db.session.commit()
    return redirect(url_for("organise_second_step_set_up.app"), 303)


def render_app(form: DigitsForm, status: int = 200) -> ResponseReturnValue:
    found = second_factor.authenticator(g.desk.address) or abort(404)
    secret = second_factor.cipher().decrypt(found.secret).decode()
    uri = second_factor.address_for_app(secret, g.desk.address)
    picture = aside.run("convene.paper.qr:data_uri", uri)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template("organise/second_step_app.html", form=form, secret=spaced, picture=picture), status


@page.post("/app/confirm")
def confirm_app() -> ResponseReturnValue:
    form, now = DigitsForm(), clock.now()
    if not form.validate():
        return render_app(form, 422)
    first = not second_factor.has(g.desk.address)
    db.session.rollback()
    start_write()
    try:
        second_factor.confirm_authenticator(g.desk.address, form.code.data or "", now)
    except second_factor.Wrong:
        db.session.commit()
        form.code.errors = [NOT_YET]
        return render_app(form, 422)
    except limits.TooMany:
        db.session.rollback()
        form.code.errors = [TOO_OFTEN]
        return render_app(form, 429)
    return set_up("An app was added", first)


@page.post("/keys/question")
def question() -> ResponseReturnValue:
    """What the browser is to ask of a new key, with a challenge that lives five minutes."""
    start_write()
    options = passkeys.ask_for_new(g.desk.address, g.desk.person_name, clock.now())
    db.session.commit()
    return jsonify(options)


@page.post("/keys")
def add_key() -> ResponseReturnValue:
    form, now = KeyForm(), clock.now()
    if not form.validate():
        return render_page(form, 422)
    first = not second_factor.has(g.desk.address)
    db.session.rollback()
    start_write()
    try:
        passkeys.keep(g.desk.address, form.credential.data or "", form.name.data or "", now)
    except passkeys.Refused:
        db.session.rollback()
        form.form_errors.append("Your device made no key that we can use. Try again, or use an app instead.")
        return render_page(form, 422)
    return set_up("A key was added", first)


def set_up(what: str, first: bool) -> ResponseReturnValue:
    """This device has shown that it can take the step; with the first step come the codes on paper."""
    now = clock.now()
    second_factor.vouch(g.desk.sign_in_id, now)
    changed(what, "second_step.added", now)
    codes = second_factor.new_codes(g.desk.address, now) if first else None
    db.session.commit()
    if codes:
        return render_template("organise/second_step_codes.html", codes=codes, first=True)
    flash(f"{what}. You are asked for it when you next sign in.", "good")
    return redirect(url_for(HOME), 303)


@page.post("/codes")
def new_codes() -> ResponseReturnValue:
    now = clock.now()
    if not second_factor.has(g.desk.address):
        return redirect(url_for(HOME), 303)
    db.session.rollback()
    start_write()
    codes = second_factor.new_codes(g.desk.address, now)
    changed("New codes were made", "second_step.codes", now)
    db.session.commit()
    return render_template("organise/second_step_codes.html", codes=codes, first=False)


@page.post("/app/remove")
def remove_app() -> ResponseReturnValue:
    start_write()
    if not second_factor.remove_authenticator(g.desk.address):
        abort(404)
    return removed("The app was taken away")


@page.post(f"/keys/{ID.format('passkey_id')}/remove")
def remove_key(passkey_id: int) -> ResponseReturnValue:
    start_write()
    if not passkeys.remove(g.desk.address, passkey_id):
        abort(404)
    return removed("A key was taken away")


def removed(what: str) -> ResponseReturnValue:
    if not second_factor.has(g.desk.address):
        second_factor.forget_all(g.desk.address)
    changed(what, "second_step.removed", clock.now())
    db.session.commit()
    flash(f"{what}.", "good")
    return redirect(url_for(HOME), 303)
