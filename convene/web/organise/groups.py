"""The groups of an event on one page: the board, its settings and rooms, moves by hand."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events import actions as events
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, queries
from convene.people.models import Person
from convene.people.queries import may_see_separations
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import own
from convene.web.organise.board import Board, widest
from convene.web.organise.event_fields import Whole, is_https

page = Blueprint("organise_groups", __name__)

# Said alike whether a rule or a wish stands against it, so that nobody can find out who keeps away from whom.
NOT_HERE = "Not possible here. Choose another group."
RULES = {
    "apart": "Not moved: a keep-apart rule stands against it. These two cannot share a group.",
    "together": "Not moved: this would part two people who are kept together. Lift that rule first.",
    "size": "Not moved: every group must keep from 2 to 6 people.",
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
            coming=len(facts.to_seat(event)),
            states={round_.state for round_ in rounds},
        ),
        code,
    )


def back(event_id: int, **rest: Any) -> ResponseReturnValue:
    return redirect(url_for("organise_groups.show", event_id=event_id, **rest), 303)


def called_off(event_id: int) -> ResponseReturnValue:
    flash("This event was called off, so there is nobody to deal.", "bad")
    return back(event_id)


@page.get(f"/{own.ID.format('event_id')}/groups")
def show(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id))


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
