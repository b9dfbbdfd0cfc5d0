"""What mail this host has sent and still has to send: the rows of the outbox, read by those they concern."""

import re

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.health.checks import mail_is_late
from convene.mail import log, switch
from convene.mail.models import STATES, OutgoingMail
from convene.signups.standing import is_still_so
from convene.web.organise import own, sample

page = Blueprint("organise_outbox", __name__)

SHOWN = 50
LETTERS = {
    "confirm": "Confirm your place",
    "place_link": "The way to a place",
    "place_confirmed": "Place kept",
    "waitlisted": "On the waiting list",
    "asked": "You were asked",
    "not_this_time": "Your no",
    "asked_to_come": "Invitation",
    "answers_wanted": "Somebody waits for you",
    "in_confidence": "For the safeguarding lead",
    "readers_changed": "For the safeguarding lead",
    "place_offered": "A place is offered",
    "changed": "The event has changed",
    "cancelled": "Place given back",
    "declined": "No, by their calendar",
    "called_off": "The event is called off",
    "reminder": "Reminder",
    "your_group": "Your groups",
    "thank_you": "Thank you",
    "plan": "A plan for the day",
    "did_you_meet": "Did you meet?",
    "action_due": "Action due",
    "still_true": "Still true?",
    "welcome_back": "Would you like a pause?",
    "asked_to_join": "Somebody waits to join",
    "missed_two": "Missed twice",
    "no_action": "No action yet",
    "to_do": "To do today",
    "digest": "Several, in one letter",
    "stay_in_touch": "A personal letter",
    "passed_on": "A personal letter",
    "what_came": "A personal letter",
    "my_page": "A link to their own page",
    "welcome": "You would be welcome",
    "sign_in": "Sign-in link",
    "new_device": "A new device signed in",
    "message": "A message of yours",
    "announcement": "News of your events",
    "new_events": "What is new, once a week",
    "news_confirm": "Would you like to hear of new events?",
    "involved_confirm": "Would you like to get involved?",
    "test": "A test, to you",
    "my_data": "A link to what is kept",
    "new_address": "Is this your new address?",
    "address_changed": "An address was changed",
    "circle_confirm": "Join a circle",
    "circle_link": "The way to a page in a circle",
    "circle_joined": "A place in a circle",
    "circle_waiting": "On a circle's waiting list",
    "circle_declined": "No place in a circle",
    "circle_changed": "Dates in a circle",
    "circle_left": "Left a circle",
    "circle_ended": "A circle has ended",
    "circle_poll": "When can you come?",
    "circle_posts": "What was written between sessions",
    "circle_turn": "A turn to host",
    "circle_missed": "What happened at a session",
    "circle_asked": "Somebody asks to join",
}
# What two people agreed on between them is not for the host to know, nor is a link that lets somebody in.
SEALED = (
    *(
        "sign_in",
        "stay_in_touch",
        "passed_on",
        "what_came",
        "my_data",
        "my_page",
        "new_address",
        "in_confidence",
        "readers_changed",
    ),
)
WITH_A_CODE = ("confirm", "place_link")
CODE = re.compile(r"(?<![\w#])\d{3} \d{3}(?!\w)")
POINTERS = re.compile(r"""\shref\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)
# The letter's own inline styles are let through and nothing else: no script, no picture from afar, no form, no link.
AS_SENT = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


def without_keys(mail: OutgoingMail, words: str) -> str:
    """The words without what lets their reader, and nobody else, into something."""
    words = sample.keys().sub(r"\1(their own link)", words)
    return CODE.sub("(their own code)", words) if mail.letter in WITH_A_CODE else words


@page.app_template_filter("may_go_again")
def may_go_again(mail: OutgoingMail) -> bool:
    """Whether there is a button; the press asks once more whether what it says is still so."""
    by_hand = mail.state == "dropped" and mail.last_answer == log.BY_HAND
    return not mail.purged_at and (by_hand or mail.state in ("failed", "retry"))


def of_desk(mail_id: int) -> OutgoingMail:
    rule = (OutgoingMail.id == mail_id, OutgoingMail.organisation_id == g.desk.organisation_id)
    return db.session.scalar(select(OutgoingMail).where(*rule)) or abort(404)


def events_of(rows: list[OutgoingMail]) -> dict[int, str]:
    """The titles of the events that letters are about."""
    ids = {row.event_id for row in rows if row.event_id}
    found = select(Event.id, Event.title).where(
        Event.organisation_id == g.desk.organisation_id, Event.id.in_(ids)
    )
    return {event_id: title for event_id, title in db.session.execute(found)}


@page.get("")
def show() -> ResponseReturnValue:
    now = clock.now()
    stopped = switch.paused(now)
    before = request.args.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    state = request.args.get("state") if request.args.get("state") in STATES else None
    rows = list(log.latest(g.desk.organisation_id, limit=SHOWN + 1, before=last, state=state))
    counts = log.counts(g.desk.organisation_id)
    return render_template(
        "organise/outbox.html",
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        paged=last is not None,
        chosen=state,
        counts=[(name, counts[name]) for name in STATES if name in counts],
        oldest=log.oldest_of(g.desk.organisation_id, now),
        events=events_of(rows),
        letters=LETTERS,
        late=mail_is_late(now),
        stopped=stopped,
    )


@page.get(f"/{own.ID.format('mail_id')}")
def letter(mail_id: int) -> ResponseReturnValue:
    """One letter; the links that are its reader's own key to something are left out."""
    mail = of_desk(mail_id)
    sealed = mail.letter in SEALED
    text = "" if sealed or mail.purged_at else without_keys(mail, mail.text)
    return render_template(
        "organise/letter.html", mail=mail, text=text, sealed=sealed, letters=LETTERS, events=events_of([mail])
    )


@page.get(f"/{own.ID.format('mail_id')}/as-sent")
def as_sent(mail_id: int) -> ResponseReturnValue:
    """The HTML half as its reader's mail program draws it, without their own keys, in a page that can do nothing."""
    mail = of_desk(mail_id)
    if mail.letter in SEALED or mail.purged_at or not mail.html:
        abort(404)
    answer = Response(without_keys(mail, POINTERS.sub("", mail.html)), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = AS_SENT
    return answer


@page.post(f"/{own.ID.format('mail_id')}/again")
def again(mail_id: int) -> ResponseReturnValue:
    start_write()
    mail = of_desk(mail_id)
    if is_still_so(mail) and log.send_again(mail_id, g.desk.organisation_id, clock.now()):
        audit.record(g.desk.organisation_id, g.desk.actor, "mail.again", f"mail:{mail_id}", clock.now())
        flash("It goes out again within a minute.", "good")
    else:
        flash(
            "This letter has left, its words are no longer kept, or it says what is no longer so: it cannot go again.",
            "warn",
        )
    db.session.commit()
    return redirect(url_for("organise_outbox.show"), 303)


@page.post(f"/{own.ID.format('mail_id')}/drop")
def drop(mail_id: int) -> ResponseReturnValue:
    start_write()
    of_desk(mail_id)
    if log.drop(mail_id, g.desk.organisation_id):
        audit.record(g.desk.organisation_id, g.desk.actor, "mail.dropped", f"mail:{mail_id}", clock.now())
        flash("That letter is not sent.", "good")
    else:
        flash(
            "This letter cannot be stopped: it is on its way, has left, or is what takes an entry out of a calendar.",
            "warn",
        )
    db.session.commit()
    return redirect(url_for("organise_outbox.show"), 303)
