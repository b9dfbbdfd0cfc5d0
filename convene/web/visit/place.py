"""A person's own place at one event, behind their signed link: keep it, see it, change it, give it back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectChoice

from convene import clock, links
from convene.access import limits
from convene.circles import skipping
from convene.circles.joining import Gone
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups.letters import sittings as sittings_of
from convene.groups.queries import seats_of
from convene.messages import actions as messages
from convene.messages import news
from convene.messages.queries import hears_of_events
from convene.people.actions import consent, hold
from convene.signups import actions, guests, invitations, joining, queries
from convene.signups.line import NotOffered
from convene.signups.models import Signup
from convene.signups.posting import LINK_LASTS
from convene.web.behind import behind
from convene.web.boxes import ZoneField
from convene.web.forms import AtMost, Form, Needed, Paragraphs, Words, a_zone

page = Blueprint("place", __name__)

ACCESS_WORDING = "You may keep my access needs with this sign-up and show them to the hosts of this event."
NOT_OPEN = "This event takes no sign-ups any more, so nothing was changed."
TOO_MANY = "This place changed hands many times in the last hour, so nothing was changed. Try again later."
TOO_LATE = "The time to take this place is over, and it went to the next person. You can join the line again."
WHY = {limits.TooMany: TOO_MANY, actions.NotOpen: NOT_OPEN, Gone: NOT_OPEN, NotOffered: TOO_LATE}
SAME_ZONE = "The same as the event"


def a_zone_or_none(form: Any, field: Any) -> None:
    if field.data:
        a_zone(form, field)


class DetailsForm(Form):
    name = Words(
        "Your name", [Needed("Enter your name"), AtMost(120, "Your name")], render_kw={"autocomplete": "name"}
    )
    affiliation = Words(
        "Organisation or group", [AtMost(120, "The organisation")], render_kw={"autocomplete": "organization"}
    )
    field = Words("Field of work or interest", [AtMost(120, "The field of work")])
    place = Words(
        "Where you are based", [AtMost(120, "The place")], render_kw={"autocomplete": "address-level2"}
    )
    first_time = RadioField(
        "Is it your first time with us?",
        choices=[
            SelectChoice("yes", "Yes"),
            SelectChoice("no", "No"),
            SelectChoice("", "I would rather not say"),
        ],
    )
    access_needs = Paragraphs("Anything that makes it easier for you to take part", [AtMost(1000, "This")])
    zone = ZoneField("Your time zone", [a_zone_or_none], same=SAME_ZONE)
    news = BooleanField()


def signup_of(token: str, find: Callable[[int], Signup | None] = queries.one) -> Signup:
    """The signup behind a link; a forged, replaced or outlived one is refused in the same words."""
    signup, _ = behind("place", token, find)
    if clock.now() > signup.event.ends_at + LINK_LASTS:
        raise links.Forged
    return signup


def signup_locked(token: str) -> Signup:
    """The same, under the lock of its event, which no link takes that was not signed here. Begins to write."""
    return signup_of(token, lock)


def lock(signup_id: int) -> Signup | None:
    start_write()
    return queries.locked(signup_id)


def signup_to_change(token: str) -> Signup:
    """The same, under the lock of its event and of its person, both read anew. Call start_write first."""
    signup = signup_of(token)
    queries.locked(signup.id)
    hold(signup.person)
    return signup_of(token)


def details(signup: Signup) -> DetailsForm:
    person = signup.person
    return DetailsForm(
        formdata=None,
        data={
            "name": person.name,
            "affiliation": person.affiliation or "",
            "field": person.field or "",
            "place": person.place or "",
            "first_time": {True: "yes", False: "no", None: ""}[signup.first_time],
            "access_needs": signup.access_needs,
            "zone": person.zone or "",
        },
    )


def is_open(event: Event) -> bool:
    return event.state == "published" and event.ends_at > clock.now()


def may_see_groups(signup: Signup) -> bool:
    """Whoever has a place or was there: who gave it back sees no names and no rooms."""
    if signup.state == "confirmed":
        return True
    return signup.attendance is not None and signup.attendance.state in ("attended", "part")


def sittings(signup: Signup) -> list[dict[str, Any]]:
    """Their groups in the rounds that were published, for as long as they may see them."""
    if not may_see_groups(signup):
        return []
    return sittings_of(seats_of(signup.event_id, signup.person_id))


def render(
    signup: Signup, token: str, form: DetailsForm, code: int = 200, asked: Sequence[Any] | None = None
) -> ResponseReturnValue:
    """The page; `asked` are the host's questions with answers that cannot be kept as they were typed."""
    now = clock.now()
    event = signup.event
    form.news.label.text = news.wording(event.organisation)
    return (
        render_template(
            "visit/place.html",
            signup=signup,
            event=event,
            token=token,
            form=form,
            asked=asked,
            places=queries.places(event),
            ahead=queries.ahead(signup) if signup.state == "waitlisted" else 0,
            invited=invitations.of(signup) is not None,
            may_pass=invitations.may_pass(signup),
            way_in=joining.url(signup),
            takes_signups=is_open(event),
            is_over=event.ends_at <= now,
            sittings=sittings(signup),
            hears_of_events=partial(hears_of_events, signup.person_id),
        ),
        code,
    )


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    signup = signup_of(token)
    return render(signup, token, details(signup))


def press(act: Callable[[Signup, datetime], object], signup: Signup) -> None:
    """What a button does to a locked signup, counted where it posts a letter. Raises limits.TooMany besides."""
    now, letters = clock.now(), signup.letter_count
    act(signup, now)
    if signup.letter_count != letters:
        limits.take(now, PRESSES_PER_PLACE=str(signup.id))


@page.post("/<token>/confirm")
def confirm(token: str) -> ResponseReturnValue:
    """The button of the mailed link: takes the place, joins the line, or accepts the place that was offered."""
    signup = signup_locked(token)
    if signup.by_circle:
        return of_circle(skipping.come, signup, token)
    try:
        press(actions.confirm_locked, signup)
    except (limits.TooMany, actions.NotOpen, NotOffered) as refusal:
        db.session.rollback()
        flash(WHY[type(refusal)], "bad")
    else:
        db.session.commit()
    return redirect(url_for("place.show", token=token), 303)


@page.get("/<token>/cancel")
def ask_cancel(token: str) -> ResponseReturnValue:
    signup = signup_of(token)
    return render_template(
        "visit/cancel.html", signup=signup, event=signup.event, token=token, guests=guests.of(signup)
    )


@page.post("/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    """Give the place back. What is over or called off stays as it was: who was there must not be rewritten."""
    signup = signup_locked(token)
    if not is_open(signup.event):
        flash(NOT_OPEN, "bad")
        return redirect(url_for("place.show", token=token), 303)
    if signup.by_circle:
        return of_circle(skipping.skip, signup, token)
    too = [one.id for one in guests.of(signup) if str(one.id) in request.form.getlist("with")]
    try:
        press(actions.cancel_locked, signup)
        for guest_id in too:
            actions.cancel(guest_id, clock.now())
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
    else:
        db.session.commit()
    return redirect(url_for("place.show", token=token), 303)


def of_circle(act: Callable[[int, int, datetime], object], signup: Signup, token: str) -> ResponseReturnValue:
    """A member's place at one session: they skip it or come after all, and keep their place in the circle."""
    now, event_id = clock.now(), signup.event_id
    member_id = skipping.by_person(event_id, signup.person_id)
    start_write()
    try:
        if member_id is None:
            raise Gone
        act(member_id, event_id, now)
        limits.take(now, PRESSES_PER_PLACE=f"member:{member_id}")
    except (limits.TooMany, Gone) as refusal:
        db.session.rollback()
        flash(WHY[type(refusal)], "bad")
    else:
        db.session.commit()
    return redirect(url_for("place.show", token=token), 303)


@page.post("/<token>/details")
def save_details(token: str) -> ResponseReturnValue:
    signup = signup_of(token)
    form = DetailsForm()
    if not form.validate():
        return render(signup, token, form, 422)
    start_write()
    keep(signup_to_change(token), form)
    db.session.commit()
    flash("Saved. Thank you.", "good")
    return redirect(url_for("place.show", token=token), 303)


def keep(signup: Signup, form: DetailsForm) -> None:
    """Write the details as the form has them."""
    person = signup.person
    person.name = form.name.data or person.name
    person.affiliation, person.field, person.place = form.affiliation.data, form.field.data, form.place.data
    person.zone = form.zone.data or None
    signup.first_time = {"yes": True, "no": False}.get(form.first_time.data or "")
    keep_needs(signup, form.access_needs.data or "")
    if form.news.data:  # no tick says nothing: what was agreed to before is stopped by its own link
        shown = news.wording(signup.event.organisation)
        messages.agree(person, shown, "place page", clock.now())


def keep_needs(signup: Signup, needs: str) -> None:
    """Write access needs; a change to or from none is a consent given or withdrawn, with its wording."""
    if bool(needs) != bool(signup.access_needs):
        consent(signup.person, "access_needs", bool(needs), ACCESS_WORDING, "place page", clock.now())
    signup.access_needs = needs


@page.post("/<token>/take-back")
def take_back(token: str) -> ResponseReturnValue:
    """Forget the access needs: in every state, for as long as the link lives."""
    signup_of(token)
    start_write()
    keep_needs(signup_of(token), "")
    db.session.commit()
    flash("Taken back: we keep nothing about access any more.", "good")
    return redirect(url_for("place.show", token=token), 303)


@page.post("/<token>/new-link")
def new_link(token: str) -> ResponseReturnValue:
    """Send a new link to the address we have, and end the one in hand."""
    signup_id = signup_of(token).id
    start_write()
    signup = queries.one(signup_id) or abort(404)
    try:
        actions.new_link(signup, clock.now())
    except limits.TooMany:
        db.session.rollback()
        flash(
            "We have written to you several times in the last hour. This link still works; try again later.",
            "bad",
        )
        return redirect(url_for("place.show", token=token), 303)
    db.session.commit()
    return render_template("visit/new_link.html", event=signup.event)
