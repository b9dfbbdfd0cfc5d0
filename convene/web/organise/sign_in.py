"""The door to the desk: ask for a link, press its button within ten minutes, and leave again."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField

from convene import clock
from convene.access import audit, codes, letters, limits, sign_ins, tokens
from convene.access.models import SignIn
from convene.calendar import zones
from convene.extensions import db, start_write
from convene.mail import languages, outbox
from convene.people.addresses import folded
from convene.people.models import Person
from convene.people.queries import at_desk
from convene.web.access import browser, client, cookie_name, own_path, remember_browser
from convene.web.codes import TOO_OFTEN as CODES_TOO_OFTEN
from convene.web.codes import CodeForm, why_not
from convene.web.forms import Form, Needed, an_address

page = Blueprint("organise_sign_in", __name__)

DESK = "/organise/"
TOO_OFTEN = "Many links were asked for from where you are. Wait ten minutes, then press again."

# In this order: each of these browsers also says the name of one that comes after it.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


class AskForm(Form):
    email = EmailField(
        "Your email address",
        [Needed("Enter your email address"), an_address],
        render_kw={"autocomplete": "email", "spellcheck": "false"},
    )
    next = HiddenField()


@page.get("/sign-in")
def ask() -> ResponseReturnValue:
    form = AskForm(formdata=None, data={"next": own_path(request.args.get("next", ""), DESK)})
    return render_template("organise/sign_in.html", form=form)


@page.post("/sign-in")
def send() -> ResponseReturnValue:
    form = AskForm()
    if not form.validate():
        return render_template("organise/sign_in.html", form=form), 422
    start_write()
    try:
        limits.take(clock.now(), SIGN_INS_PER_CLIENT=client())
    except limits.TooMany:
        db.session.rollback()
        form.form_errors.append(TOO_OFTEN)
        return render_template("organise/sign_in.html", form=form), 429
    remember_browser()
    post_link(form.email.data or "", clock.now())
    db.session.commit()
    session["sign_in_asked"] = {"address": form.email.data, "next": own_path(form.next.data or "", DESK)}
    return redirect(url_for("organise_sign_in.sent"), 303)


def post_link(address: str, now: datetime) -> None:
    """Post the link if the address organises somewhere and has not had its share of letters this hour.

    The letter is written in any case: otherwise the time that an answer takes would tell who organises here.
    """
    key, until = folded(address), now + letters.LIFETIME
    people = at_desk(key, now)
    known = bool(people)
    try:
        limits.take(now, SIGN_IN_MAILS_PER_ADDRESS=key)
    except limits.TooMany:
        codes.pretend(browser(), "sign_in", key, until, now)
        return
    secret = tokens.issue("sign_in", key, letters.LIFETIME, now) if known else "unknown"
    token_id = tokens.id_of(secret) if known else codes.NOBODY
    code = codes.make(browser(), "sign_in", key, token_id, until, now)
    letter = letters.sign_in(address, secret, now, code, people[0].language if people else None)
    if known:
        outbox.post(letter, key=f"sign_in:{tokens.hashed(secret)[:24]}", now=now)


@page.get("/check-your-email")
def sent() -> ResponseReturnValue:
    asked = session.get("sign_in_asked")
    if not isinstance(asked, dict):
        return redirect(url_for("organise_sign_in.ask"))
    return render_sent(asked["address"], CodeForm(formdata=None))


def render_sent(address: str, form: CodeForm, status: int = 200) -> ResponseReturnValue:
    return render_template("organise/sign_in_sent.html", address=address, minutes=10, form=form), status


@page.post("/check-your-email")
def use_code() -> ResponseReturnValue:
    """The six digits of the letter, in the browser that asked for it: they do what the link's button does."""
    asked = session.get("sign_in_asked")
    if not isinstance(asked, dict):
        return redirect(url_for("organise_sign_in.ask"), 303)
    form, now = CodeForm(), clock.now()
    if not form.validate():
        return render_sent(asked["address"], form, 422)
    start_write()
    try:
        limits.take(now, CODES_PER_CLIENT=client())
        key = folded(asked["address"])
        token_id = codes.subject(browser(), "sign_in", key, form.code.data or "", now)
    except limits.TooMany:
        db.session.rollback()
        form.code.errors = [CODES_TOO_OFTEN]
        return render_sent(asked["address"], form, 429)
    except codes.Wrong as wrong:
        db.session.commit()  # the try counts
        form.code.errors = [why_not(wrong)]
        return render_sent(asked["address"], form, 422)
    return come_in(lambda: tokens.spend_by_id("sign_in", token_id, now), now)


@page.get("/sign-in/<token>")
def show(token: str) -> ResponseReturnValue:
    if not tokens.usable("sign_in", token, clock.now()):
        return too_late()
    return render_template("organise/sign_in_press.html", token=token)


def too_late() -> ResponseReturnValue:
    return render_template("organise/sign_in_used.html"), 410


@page.post("/sign-in/<token>")
def use(token: str) -> ResponseReturnValue:
    now = clock.now()
    start_write()
    return come_in(lambda: tokens.spend("sign_in", token, now), now)


def come_in(spend: Callable[[], str], now: datetime) -> ResponseReturnValue:
    """Sign in whoever the secret was sent to, if it can still be spent."""
    try:
        address = spend()
    except tokens.Unusable:
        db.session.rollback()
        return too_late()
    people = at_desk(address, now)
    if not people:
        db.session.commit()
        return too_late()
    secret = sign_in(people, address, now)
    db.session.commit()
    session.pop("after_second_step", None)
    asked = session.pop("sign_in_asked", None)
    answer = redirect(own_path(asked["next"] if isinstance(asked, dict) else "", DESK), 303)
    set_cookie(answer, secret)
    return answer


def sign_in(people: Sequence[Person], address: str, now: datetime) -> str:
    """Open a sign-in at the host worked for last; a device that is new to the address is told of by mail."""
    last = db.session.scalar(
        select(SignIn).where(SignIn.address == address).order_by(SignIn.id.desc()).limit(1)
    )
    person = next((one for one in people if last and one.organisation_id == last.organisation_id), people[0])
    device = device_in_words(request.user_agent.string)
    if last and not is_known_device(address):
        when = zones.spoken_moment(now, person.organisation.zone, languages.known(person.language))
        letter = letters.new_device(person.address_typed or address, device, when, person.language)
        outbox.post(letter, key=f"new_device:{person.id}:{now.isoformat()}", now=now, person_id=person.id)
    secret = sign_ins.open_sign_in(address, person.organisation_id, device, now)
    audit.record(person.organisation_id, f"person:{person.id}", "signed_in", f"person:{person.id}", now)
    return secret


def is_known_device(address: str) -> bool:
    """Whether this browser still has the cookie of an earlier sign-in of the same address, ended or not."""
    cookie = request.cookies.get(cookie_name(), "")
    rule = (SignIn.secret_hash == tokens.hashed(cookie), SignIn.address == address)
    return bool(cookie) and db.session.scalar(select(SignIn.id).where(*rule)) is not None


def device_in_words(agent: str) -> str:
    """ "Firefox on Linux", from what a browser says of itself."""
    browser = next((words for mark, words in BROWSERS if mark in agent), "")
    system = next((words for mark, words in SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "A device that did not say what it is"


def set_cookie(answer: Response, secret: str) -> None:
    answer.set_cookie(
        cookie_name(),
        secret,
        max_age=sign_ins.LONGEST,
        path="/",
        secure=current_app.config["HTTPS"],
        httponly=True,
        samesite="Lax",
    )


def forget_cookie(answer: Response) -> None:
    secure = current_app.config["HTTPS"]
    answer.delete_cookie(cookie_name(), path="/", secure=secure, httponly=True, samesite="Lax")


@page.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    now = clock.now()
    start_write()
    found = sign_ins.find(request.cookies.get(cookie_name(), ""), now)
    if found:
        sign_ins.end(found.address, now, found.id)
    db.session.commit()
    flash("You are signed out on this device.", "good")
    answer = redirect(url_for("organise_sign_in.ask"), 303)
    forget_cookie(answer)
    return answer
