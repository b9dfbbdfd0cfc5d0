"""Writing to many at once: to the people of one event, or to all who asked for news; looked over, recalled in time."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene import clock
from convene.access import limits
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.mail import wording
from convene.mail.letter import Letter
from convene.messages import actions, audience, letters, news, queries, rules
from convene.messages.models import Message
from convene.nudges.rules import capped
from convene.people.models import Organisation, Person
from convene.signups.models import Signup
from convene.web.organise import meanwhile, own, sample
from convene.web.organise.message_access import (
    event_asked_for,
    may_write,
    of_desk,
    organisers_only,
    to_change,
)
from convene.web.organise.message_form import WhenForm, form_for, moment, states_of
from convene.web.organise.wording import TOO_MANY, typed

page = Blueprint("organise_messages", __name__)

NAMED = 3
OTHERWISE_NOW = (
    "Somebody has changed this message since you looked at it. Look it over as it is now, then send it."
)
CALLED_OFF = "This event is called off, and its people were told so. A message about it cannot go any more."
NOBODY = {
    True: "There is nobody in this part of the event whom a letter would reach, so nothing was sent.",
    False: "Nobody has asked for news of your events yet, or all have stopped it, so nothing was sent. People"
    " are asked on the page of their own place.",
}
STARTS = {
    True: "Hello {name},\n\n\n\n{organisation}",
    False: "Hello {name},\n\nsomething new is coming up.\n\n{organisation}",
}


@page.get("")
def show_all() -> ResponseReturnValue:
    organisers_only()
    return render_template(
        "organise/messages.html",
        messages=[one for one in queries.for_org(g.desk.organisation_id) if may_write(one.event_id)],
        events=[
            one
            for one in queries.events_to_write_about(g.desk.organisation_id, clock.now())
            if may_write(one.id)
        ],
        states=audience.STATES,
        **(weekly() if g.desk.event_ids is None else {}),
    )


def weekly() -> dict[str, Any]:
    """What the letter of new events will do by itself: to how many, when next, and of what so far."""
    now, host = clock.now(), db.session.get_one(Organisation, g.desk.organisation_id)
    people = audience.that_agreed(host.id, now, lambda *_: False)
    turn = rules.next_turn(now, host.zone)
    new = [one for one, at in news.announced(host, now) if at > rules.last_turn(now, host.zone)]
    return {"hearing": len(people), "next_turn": turn, "new_events": new}


@page.get("/new")
def new() -> ResponseReturnValue:
    organisers_only()
    event = event_asked_for()
    form = form_for(event is not None, formdata=None, data={"words": STARTS[event is not None]})
    return write_page(form, event, None)


def write_page(
    form: Any, event: Event | None, message: Message | None, code: int = 200
) -> ResponseReturnValue:
    known = wording.MESSAGES["message" if event else "announcement"]
    meaning = [(name, wording.MEANING[name]) for name in known]
    return render_template(
        "organise/message_write.html", form=form, event=event, message=message, meaning=meaning
    ), code


@page.post("/new")
def keep_new() -> ResponseReturnValue:
    organisers_only()
    event = event_asked_for()
    form = form_for(event is not None)
    if not form.validate():
        return write_page(form, event, None, 422)
    start_write()
    event = event_asked_for()
    message = actions.draft(
        g.desk.organisation_id, event, states_of(form), typed(form), g.desk.actor, clock.now()
    )
    db.session.commit()
    return redirect(url_for("organise_messages.show", message_id=message.id), 303)


@page.get(f"/{own.ID.format('message_id')}/edit")
def edit(message_id: int) -> ResponseReturnValue:
    message = of_desk(message_id)
    data = {"states": message.states.split(), "subject": message.subject, "words": message.words}
    return write_page(
        form_for(message.event_id is not None, formdata=None, data=data), message.event, message
    )


@page.post(f"/{own.ID.format('message_id')}/edit")
def keep(message_id: int) -> ResponseReturnValue:
    message = of_desk(message_id)
    form = form_for(message.event_id is not None)
    if not form.validate():
        return write_page(form, message.event, message, 422)
    try:
        actions.edit(to_change(message_id), states_of(form), typed(form))
    except actions.NotOpen:
        db.session.rollback()
        flash("This message waits to go, or has gone, so nothing was changed.", "bad")
    else:
        db.session.commit()
    return redirect(url_for("organise_messages.show", message_id=message_id), 303)


@page.get(f"/{own.ID.format('message_id')}")
def show(message_id: int) -> ResponseReturnValue:
    return render(of_desk(message_id), WhenForm(formdata=None))


def render(message: Message, form: WhenForm, code: int = 200) -> ResponseReturnValue:
    """The page of a message: to be looked over, waiting, or gone."""
    now = clock.now()
    open_ = message.state in actions.OPEN
    unsent = queries.unsent(message) if message.state in ("sending", "sent") else 0
    reached = audience.of(message, now, capped) if open_ or message.state == "waiting" else None
    return render_template(
        "organise/message.html",
        message=message,
        form=form,
        reached=reached,
        open=open_,
        named=[one.name for one in reached.people[:NAMED]] if reached else [],
        example=example(message, reached.people[0].person_id, now) if reached and reached.people else None,
        left=in_words(message.send_at - now) if message.send_at and message.send_at > now else "",
        revision=revision(message),
        can_recall=message.state in ("waiting", "sending") or unsent > 0,
        unsent=unsent,
        zone=zone_of(message),
        states=audience.STATES,
        nobody=NOBODY[message.event_id is not None],
    ), code


def revision(message: Message) -> str:
    """What a page of this message was shown with: whoever presses send there has read this and nothing else."""
    return meanwhile.revision({"states": message.states, "subject": message.subject, "words": message.words})


def is_as_shown(message: Message) -> bool:
    return request.form.get("revision", "") == revision(message)


def look_again(message_id: int) -> ResponseReturnValue:
    db.session.rollback()
    flash(OTHERWISE_NOW, "bad")
    return redirect(url_for("organise_messages.show", message_id=message_id), 303)


def zone_of(message: Message) -> str:
    return message.event.zone if message.event else g.desk.zone


def example(message: Message, person_id: int, now: datetime) -> Letter:
    """The letter as this person would get it, with nobody's key in it."""
    if message.event_id is None:
        return sample.keyless(letters.announcement(message, db.session.get_one(Person, person_id), now))
    rows = select(Signup).where(Signup.event_id == message.event_id, Signup.person_id == person_id)
    return sample.keyless(letters.about_event(message, db.session.scalars(rows).one(), now))


def in_words(left: timedelta) -> str:
    """A time to wait, as somebody says it."""
    minutes = -(-int(left.total_seconds()) // 60)
    if minutes <= 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"


@page.post(f"/{own.ID.format('message_id')}/send")
def send(message_id: int) -> ResponseReturnValue:
    """In five minutes, or at the day and time typed; until then it can be recalled."""
    message, now, form = of_desk(message_id), clock.now(), WhenForm()
    send_at = now + actions.RECALL if request.form.get("act") == "soon" else moment(form, zone_of(message))
    if send_at is None:
        return render(message, form, 422)
    message = to_change(message_id)
    if not is_as_shown(message):
        return look_again(message_id)
    try:
        reached = actions.set_to_go(message, send_at, capped, g.desk.actor, now)
    except actions.NotOpen:
        words = "This message waits to go already, or has gone."
    except actions.CalledOff:
        words = CALLED_OFF
    except actions.TooSoon:
        words = "Choose a time at least five minutes from now, so that you can recall it."
    except actions.TooFar:
        words = "That is more than a year away; check the date."
    except actions.NobodyToReach:
        words = NOBODY[message.event_id is not None]
    else:
        number = len(reached.people)
        db.session.commit()
        flash(
            f"It waits to go to {number} {'person' if number == 1 else 'people'}. You can still recall it.",
            "good",
        )
        return redirect(url_for("organise_messages.show", message_id=message_id), 303)
    db.session.rollback()
    flash(words, "bad")
    return render(of_desk(message_id), form, 422)


@page.post(f"/{own.ID.format('message_id')}/test")
def test(message_id: int) -> ResponseReturnValue:
    """The letter to the organiser's own address, as its first reader would get it."""
    message, now = of_desk(message_id), clock.now()
    if not is_as_shown(message):
        return look_again(message_id)
    people = audience.of(message, now, capped).people
    start_write()
    if not people:
        flash(NOBODY[message.event_id is not None], "bad")
        return redirect(url_for("organise_messages.show", message_id=message_id), 303)
    try:
        sample.send(example(of_desk(message_id), people[0].person_id, now), now)
    except limits.TooMany:
        db.session.rollback()
        flash(TOO_MANY, "bad")
    else:
        db.session.commit()
        flash(f"A test is on its way to {g.desk.address}.", "good")
    return redirect(url_for("organise_messages.show", message_id=message_id), 303)


def recalled_in_words(left: int) -> str:
    if not left:
        return "Recalled: nobody gets it. It is kept, and you can change and send it."
    had = "1 letter had left" if left == 1 else f"{left} letters had left"
    return f"Recalled: {had} already, and the others do not go."


@page.post(f"/{own.ID.format('message_id')}/recall")
def recall(message_id: int) -> ResponseReturnValue:
    message = to_change(message_id)
    try:
        left = actions.recall(message, g.desk.actor, clock.now())
    except actions.TooLate:
        db.session.rollback()
        flash("All of it has left, so it cannot be recalled any more.", "bad")
    else:
        db.session.commit()
        flash(recalled_in_words(left), "good")
    return redirect(url_for("organise_messages.show", message_id=message_id), 303)
