"""Bringing an event among people: its link, words to paste, a poster, a picture, and the letters they will get."""

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from convene import aside, clock, links
from convene.access import limits
from convene.calendar import zones
from convene.events.models import Event
from convene.events.place import whereabouts
from convene.extensions import db, start_write
from convene.mail import wording
from convene.web import notice
from convene.web.organise import own, sample

page = Blueprint("organise_share", __name__)

SHOWN = ("place_confirmed", "reminder", "thank_you")  # what everybody who comes will get
SLOW = "The poster could not be made just now. Try again in a minute."


def to_paste(event: Event) -> str:
    """The event in a few lines for a chat, ending in its link."""
    when = zones.spoken(event.starts_at, event.ends_at, event.zone)
    lines = (event.title, when, whereabouts(event), event.summary, f"Sign up: {links.event(event.slug)}")
    return "\n".join(line for line in lines if line)


@page.get(f"/{own.ID.format('event_id')}/share")
def show(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    return render_template(
        "organise/share.html",
        event=event,
        url=links.event(event.slug),
        words=to_paste(event),
        picture=url_for("events.share_picture", slug=event.slug, r=notice.revision(event)),
    )


@page.get(f"/{own.ID.format('event_id')}/poster.pdf")
def poster(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    try:
        made = notice.poster(event)
    except aside.Aside:
        abort(503, SLOW)
    headers = {"Content-Disposition": f'inline; filename="{event.slug}.pdf"'}
    return Response(made, mimetype="application/pdf", headers=headers)


@page.post(f"/{own.ID.format('event_id')}/share/letters")
def send_letters(event_id: int) -> ResponseReturnValue:
    """The letters of this event, in this host's words, to the organiser at the desk."""
    now = clock.now()
    start_write()
    shown = sample.Sample(g.desk.person_name, own.event(event_id), False)
    try:
        for name in SHOWN:
            words = wording.own(g.desk.organisation_id, name) or wording.usual(name)
            sample.send(sample.of(name, words, shown, now), now)
    except limits.TooMany:
        db.session.rollback()
        flash(
            "We have written to you many times in the last hour, so nothing was sent. Try again later.", "bad"
        )
    else:
        db.session.commit()
        flash(
            f"Three letters are on their way to {g.desk.address}: the place, the day before, and the thank you.",
            "good",
        )
    return redirect(url_for("organise_share.show", event_id=event_id), 303)
