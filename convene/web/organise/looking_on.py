"""Looking on for a better deal, while nobody has been told: the page does it by itself, behind everything else."""

import tempfile
from pathlib import Path

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue

from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.groups import actions, facts, queries, settings, undo
from convene.groups.deal import Invalid, Refused
from convene.groups.dealing import Busy, look_on
from convene.links import keyed_hash
from convene.web.organise import own
from convene.web.organise.groups import back
from convene.web.organise.rounds import WHY_NOT, write

page = Blueprint("organise_looking_on", __name__)

SECONDS = 2.0


@page.post(f"/{own.ID.format('event_id')}/groups/improve")
def improve(event_id: int) -> ResponseReturnValue:
    """Look on from the deal as it stands, untouched and untold; it is replaced where a better one is found."""
    event = own.event(event_id)
    seed = undo.improvable(event) if event.state != "called_off" else None
    if seed is None:
        return looked(
            event_id, False, "These groups were changed or told meanwhile, so they stay as they are."
        )
    try:
        asked = facts.problem(event, seed)
        if not facts.same_facts(asked):
            raise actions.Changed
        before = {frozenset(group) for round_ in queries.board(event.id) for group in facts.as_keys(round_)}
        db.session.rollback()
        dealt = look_on(asked, SECONDS, whose_turn())
        start_write()
        event = locked(event_id)
        if undo.improvable(event) != seed:
            raise actions.Changed
        found = before != {frozenset(group) for groups in dealt.plan.rounds for group in groups}
        if found:
            write(event, asked, dealt)
        actions.note(event, dealt, None)
        db.session.commit()
    except Busy:
        return looked(
            event_id, False, "Another board is being looked on for just now. Try again in a moment."
        )
    except (facts.NobodyHere, facts.AlreadyHeld, actions.Changed, Refused, Invalid):
        look_no_more(event_id, seed)
        return looked(event_id, False, WHY_NOT[actions.Changed])
    words = "A better deal was found, and is shown here." if found else "No better deal was found."
    return looked(event_id, found, words)


def whose_turn() -> Path:
    """The file that stands for this machine's turn to look on."""
    return Path(tempfile.gettempdir()) / f"convene-{keyed_hash('looking on', '')[:16]}.turn"


def look_no_more(event_id: int, seed: int) -> None:
    """Give up looking on from this deal, or every opening of the page would try again."""
    start_write()
    dealing = settings.of(locked(event_id))
    if dealing.seed == seed:
        dealing.seed = None
    db.session.commit()


def looked(event_id: int, found: bool, words: str) -> ResponseReturnValue:
    """For the page's script in a word; without it, the page again."""
    if request.headers.get("Accept") == "application/json":
        return {"found": found}
    flash(words, "good" if found else "info")
    return back(event_id)
