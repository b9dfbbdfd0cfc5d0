"""Two deals side by side: the groups as they stand, and as they were before an act, which can be taken back."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, queries, undo
from convene.groups.deal import Mixture, Problem
from convene.groups.reading import Reading
from convene.groups.revision import revision
from convene.web.organise import own
from convene.web.organise.changes import BEGUN, outdated
from convene.web.organise.groups import ACTS, STALE, back, to_change_as_shown, whole
from convene.web.organise.refusals import refused
from convene.web.organise.strip import COUNTED, of_groups, short

page = Blueprint("organise_compare", __name__)


@page.get(f"/{own.ID.format('event_id')}/groups/compare")
def compare(event_id: int) -> ResponseReturnValue:
    """The groups as they stand beside an earlier state of them, figure by figure; rounds that have begun in neither."""
    event = own.event(event_id)
    known = Reading(event)
    found = known.rounds
    begun = {round_.number for round_ in found if round_.has_begun}
    earlier = [one for one in known.kept if one.rounds]
    wanted = whole(request.args.get("with"))
    other = next((one for one in earlier if one.id == wanted), None)
    other = other or next((one for one in earlier if one.act == "deal"), earlier[0] if earlier else None)
    now_rounds = [undo.as_facts(round_) for round_ in queries.opened(found)]
    then_rounds = [round_ for round_ in other.rounds if round_["number"] not in begun] if other else []
    rows: list[tuple[str, str, str]] = []
    if now_rounds and then_rounds:
        try:
            problem = facts.problem(event, 1, known)
        except (facts.NobodyHere, facts.AlreadyHeld):
            pass
        else:
            rows = beside(of_facts(problem, now_rounds), of_facts(problem, then_rounds))
    names = [(one.id, title(event, one.act, one.made_at)) for one in earlier]
    return render_template(
        "organise/groups_compare.html",
        event=event,
        names=names,
        other=other,
        rows=rows,
        differently=undo.differently(now_rounds, then_rounds),
        behind=other is not None and len(then_rounds) < len(other.rounds),
        revision=revision(event, found, known.kept),
    )


def title(event: Event, act: str, made_at: datetime) -> str:
    local = zones.local(made_at, event.zone)
    return f"before {ACTS.get(act, 'a change')} at {local.hour}.{local.minute:02}"


def of_facts(problem: Problem, rounds: Sequence[undo.Facts]) -> Mixture:
    keys = [
        tuple(tuple(facts.key(person) for person, _ in group["seats"]) for group in round_["groups"])
        for round_ in rounds
    ]
    return of_groups(problem, keys)


def beside(now: Mixture, then: Mixture) -> list[tuple[str, str, str]]:
    rows = [("People whom each one meets", short(now.met_each), short(then.met_each))]
    return rows + [
        (words[0], short(getattr(now, name)), short(getattr(then, name))) for name, words in COUNTED.items()
    ]


@page.post(f"/{own.ID.format('event_id')}/groups/choose")
def choose(event_id: int) -> ResponseReturnValue:
    """Take the earlier groups in place of these; that can be undone like any change."""
    event = to_change_as_shown(event_id)
    try:
        done = undo.choose(event, whole(request.form.get("with")), clock.now())
    except undo.Begun:
        db.session.rollback()
        flash(BEGUN, "warn")
        return back(event_id)
    except (actions.Changed, actions.NotPossible) as reason:
        refused(event_id)
        flash(outdated(reason, "Those groups do not fit any more: somebody has come or left since."), "warn")
        return back(event_id)
    if not done:
        db.session.rollback()
        flash(STALE, "warn")
        return back(event_id)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.chosen", f"event:{event_id}", clock.now())
    db.session.commit()
    flash("These are the earlier groups again.", "good")
    return back(event_id)
