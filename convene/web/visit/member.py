"""A person's own page in one circle, behind their signed link: come in, agree, see the dates, skip one, leave."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import limits
from convene.circles import joining, polls, queries, skipping
from convene.circles.models import Member
from convene.extensions import db, start_write
from convene.web.behind import behind

page = Blueprint("member", __name__)

CHANGED = "The agreements changed while you were reading. They stand here as they are now: read them and press again."
TICK = "Tick that you agree, then press again."
NOT_OPEN = "This circle takes nobody in just now, so nothing was changed."
TOO_MANY = "This page was pressed many times in the last hour, so nothing was changed. Try again later."
GONE = "That session is over, off or begun already, so nothing was changed."
MOST = 40  # dates on one page; those after them stand under Sessions
EVENT = "<int(max=2147483647):event_id>"


def member_of(token: str) -> Member:
    """The member behind a link; a forged or replaced one is refused in the same words."""
    return behind("member", token, queries.member)[0]


def facts(member: Member) -> dict[str, Any]:
    circle, now = member.circle, clock.now()
    inside = member.state == "member"
    newest = queries.agreement(circle.id)
    asked = polls.running(circle.id) if inside else None
    sessions = queries.to_come(circle.id, now) if inside else []
    return {
        "member": member,
        "circle": circle,
        "agreement": newest,
        "asks_agreement": joining.has_to_agree(member),
        "sessions": [one.event for one in sessions[:MOST]],
        "more": len(sessions) - MOST,
        "skipped": queries.skipped_by(member.person_id, circle.id) if inside else set(),
        "poll": asked,
        "marks": polls.marks_of(asked, member.person_id) if asked else {},
        "ahead": queries.before(member),
        "asks": joining.has_to_ask(member),
        "takes_members": circle.state in ("forming", "open"),
        "companions": queries.members(circle.id) if inside else [],
        "learning": queries.learning(circle.id) if circle.state == "ended" else None,
        "now": now,
    }


def render(member: Member, token: str, error: str = "", code: int = 200) -> ResponseReturnValue:
    return render_template("visit/member.html", token=token, error=error, **facts(member)), code


@page.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return render(member_of(token), token)


def back(token: str) -> ResponseReturnValue:
    return redirect(url_for("member.show", token=token), 303)


def press(token: str, act: Callable[[int, datetime], object], words: str) -> ResponseReturnValue:
    """What a button does, counted where it posts a letter; then the page, which says what was done."""
    member, now = member_of(token), clock.now()
    member_id, before = member.id, member.letter_count
    start_write()
    try:
        act(member_id, now)
        if (queries.member(member_id) or member).letter_count != before:
            limits.take(now, PRESSES_PER_PLACE=f"member:{member_id}")
    except limits.TooMany:
        return undone(token, TOO_MANY)
    except joining.NotOpen:
        return undone(token, NOT_OPEN)
    except joining.Gone:
        return undone(token, GONE)
    db.session.commit()
    flash(words, "good")
    return back(token)


def undone(token: str, words: str) -> ResponseReturnValue:
    db.session.rollback()
    flash(words, "bad")
    return back(token)


def version() -> int | None:
    """The wording that stood on the page, if its box is ticked."""
    typed = request.form.get("version", "")
    ticked = request.form.get("agree") == "yes"
    return int(typed) if ticked and typed.isascii() and typed.isdigit() and len(typed) < 10 else None


@page.post("/<token>/join")
def join(token: str) -> ResponseReturnValue:
    member = member_of(token)
    newest = queries.agreement(member.circle_id)
    agreed = version()
    if newest is not None and newest.words and agreed is None:
        return render(member, token, TICK, 422)
    try:
        return press(
            token, lambda member_id, now: joining.come_in(member_id, agreed, now), joined_words(member)
        )
    except joining.NotAgreed:
        db.session.rollback()
        return render(member_of(token), token, CHANGED, 409)


def joined_words(member: Member) -> str:
    if joining.has_to_ask(member):
        return "Asked. The host of this circle answers you by mail."
    return "Done. We have written to you, with everything that comes next."


@page.post("/<token>/agree")
def agree(token: str) -> ResponseReturnValue:
    """Accept agreements that changed since the person joined."""
    member, agreed = member_of(token), version()
    if agreed is None:
        return render(member, token, TICK, 422)
    member_id = member.id
    start_write()
    try:
        joining.agree(joining.lock(member_id), agreed, clock.now())
    except joining.NotAgreed:
        db.session.rollback()
        return render(member_of(token), token, CHANGED, 409)
    db.session.commit()
    flash("Thank you. That is written down.", "good")
    return back(token)


@page.post("/<token>/leave")
def leave(token: str) -> ResponseReturnValue:
    """In one press; whoever did not mean it comes back by the button that stands there then."""
    return press(
        token, joining.leave, "You have left. If that was a slip, the button below brings you back in."
    )


@page.post(f"/<token>/sessions/{EVENT}/skip")
def skip(token: str, event_id: int) -> ResponseReturnValue:
    done = "Noted: you cannot make that one, and the host can see it. Your calendar is put right by mail."
    return press(token, lambda member_id, now: skipping.skip(member_id, event_id, now), done)


@page.post(f"/<token>/sessions/{EVENT}/come")
def come(token: str, event_id: int) -> ResponseReturnValue:
    done = "Good: you are expected there again. Your calendar is put right by mail."
    return press(token, lambda member_id, now: skipping.come(member_id, event_id, now), done)


@page.post("/<token>/when")
def mark(token: str) -> ResponseReturnValue:
    """When they can come, for each time of the poll."""
    member = member_of(token)
    member_id = member.id
    typed = {name[5:]: value for name, value in request.form.items() if name.startswith("when-")}
    said = {
        int(name): value
        for name, value in typed.items()
        if name.isascii() and name.isdigit() and len(name) < 10
    }
    start_write()
    try:
        polls.mark(joining.lock(member_id), said, clock.now())
    except polls.Closed:
        return undone(token, "The host has picked a time already, so nothing was changed.")
    db.session.commit()
    flash("Thank you: the host sees when you can. You may change it until a time is picked.", "good")
    return back(token)


@page.post("/<token>/new-link")
def new_link(token: str) -> ResponseReturnValue:
    """Send a new link to the address we have, and end the one in hand."""
    member = member_of(token)
    member_id, slug = member.id, member.circle.slug
    start_write()
    try:
        joining.new_link(member_id, clock.now())
    except limits.TooMany:
        return undone(token, TOO_MANY)
    db.session.commit()
    flash("A new link is on its way to your mailbox. The one you came by is ended.", "good")
    return redirect(url_for("circles.show", slug=slug), 303)
