"""The desk itself: what needs the organiser now, and every event of the host with the one thing to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from convene import clock
from convene.access import sign_ins
from convene.events import queries
from convene.events.capacity import Places
from convene.events.models import Event
from convene.extensions import db, start_write
from convene.groups.models import Round
from convene.health.checks import mail_is_late
from convene.mail import switch
from convene.signups.models import Attendance, Signup
from convene.signups.queries import places_of
from convene.web.organise import involved, month, today

page = Blueprint("organise_desk", __name__)

DOORS = timedelta(hours=3)  # how long before its start an event is about the door, not about sign-ups
PAST_SHOWN = 12
AHEAD_SHOWN = 40  # a page of more would be too heavy for a phone; the rest is one press away


@dataclass(frozen=True, slots=True)
class Line:
    """One event in the programme: `step` is the endpoint of the page to go to next, `label` names the act."""

    event: Event
    state: str
    places: Places
    step: str
    label: str


def state_of(event: Event, now: datetime) -> str:
    """What an event is at this moment, in the words of the badges."""
    if event.state != "published":
        return event.state
    if event.ends_at <= now:
        return "ended"
    return "live" if event.starts_at <= now else "upcoming"


def next_step(event: Event, now: datetime, present: int, rounds: set[str]) -> tuple[str, str]:
    """The page to go to next and the act it is for; `rounds` are the states of the rounds there are."""
    if event.state == "called_off":
        return "organise_events.show", "See it"
    if event.state == "draft":
        return "organise_events.show", "Look it over and publish"
    if event.ends_at <= now:
        done = event.attendance_complete_at is not None
        return (
            ("organise_groups.show", "See the groups")
            if done
            else ("organise_attendance.show", "Finish attendance")
        )
    if event.starts_at - DOORS > now:
        return "organise_signups.show", "See who is coming"
    if "draft" in rounds:
        return "organise_groups.show", "Publish the groups"
    if rounds:
        return "organise_groups.show", "See the groups"
    if present:
        return "organise_groups.show", "Deal the groups"
    return "organise_attendance.show", "Take attendance"


def present_in(event_ids: Sequence[int]) -> dict[int, int]:
    """How many were marked here, by event."""
    rows = select(Signup.event_id, func.count()).join(Attendance, Attendance.signup_id == Signup.id)
    rows = rows.where(Signup.event_id.in_(event_ids), Attendance.state.in_(("attended", "part")))
    return {event_id: number for event_id, number in db.session.execute(rows.group_by(Signup.event_id))}


def rounds_in(event_ids: Sequence[int]) -> dict[int, set[str]]:
    """The states of the rounds that each event has."""
    found: dict[int, set[str]] = {}
    rows = select(Round.event_id, Round.state).where(Round.event_id.in_(event_ids)).distinct()
    for event_id, state in db.session.execute(rows):
        found.setdefault(event_id, set()).add(state)
    return found


def lines(events: Sequence[Event], now: datetime) -> list[Line]:
    ids = [event.id for event in events]
    places, present, rounds = places_of(events), present_in(ids), rounds_in(ids)
    return [
        Line(
            event,
            state_of(event, now),
            places[event.id],
            *next_step(event, now, present.get(event.id, 0), rounds.get(event.id, set())),
        )
        for event in events
    ]


def todays(events: Sequence[Event], now: datetime) -> list[today.Task]:
    """What needs the organiser now, of the events to come and of the last fortnight."""
    ids = [event.id for event in events]
    found = today.tasks(
        events, places_of(events), rounds_in(ids), today.asking(ids), today.failed_mail(now), now
    )
    return [*found, *today.asking_circles(), *involved.tasks(now)]


@page.get("/")
def show() -> ResponseReturnValue:
    now = clock.now()
    stopped = switch.paused(now)
    events = queries.for_org(g.desk.organisation_id)
    drafts = [event for event in events if event.state == "draft"]
    ahead = [event for event in reversed(events) if event.state != "draft" and event.ends_at > now]
    upcoming = [event for event in ahead if event.state == "published"]
    called_off = [event for event in ahead if event.state == "called_off"]
    past = [event for event in events if event.state != "draft" and event.ends_at <= now]
    shown = past if request.args.get("past") == "all" else past[:PAST_SHOWN]
    soon = upcoming if request.args.get("ahead") == "all" else upcoming[:AHEAD_SHOWN]
    recent = [*ahead, *(event for event in past if event.ends_at > now - today.LATELY)]
    by_id = {line.event.id: line for line in lines([*drafts, *soon, *called_off, *shown], now)}
    return render_template(
        "organise/desk.html",
        upcoming=[by_id[event.id] for event in soon],
        more_ahead=len(upcoming) - len(soon),
        called_off=[by_id[event.id] for event in called_off],
        drafts=[by_id[event.id] for event in drafts],
        past=[by_id[event.id] for event in shown],
        tasks=todays(recent, now),
        month=month.month(*month.asked_for(request.args["month"], now, g.desk.zone), events, now, g.desk.zone)
        if "month" in request.args
        else None,
        days=month.NAMES,
        more_past=len(past) - len(shown),
        late=mail_is_late(now),
        stopped=stopped,
    )


@page.post("/switch", endpoint="switch")
def sit_elsewhere() -> ResponseReturnValue:
    """Sit down at another host that this address organises for."""
    hosts = {str(host): name for host, name in g.desk.hosts}
    chosen = request.form.get("organisation_id", "")
    if chosen not in hosts:
        abort(404)
    start_write()
    sign_ins.switch(g.desk.sign_in_id, int(chosen))
    db.session.commit()
    flash(f"You are at the desk of {hosts[chosen]} now.", "good")
    return redirect(url_for("organise_desk.show"), 303)
