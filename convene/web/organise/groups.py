"""Putting the people of an event into groups: the deal, the board, moves by hand, telling people."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events import actions as events
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.groups import actions, queries
from convene.groups.deal import Invalid, Plan, Problem, Refused
from convene.groups.dealing import deal
from convene.people.models import Person
from convene.people.queries import may_see_separations
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import own
from convene.web.organise.board import Board, by_name, widest
from convene.web.organise.event_fields import Whole, is_https

page = Blueprint("organise_groups", __name__)

SECONDS = (
    0.5  # of work for one deal: an evening's people are dealt well within it, and nobody waits at the door
)

# Said alike whether a rule or a wish stands against it, so that nobody can find out who keeps away from whom.
NOT_HERE = "Not possible here. Choose another group."
NOT_DEALT = "These people cannot be dealt this way. Change the group size or who is here, and deal again."
NOT_PUBLISHED = "Somebody came, left or was moved since this was dealt. Deal again."
PUBLISHED_APART = (
    "Not published: since the deal, a keep-apart rule was made about two in one group. Deal again."
)
RULES = {
    "apart": "Not moved: a keep-apart rule stands against it. These two cannot share a group.",
    "together": "Not moved: this would part two people who are kept together. Lift that rule first.",
    "size": "Not moved: every group must keep from 2 to 6 people.",
}
WHY_NOT = {
    actions.NobodyHere: "Fewer than two people are here, so nobody can be dealt yet. Mark who is here first.",
    actions.AlreadyHeld: "Every round has been held. Raise the number of rounds to deal another.",
    actions.Changed: "Somebody came, left or was moved while this was made, so nothing was kept. Deal again.",
}


class SettingsForm(Form):
    group_size = Whole("People in a group", 2, 6)
    round_count = Whole("Rounds", 1, 12)


class RoomsForm(Form):
    rooms = Paragraphs(
        "Links to the rooms, one to a line",
        [AtMost(15_000, "The list")],
        render_kw={"rows": 6, "spellcheck": "false"},
    )

    def urls(self) -> list[str] | None:
        """The links in order, or none where one is no link (said at the field, with its line)."""
        lines = [line.strip() for line in (self.rooms.data or "").splitlines() if line.strip()]
        bad = next((number for number, line in enumerate(lines, 1) if not is_https(line)), None)
        if not self.validate():
            return None
        if bad:
            self.rooms.errors = [
                *self.rooms.errors,
                f"Line {bad} is not a whole link; begin it with https://",
            ]
            return None
        return lines


def sees_rules() -> bool:
    """Whether whoever sits at the desk may know of keep-apart rules."""
    return may_see_separations(db.session.get_one(Person, g.desk.person_id))


def render(
    event: Event, code: int = 200, settings: SettingsForm | None = None, rooms: RoomsForm | None = None
) -> ResponseReturnValue:
    rounds = queries.board(event.id)
    number = request.args.get("round", type=int)
    chosen = next((one for one in rounds if one.number == number), None)
    chosen = chosen or next((one for one in rounds if one.state != "held"), rounds[-1] if rounds else None)
    board = Board(event, rounds)
    links = [group.room_url for group in widest(rounds)]
    return (
        render_template(
            "organise/groups.html",
            event=event,
            form=settings if settings and settings.errors else rooms if rooms and rooms.errors else None,
            settings=settings
            or SettingsForm(
                formdata=None, data={"group_size": event.group_size, "round_count": event.round_count}
            ),
            rooms=rooms or RoomsForm(formdata=None, data={"rooms": "\n".join(links).strip()}),
            rounds=rounds,
            chosen=chosen,
            tables=board.tables(chosen) if chosen else [],
            figures=board.figures(),
            coming=len(actions.to_seat(event)),
            states={round_.state for round_ in rounds},
        ),
        code,
    )


def back(event_id: int, **rest: Any) -> ResponseReturnValue:
    return redirect(url_for("organise_groups.show", event_id=event_id, **rest), 303)


@page.get(f"/{own.ID.format('event_id')}/groups")
def show(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id))


@page.get(f"/{own.ID.format('event_id')}/groups/print")
def on_paper(event_id: int) -> ResponseReturnValue:
    """Everybody by name with their table in each round, to pin up by the door."""
    event = own.event(event_id)
    rounds = queries.board(event.id)
    return render_template("organise/groups_print.html", event=event, rounds=rounds, rows=by_name(rounds))


@page.post(f"/{own.ID.format('event_id')}/groups/settings")
def save_settings(event_id: int) -> ResponseReturnValue:
    form = SettingsForm()
    if not form.validate():
        return render(own.event(event_id), 422, settings=form)
    event = own.event_to_change(event_id)
    if event.state == "called_off":
        db.session.rollback()
        return called_off(event_id)
    events.edit(
        event, {"group_size": form.group_size.data, "round_count": form.round_count.data}, clock.now()
    )
    db.session.commit()
    flash("Saved. The next deal keeps to it.", "good")
    return back(event_id)


def called_off(event_id: int) -> ResponseReturnValue:
    flash("This event was called off, so there is nobody to deal.", "bad")
    return back(event_id)


@page.post(f"/{own.ID.format('event_id')}/groups/deal")
def deal_groups(event_id: int) -> ResponseReturnValue:
    """Read, deal outside any transaction (it takes time), then keep it if everybody is still there."""
    event = own.event(event_id)
    if event.state == "called_off":
        return called_off(event_id)
    try:
        asked = actions.problem(event, secrets.randbelow(2**31))
        names = {signup.person_id: signup.person.name for signup in actions.to_seat(event)}
        db.session.rollback()
        plan = deal(asked, seconds=SECONDS)
        start_write()
        keep(locked(event_id), asked, plan)
    except (actions.NobodyHere, actions.AlreadyHeld, actions.Changed) as reason:
        db.session.rollback()
        flash(WHY_NOT[type(reason)], "warn")
    except (Refused, Invalid) as refusal:
        db.session.rollback()
        for words in refused_in_words(refusal, names):
            flash(words, "bad")
    else:
        db.session.commit()
        for words in dealt_in_words(plan, names):
            flash(words, "good")
    return back(event_id)


def keep(event: Event, asked: Problem, plan: Plan) -> None:
    """Write the plan; links to rooms stay with their numbers."""
    links = [group.room_url for group in widest(queries.board(event.id))]
    actions.keep(event, asked, plan, clock.now())
    actions.set_rooms(event, links)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.dealt", f"event:{event.id}", clock.now())


def refused_in_words(refusal: Refused | Invalid, names: Mapping[int, str]) -> list[str]:
    """Why no deal exists, for those who may know; three reasons at most, as a browser drops a cookie over 4 kB."""
    if not sees_rules():
        return [NOT_DEALT]
    reasons = refusal.reasons if isinstance(refusal, Refused) else (str(refusal),)
    return [actions.with_names(text, names)[:700] for text in reasons[:3]]


def dealt_in_words(plan: Plan, names: Mapping[int, str]) -> list[str]:
    """What came of it; the engine's reasons count rules in, so they are for those who may know of them."""
    groups = sum(len(round_) for round_ in plan.rounds)
    words = f"Dealt: {groups} groups in {len(plan.rounds)} rounds. "
    words += f"{plan.repeats} pairs meet twice." if plan.repeats else "Nobody meets the same person twice."
    reasons = [actions.with_names(text, names)[:400] for text in plan.because[:2]] if sees_rules() else []
    return [words, *reasons]


@page.post(f"/{own.ID.format('event_id')}/groups/move")
def move(event_id: int) -> ResponseReturnValue:
    """Move the person whose button was pressed to the group chosen beside it."""
    own.event(event_id)
    seat_id = whole(request.form.get("seat"))
    group_id = whole(request.form.get(f"to-{seat_id}"))
    number = request.form.get("round", type=int)
    if not seat_id or not group_id:
        flash("Choose a group beside the name first.", "warn")
        return back(event_id, round=number)
    event = own.event_to_change(event_id)
    try:
        seat = actions.move(event, seat_id, group_id)
        name, label = seat.person.name, seat.group.label
        told = seat.group.round.state == "published"
    except actions.NotPossible as reason:
        db.session.rollback()
        flash(RULES[reason.rule] if sees_rules() else NOT_HERE, "bad")
        return back(event_id, round=number, _anchor=f"seat-{seat_id}")
    except actions.Changed:
        db.session.rollback()
        flash("The groups have changed since this page was shown. Look again, then move.", "warn")
        return back(event_id, round=number)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.moved", f"event:{event_id}", clock.now())
    db.session.commit()
    late = " They were told another group, so tell those it touches." if told else ""
    flash(f"{name} is at {label} now.{late}", "good")
    return back(event_id, round=number, _anchor=f"seat-{seat_id}")


def whole(text: str | None) -> int:
    """An id that was posted; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


@page.post(f"/{own.ID.format('event_id')}/groups/rooms")
def save_rooms(event_id: int) -> ResponseReturnValue:
    form = RoomsForm()
    urls = form.urls()
    if urls is None:
        return render(own.event(event_id), 422, rooms=form)
    event = own.event_to_change(event_id)
    groups = len(widest(queries.board(event.id)))
    actions.set_rooms(event, urls)
    db.session.commit()
    if urls and len(urls) < groups:
        flash(
            f"Saved {len(urls)} links, but there are {groups} groups: the last ones have no room yet.", "warn"
        )
    else:
        flash("Saved. Each group has its room." if urls else "Saved. There are no links now.", "good")
    return back(event_id)


@page.get(f"/{own.ID.format('event_id')}/groups/publish")
def ask_publish(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    drafts = queries.rounds(event.id, "draft")
    people = {
        seat.person for round_ in queries.board(event.id) for group in round_.groups for seat in group.seats
    }
    unreached = sorted((person.name for person in people if not person.address), key=str.casefold)
    over = event.ends_at <= clock.now()
    told = 0 if over else len(people) - len(unreached)
    # On the day people are dealt again and hear it in the room: a second letter only if somebody asks for it.
    first = not queries.rounds(event.id, "published", "held") or clock.now() < event.starts_at
    return render_template(
        "organise/groups_publish.html",
        event=event,
        drafts=drafts,
        told=told,
        unreached=unreached,
        over=over,
        first=first,
    )


@page.post(f"/{own.ID.format('event_id')}/groups/publish")
def publish(event_id: int) -> ResponseReturnValue:
    event, now = own.event_to_change(event_id), clock.now()
    if event.state != "published":
        db.session.rollback()
        flash("Publish the event itself first.", "bad")
        return back(event_id)
    quietly = request.form.get("letters") == "no"
    try:
        seated = len(actions.publish_quietly(event, now)) if quietly else actions.publish(event, now)
    except (actions.Changed, actions.NotPossible) as reason:
        db.session.rollback()
        told = isinstance(reason, actions.NotPossible) and sees_rules()
        flash(PUBLISHED_APART if told else NOT_PUBLISHED, "warn")
        return back(event_id)
    if not seated:
        db.session.rollback()
        flash("There is nothing new to publish.", "warn")
        return back(event_id)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.published", f"event:{event_id}", now)
    db.session.commit()
    flash(f"Published. {seated} people have their groups.", "good")
    return back(event_id)


@page.post(f"/{own.ID.format('event_id')}/groups/rounds/<int(max=99):number>/held")
def hold(event_id: int, number: int) -> ResponseReturnValue:
    event = own.event_to_change(event_id)
    if number not in {round_.number for round_ in queries.board(event.id)}:
        abort(404)
    if actions.hold(event, number):
        audit.record(g.desk.organisation_id, g.desk.actor, "groups.held", f"event:{event_id}", clock.now())
        db.session.commit()
        flash(f"Round {number} has been held. No deal changes it any more.", "good")
    else:
        db.session.rollback()
        flash("Publish a round before you mark it as held.", "warn")
    return back(event_id)
