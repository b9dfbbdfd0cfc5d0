"""The groups of an event on one page: the board, how mixed it is, the person in hand, and the rooms."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from convene import clock
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, queries, undo
from convene.groups.deal import Problem
from convene.groups.models import Dealing, Round
from convene.groups.reading import Reading
from convene.groups.revision import refuse_outdated, revision
from convene.groups.turnout import losing, turnout
from convene.signups.models import Signup
from convene.web.forms import AtMost, Form, Paragraphs
from convene.web.organise import own
from convene.web.organise.board import Board, groups_of
from convene.web.organise.event_fields import is_https
from convene.web.organise.in_hand import preview
from convene.web.organise.seen import sees_rules
from convene.web.organise.strip import Row, strip

page = Blueprint("organise_groups", __name__)


ON_THE_DAY = timedelta(hours=12)  # a round is not held earlier: a slip of the finger would close it for good
SETTINGS_PAGE = "organise_mixing.show"
STALE = "The groups have changed since this page was shown. Look again, then go on."
CHOICES = (
    40  # groups of a round: with more, a list of them beside each name makes the page too heavy for a phone
)
ACTS = {
    "deal": "the deal",
    "move": "the move",
    "swap": "the exchange",
    "pin": "the pin",
    "choice": "the choice",
}


def whole(text: str | None) -> int:
    """An id that was sent; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


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


def render(event: Event, code: int = 200, rooms: RoomsForm | None = None) -> ResponseReturnValue:
    known = Reading(event)
    found, coming = known.rounds, known.coming
    rounds = queries.board_of(found)
    chosen = shown(rounds, request.args.get("round", type=int))
    board = Board(rounds, known)
    links = [url for _, url in sorted(actions.rooms_of(found).items())]
    in_hand, asked = None, asked_now(known)
    if chosen and event.state != "called_off":
        seat_id, group_id = whole(request.args.get("seat")), whole(request.args.get("to"))
        in_hand = preview(known, asked, rounds, chosen, seat_id, group_id)
    return (
        render_template(
            "organise/groups.html",
            event=event,
            rooms=rooms or RoomsForm(formdata=None, data={"rooms": "\n".join(links).strip()}),
            form=rooms if rooms and rooms.errors else None,
            rounds=rounds,
            chosen=chosen,
            tables=board.tables(chosen) if chosen else [],
            figures=board.figures(),
            pinned=any(
                group.pinned or any(seat.pinned for seat in group.seats) for group in groups_of(rounds)
            ),
            acts=ACTS,
            settings_page=SETTINGS_PAGE,
            strip=mixed(asked, rounds),
            bound=bound(known.dealing, coming),
            coming=len(coming),
            marked_here=sum(one.attendance is not None for one in coming),
            revision=revision(event, found, known.kept),
            losing=losing(event, known),
            most_choices=CHOICES,
            states={round_.state for round_ in rounds},
            last=undo.undoable(event, known),
            can_compare=any(one.rounds for one in known.kept),
            in_hand=in_hand,
            turnout=turnout(event, clock.now(), known),
            touched=len(undo.touched(event, known)) if event.ends_at > clock.now() else 0,
            on_the_day=event.starts_at - ON_THE_DAY <= clock.now(),
            improvable=undo.improvable(event, known) is not None,
        ),
        code,
    )


def shown(rounds: Sequence[Round], number: int | None) -> Round | None:
    """The round asked for, else the first that is still open, else the last."""
    chosen = next((one for one in rounds if one.number == number), None)
    return chosen or next((one for one in rounds if not one.has_begun), rounds[-1] if rounds else None)


def asked_now(known: Reading) -> Problem | None:
    """What a deal would be asked now; none where nobody is here, or every round was held."""
    try:
        return facts.problem(known.event, 1, known)
    except (facts.NobodyHere, facts.AlreadyHeld):
        return None


def mixed(asked: Problem | None, rounds: Sequence[Round]) -> list[Row]:
    """The strip of the open rounds; none where there are no such rounds, or nothing could be asked."""
    opened = [round_ for round_ in rounds if not round_.has_begun]
    return strip(asked, opened) if asked and opened else []


def bound(dealing: Dealing, coming: Sequence[Signup]) -> list[str]:
    """What the last deal found out about repeats, in as much as whoever looks may know."""
    least, because = dealing.open_least_repeats, dealing.open_because
    if sees_rules():
        least, because = dealing.least_repeats, dealing.because
    if least is None:
        return []
    names = {signup.person_id: signup.person.name for signup in coming}
    return [facts.with_names(text, names) for text in because]


def back(event_id: int, **rest: Any) -> Response:
    return redirect(url_for("organise_groups.show", event_id=event_id, **rest), 303)


def called_off(event_id: int) -> Response:
    flash("This event was called off, so its groups stay as they are.", "bad")
    return back(event_id)


def to_change(event_id: int) -> Event:
    """As `own.event_to_change`, where there is anything left to change: else the groups again, and why not."""
    event = own.event_to_change(event_id)
    if event.state == "called_off":
        db.session.rollback()
        abort(called_off(event_id))
    return event


def to_change_as_shown(event_id: int) -> Event:
    """The same, if the groups are still those of the page that was pressed; else the groups as they are now."""
    event = to_change(event_id)
    refuse_unseen(event)
    return event


def refuse_unseen(event: Event) -> None:
    """Ends the press with the groups as they are now, if they are not those of the page that was pressed."""
    event_id = event.id
    try:
        refuse_outdated(event, request.form.get("revision", ""))
    except actions.Changed:
        db.session.rollback()
        flash(STALE, "warn")
        abort(back(event_id, round=request.form.get("round", type=int)))


@page.get(f"/{own.ID.format('event_id')}/groups")
def show(event_id: int) -> ResponseReturnValue:
    return render(own.event(event_id))


@page.post(f"/{own.ID.format('event_id')}/groups/rooms")
def save_rooms(event_id: int) -> ResponseReturnValue:
    form = RoomsForm()
    urls = form.urls()
    if urls is None:
        return render(own.event(event_id), 422, rooms=form)
    event = to_change(event_id)
    groups = len(actions.rooms(event))
    actions.set_rooms(event, urls)
    db.session.commit()
    if urls and len(urls) < groups:
        flash(
            f"Saved {len(urls)} links, but there are {groups} groups: the last ones have no room yet.", "warn"
        )
    else:
        flash("Saved. Each group has its room." if urls else "Saved. There are no links now.", "good")
    return back(event_id)
