"""Who may see a page: one guard for each audience, asked before anything else of the page runs."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import abort, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import second_factor, sign_ins
from convene.extensions import db, start_write
from convene.people import queries
from convene.people.models import Organisation, Person

PROXIES_SAY = ("forwarded", "via", "x-real-ip")  # RFC 7239, RFC 9110 7.6.3, and a habit of nginx
UNSPOKEN = ("csrf_token", "revision")  # what a form says to us alone
# What a host of single events may open: their own sign-in and the pages that keep to their events by themselves ...
THEIR_OWN = (
    *("organise_hosting", "organise_messages", "organise_devices", "organise_second_step_set_up"),
    "organise_desk.switch",
)
# ... and, of each of their events, its people, its door and its groups. What is not named here is not there for them.
OF_AN_EVENT = (
    *(
        "organise_signups.show",
        "organise_signups.ask_cancel",
        "organise_signups.cancel",
        "organise_questions.answers",
    ),
    *("organise_attendance", "organise_paper"),
    *("organise_groups", "organise_mixing", "organise_needs", "organise_changes", "organise_compare"),
    *("organise_rounds", "organise_looking_on", "organise_timer", "organise_wall"),
)
ENOUGH = 200  # characters of a long text that are shown before it is sent


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sits at the organiser's desk in this request, as plain values that outlive any transaction."""

    sign_in_id: int
    address: str
    person_id: int
    organisation_id: int
    person_name: str
    organisation_name: str
    zone: str
    roles: frozenset[str]
    hosts: tuple[tuple[int, str], ...]  # every organisation this address organises for
    lacks_second_step: bool
    event_ids: frozenset[int] | None = (
        None  # of somebody who hosts these events alone; none: all of the host's
    )

    @property
    def actor(self) -> str:
        return f"person:{self.person_id}"


def everybody() -> None:
    """Anyone may come in."""


def development() -> None:
    """Only a development copy, only from its own machine and not through a proxy; elsewhere there is no such page."""
    here = request.remote_addr in ("127.0.0.1", "::1")
    if not current_app.config["DEVELOPMENT"] or not here or came_through_a_proxy():
        abort(404)


def came_through_a_proxy() -> bool:
    """Whether a proxy says so itself: its own address is this machine's, and says nothing of who asks."""
    names = [name.lower() for name in request.headers.keys()]  # noqa: SIM118 - iterating gives pairs
    return any(name in PROXIES_SAY or name.startswith("x-forwarded-") for name in names)


def cookie_name() -> str:
    return "__Host-convene-desk" if current_app.config["HTTPS"] else "convene_desk"


def organiser() -> ResponseReturnValue | None:
    """An organiser who is signed in; others are shown to the sign-in page and brought back."""
    g.desk = desk_of(request.cookies.get(cookie_name(), ""), clock.now())
    if g.desk is None and set(request.form) - {"csrf_token"}:
        return press_again(signed_out=True), 401
    if g.desk is not None and g.desk.lacks_second_step:
        if set(request.form) - {"csrf_token"}:
            return press_again(signed_out=True), 401
        if request.method in ("GET", "HEAD"):
            session.setdefault("after_second_step", request.full_path.rstrip("?"))
        return redirect(url_for("organise_second_step.show"), 303)
    if g.desk is None:
        back = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else "/organise/"
        return redirect(url_for("organise_sign_in.ask", next=back))
    return None if g.desk.event_ids is None else of_their_events(g.desk.event_ids)


def of_their_events(event_ids: frozenset[int]) -> ResponseReturnValue | None:
    """Who hosts single events opens what belongs to these and to their own sign-in. For them there is nothing else."""
    endpoint = request.endpoint or ""
    asked_for = (request.view_args or {}).get("event_id")
    if endpoint == "organise_desk.show":
        return redirect(url_for("organise_hosting.show"))
    if endpoint == "organise_events.show" and asked_for in event_ids:
        return redirect(url_for("organise_signups.show", event_id=asked_for))
    page = endpoint.partition(".")[0]
    if page in THEIR_OWN or endpoint in THEIR_OWN:
        return None
    if (page in OF_AN_EVENT or endpoint in OF_AN_EVENT) and asked_for in event_ids:
        return None
    abort(404)


def press_again(signed_out: bool = False) -> str:
    """The page that holds what was just sent, to send it once more when what stood in the way is mended."""
    typed = [
        (name, value) for name, values in request.form.lists() for value in values if name != "csrf_token"
    ]
    action = request.full_path.rstrip("?")
    said = [
        (name.replace("_", " ")[:ENOUGH], value[:ENOUGH] + (" …" if len(value) > ENOUGH else ""))
        for name, value in typed
        if value.strip() and name not in UNSPOKEN
    ]
    return render_template(
        "parts/press_again.html",
        typed=typed,
        said=said,
        action=action,
        path=request.path,
        signed_out=signed_out,
    )


def desk_of(secret: str, now: datetime) -> Desk | None:
    """The desk behind a cookie, if its sign-in is open and its person still organises here."""
    found = sign_ins.find(secret, now) if secret else None
    if found is None:
        return None
    people = queries.at_desk(found.address, now)
    person = next((one for one in people if one.organisation_id == found.organisation_id), None)
    if person is None:
        return None
    hosts = tuple((one.organisation_id, one.organisation.name) for one in people)
    lacks = found.second_factor_at is None and second_factor.has(found.address)
    desk = make_desk(found.id, person, person.organisation, hosts, lacks, now)
    if now - found.seen_at > sign_ins.SEEN_EVERY:
        start_write()
        sign_ins.seen(desk.sign_in_id, now)
        db.session.commit()
    return desk


def make_desk(
    sign_in_id: int,
    person: Person,
    host: Organisation,
    hosts: tuple[tuple[int, str], ...],
    lacks: bool,
    now: datetime,
) -> Desk:
    roles = queries.roles(person.id)
    organises = bool(roles & set(queries.ORGANISING))
    return Desk(
        sign_in_id=sign_in_id,
        address=person.address or "",
        person_id=person.id,
        organisation_id=host.id,
        person_name=person.name,
        organisation_name=host.name,
        zone=host.zone,
        roles=frozenset(roles),
        event_ids=None if organises else frozenset(queries.hosts_events(person.id, now)),
        hosts=hosts,
        lacks_second_step=lacks,
    )


def own_path(text: str, otherwise: str) -> str:
    """A path of this site from what a visitor brought, decided by parsing; anything else gives `otherwise`."""
    try:
        parts = urlsplit(text.replace("\\", "/"))
    except ValueError:  # half an address in brackets, such as "//["
        return otherwise
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith("//"):
        return otherwise
    if any(ord(c) < 32 for c in text):
        return otherwise
    return parts.path + (f"?{parts.query}" if parts.query else "")


def remember_browser() -> None:
    """Give this browser a secret of its own, in the cookie, if it has none: codes are bound to it."""
    if not isinstance(session.get("browser"), str):
        session["browser"] = secrets.token_urlsafe(16)


def browser() -> str:
    """The secret of this browser; a new one each time for a browser that never asked for a code."""
    found = session.get("browser")
    return found if isinstance(found, str) else secrets.token_urlsafe(16)


def client() -> str:
    """The client's address, for counting only; behind a proxy, the one that ProxyFix was told to trust."""
    return request.remote_addr or "unknown"
