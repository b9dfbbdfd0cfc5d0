"""A circle's sessions: the list of them, one with its agenda and what came of it, and whose turn it is to host."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene import clock
from convene.calendar import zones
from convene.circles import agenda, carrying, hosting, notes, planning, promises, queries, talk
from convene.circles.models import Action, AgendaPart, CircleSession, Insight
from convene.events.models import Event
from convene.extensions import db
from convene.web.forms import AtMost, Form, Paragraphs, small
from convene.web.inside import entry
from convene.web.inside.entry import Inside

page = Blueprint("inside_sessions", __name__)

SHOWN = 15  # of what was said at a session; other pages have it all

ID = "<int(max=2147483647):{0}>"
SESSION = f"/<token>/sessions/{ID.format('event_id')}"


class ClosingForm(Form):
    decided = Paragraphs("What was decided, for those who could not be there", [AtMost(4000, "This")])


def previous_start(event: Event) -> datetime | None:
    """When the session before this one began."""
    rows = select(Event.starts_at).where(Event.circle_id == event.circle_id, Event.state == "published")
    rows = rows.where(Event.starts_at < event.starts_at).order_by(Event.starts_at.desc()).limit(1)
    return db.session.scalar(rows)


def today(event: Event) -> date:
    return zones.local(clock.now(), event.zone).date()


@page.get("/<token>/sessions")
def listed(token: str) -> ResponseReturnValue:
    here, now = entry.of(token), clock.now()
    rows = select(Event, CircleSession).outerjoin(CircleSession, CircleSession.event_id == Event.id)
    rows = rows.where(Event.circle_id == here.circle.id)
    if not here.hosts:
        rows = rows.where(Event.state != "draft")
    found = [(event, own) for event, own in db.session.execute(rows.order_by(Event.starts_at, Event.id))]
    return render_template(
        "inside/sessions.html",
        inside=here,
        coming=[(event, own) for event, own in found if event.ends_at > now],
        past=[(event, own) for event, own in found if event.ends_at <= now and here.sees(event.ends_at)][
            ::-1
        ],
        names=talk.names(here.circle.id),
        wrote=not here.circle.talks and talk.has_written(here.circle.id, here.person_id),
    )


@page.get(SESSION)
def show(token: str, event_id: int) -> ResponseReturnValue:
    here = entry.of(token)
    event = entry.session(here, event_id)
    return render(here, event, ClosingForm(formdata=None, data=closing_data(event)))


def closing_data(event: Event) -> dict[str, Any]:
    own = planning.session_of(event)
    return {"decided": own.decided if own else ""}


def render(here: Inside, event: Event, form: ClosingForm, code: int = 200) -> ResponseReturnValue:
    now = clock.now()
    own = planning.session_of(event)
    parts = planning.parts(event.id)
    host_id = hosting.host_id_of(here.circle, own)
    names, writes = talk.names(here.circle.id), here.takes_words(event)
    return render_template(
        "inside/session.html",
        writes=writes,
        inside=here,
        event=event,
        own=own,
        form=form,
        is_over=event.ends_at <= now,
        has_begun=event.starts_at <= now,
        may_host=writes and entry.hosts_session(here, own),
        host=names.get(host_id) if host_id else None,
        names=names,
        swaps=swaps(here, event, own, now),
        parts=timed(parts, event),
        part_rows=parts,
        left=agenda.left_over([planning.value(part) for part in parts], event.starts_at, event.ends_at),
        templates=agenda.TEMPLATES,
        revision=own.agenda_revision if own else 1,
        promised=on_agenda(event),
        said_here=of_session(Action, event)[-SHOWN:],
        seen_here=[one for one in of_session(Insight, event) if one.removed_at is None][-SHOWN:],
        note=notes.of(event.id),
        states=carrying.STATES,
    ), code


def on_agenda(event: Event) -> list[Action]:
    return promises.on_agenda(event, previous_start(event))


def of_session(table: type[Any], event: Event) -> Sequence[Any]:
    """What was said at this session."""
    rows = select(table).where(table.event_id == event.id, table.circle_id == event.circle_id)
    return db.session.scalars(rows.order_by(table.id)).all()


def timed(parts: Sequence[AgendaPart], event: Event) -> list[tuple[AgendaPart, str]]:
    """Each part with the time on the wall at which it begins, if all goes to plan."""
    found = agenda.timed([planning.value(part) for part in parts], event.starts_at)
    return [
        (part, zones.spoken_time(one.starts_at, event.zone)) for part, one in zip(parts, found, strict=True)
    ]


def swaps(here: Inside, event: Event, own: CircleSession | None, now: datetime) -> list[tuple[Event, int]]:
    """The sessions to come whose host could exchange turns with this one's."""
    if not here.circle.hosts_in_turn or not entry.hosts_session(here, own) or not (own and own.host_id):
        return []
    found = hosting.sessions(here.circle.id)
    return [
        (other, theirs.host_id)
        for other, theirs in found
        if theirs and theirs.host_id and theirs.host_id != own.host_id and other.ends_at > now
    ][:12]


def back(token: str, event_id: int, part: str = "") -> ResponseReturnValue:
    return redirect(
        url_for("inside_sessions.show", token=token, event_id=event_id, _anchor=part or None), 303
    )


@page.post(f"{SESSION}/close")
def close(token: str, event_id: int) -> ResponseReturnValue:
    """The host says in a few words what was decided; those who missed it are told with the note."""
    here, event = entry.session_to_host(token, event_id)
    form = ClosingForm()
    if not form.validate():
        db.session.rollback()
        here = entry.of(token)
        return render(here, entry.session(here, event_id), form, 422)
    if event.starts_at > clock.now():
        db.session.rollback()
        flash("This session has not begun yet.", "warn")
        return back(token, event_id)
    own = planning.row_of(event)
    own.decided = form.decided.data or ""
    own.closed_at = own.closed_at or clock.now()
    db.session.commit()
    flash("Kept. Whoever missed this session gets it with the note.", "good")
    return back(token, event_id, "decided")


@page.post(f"{SESSION}/host")
def give_turn(token: str, event_id: int) -> ResponseReturnValue:
    """Another member hosts this session."""
    here, event = entry.turn_to_change(token, event_id)
    person_id = small(request.form.get("person_id")) or None
    try:
        hosting.give(here.circle, event.id, person_id, clock.now())
    except hosting.NotTheirs:
        db.session.rollback()
        flash("Choose somebody who is in this circle, for a session that is still to come.", "bad")
        return back(token, event_id)
    db.session.commit()
    flash(
        "The turn has been given on." if person_id else "This session is hosted by the host of the circle.",
        "good",
    )
    return back(token, event_id)


@page.post(f"{SESSION}/swap")
def swap(token: str, event_id: int) -> ResponseReturnValue:
    """Two who host in turn exchange their sessions."""
    here, event = entry.turn_to_change(token, event_id)
    other = small(request.form.get("with"))
    try:
        hosting.swap(here.circle, event.id, other, clock.now())
    except hosting.NotTheirs:
        db.session.rollback()
        flash("That turn cannot be exchanged any more. This is how things stand now.", "warn")
        return back(token, event_id)
    db.session.commit()
    flash("Exchanged. Both see it on their page.", "good")
    return back(token, event_id)


@page.post("/<token>/hosts-in-turn")
def in_turn(token: str) -> ResponseReturnValue:
    """The circle's host lets everybody host in turn, or ends that; turns that were given stay until then."""
    here = entry.to_write(token)
    if not here.hosts:
        db.session.rollback()
        return redirect(url_for("inside_sessions.listed", token=token), 303)
    circle = queries.locked(here.circle.id)
    circle.hosts_in_turn = request.form.get("on") == "yes"
    if circle.hosts_in_turn:
        hosting.settle(circle, clock.now())
    else:
        hosting.clear(circle, clock.now())
    db.session.commit()
    flash("Everybody hosts in turn now." if circle.hosts_in_turn else "You host every session now.", "good")
    return redirect(url_for("inside_sessions.listed", token=token), 303)
