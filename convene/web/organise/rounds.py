"""The rounds of an event on their way: dealt, published by letter and on paper, held."""

import secrets
from collections.abc import Mapping

from flask import Blueprint, abort, flash, g, render_template, request
from flask.typing import ResponseReturnValue

from convene import clock
from convene.access import audit
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db, start_write
from convene.groups import actions, facts, publishing, queries, undo
from convene.groups.deal import Invalid, Plan, Problem, Refused
from convene.groups.dealing import Dealt, deal_for_board
from convene.groups.revision import revision
from convene.groups.turnout import losing
from convene.web.organise import own
from convene.web.organise.groups import ON_THE_DAY, back, called_off, refuse_unseen, to_change
from convene.web.organise.refusals import refused
from convene.web.organise.seen import sees_rules

page = Blueprint("organise_rounds", __name__)

# Of work for one deal: an evening's people are dealt well within it, and nobody waits at the door.
SECONDS = 0.2

# Said alike whether a rule or a wish stands against it, so that nobody can find out who keeps away from whom.
NOT_DEALT = (
    "These people cannot be dealt this way. Change the group size, the pins or who is here, and deal again."
)
NOT_PUBLISHED = "Somebody came, left or was moved since this was dealt. Deal again."
PUBLISHED_APART = (
    "Not published: since the deal, a keep-apart rule was made about two in one group. Deal again."
)
WHY_NOT = {
    facts.NobodyHere: "Fewer than two people are here, so nobody can be dealt yet. Mark who is here first.",
    facts.AlreadyHeld: "Every round has been held. Raise the number of rounds to deal another.",
    actions.Changed: "Somebody came, left or was moved while this was made, so nothing was kept. Deal again.",
}


@page.post(f"/{own.ID.format('event_id')}/groups/deal")
def deal_groups(event_id: int) -> ResponseReturnValue:
    """Read, deal outside any transaction (it takes time), then keep it if everybody is still there."""
    event = own.event(event_id)
    if event.state == "called_off":
        return called_off(event_id)
    try:
        asked = facts.sown(facts.problem(event, 0), secrets.randbelow(facts.SEEDS))
        names = {signup.person_id: signup.person.name for signup in facts.to_seat(event)}
        db.session.rollback()
        dealt = deal_for_board(asked, SECONDS)
        start_write()
        keep(locked(event_id), asked, dealt)
    except (facts.NobodyHere, facts.AlreadyHeld, actions.Changed) as reason:
        db.session.rollback()
        flash(WHY_NOT[type(reason)], "warn")
    except (Refused, Invalid) as refusal:
        refused(event_id)
        for words in refused_in_words(refusal, names):
            flash(words, "bad")
    else:
        db.session.commit()
        flash(dealt_in_words(dealt.plan), "good")
    return back(event_id)


def keep(event: Event, asked: Problem, dealt: Dealt) -> None:
    """Write the plan, as an act that can be undone."""
    undo.remember(event, "deal", clock.now())
    write(event, asked, dealt)
    actions.note(event, dealt, asked.seed)


def write(event: Event, asked: Problem, dealt: Dealt) -> None:
    """The rounds themselves."""
    actions.keep(event, asked, dealt.plan, clock.now())
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.dealt", f"event:{event.id}", clock.now())


def refused_in_words(refusal: Refused | Invalid, names: Mapping[int, str]) -> list[str]:
    """Why no deal exists, for those who may know; three reasons at most, as a browser drops a cookie over 4 kB."""
    if not sees_rules():
        return [NOT_DEALT]
    reasons = refusal.reasons if isinstance(refusal, Refused) else (str(refusal),)
    return [facts.with_names(text, names)[:700] for text in reasons[:3]]


def dealt_in_words(plan: Plan) -> str:
    """What came of it; why it is no better stands on the page."""
    groups = sum(len(round_) for round_ in plan.rounds)
    rounds = "1 round" if len(plan.rounds) == 1 else f"{len(plan.rounds)} rounds"
    words = f"Dealt: {groups} groups in {rounds}. "
    if not plan.repeats:
        return words + "Nobody meets the same person twice."
    return words + ("One pair meets twice." if plan.repeats == 1 else f"{plan.repeats} pairs meet twice.")


@page.get(f"/{own.ID.format('event_id')}/groups/publish")
def ask_publish(event_id: int) -> ResponseReturnValue:
    event = own.event(event_id)
    found = queries.rounds(event.id)
    drafts = [round_ for round_ in found if round_.state == "draft"]
    people = {
        seat.person for round_ in queries.board_of(found) for group in round_.groups for seat in group.seats
    }
    unreached = sorted((person.name for person in people if not person.reachable), key=str.casefold)
    over = event.ends_at <= clock.now()
    told = 0 if over else len(people) - len(unreached)
    # On the day people are dealt again and hear it in the room: a second letter only if somebody asks for it.
    first = len(drafts) == len(found) or clock.now() < event.starts_at
    return render_template(
        "organise/groups_publish.html",
        event=event,
        drafts=drafts,
        told=told,
        unreached=unreached,
        over=over,
        first=first,
        losing=losing(event),
        revision=revision(event, found),
    )


def not_published(event_id: int, reason: Exception) -> ResponseReturnValue:
    """Back to the board with the cause, as far as whoever looks may know it."""
    refused(event_id)
    known = isinstance(reason, actions.NotPossible) and sees_rules()
    flash(PUBLISHED_APART if known else NOT_PUBLISHED, "warn")
    return back(event_id)


@page.post(f"/{own.ID.format('event_id')}/groups/publish")
def publish(event_id: int) -> ResponseReturnValue:
    event, now = to_change(event_id), clock.now()
    if event.state != "published":
        db.session.rollback()
        flash("Publish the event itself first.", "bad")
        return back(event_id)
    if not queries.rounds(event.id, "draft"):
        db.session.rollback()
        flash("There is nothing new to publish.", "warn")
        return back(event_id)
    refuse_unseen(event)
    quietly = request.form.get("letters") == "no"
    try:
        seated = len(publishing.publish_quietly(event, now)) if quietly else publishing.publish(event, now)
    except (actions.Changed, actions.NotPossible) as reason:
        return not_published(event_id, reason)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.published", f"event:{event_id}", now)
    db.session.commit()
    flash(f"Published. {seated} people have their groups.", "good")
    return back(event_id)


@page.post(f"/{own.ID.format('event_id')}/groups/tell")
def tell(event_id: int) -> ResponseReturnValue:
    """Write to those whose groups were changed by hand after they were told."""
    event, now = to_change(event_id), clock.now()
    people = undo.touched(event)
    if not people or event.ends_at <= now or event.state != "published":
        db.session.rollback()
        flash("There is nothing new to tell.", "warn")
        return back(event_id)
    try:
        number = publishing.tell(event, people, now)
    except (actions.Changed, actions.NotPossible) as reason:
        return not_published(event_id, reason)
    audit.record(g.desk.organisation_id, g.desk.actor, "groups.told", f"event:{event_id}", now)
    db.session.commit()
    flash(f"{number} people have a letter with their new groups.", "good")
    return back(event_id)


@page.post(f"/{own.ID.format('event_id')}/groups/rounds/<int(max=99):number>/held")
def hold(event_id: int, number: int) -> ResponseReturnValue:
    event = to_change(event_id)
    if clock.now() < event.starts_at - ON_THE_DAY:
        db.session.rollback()
        flash("The event is on another day, so no round has been held.", "warn")
        return back(event_id)
    states = {round_.state for round_ in queries.board(event.id) if round_.number == number}
    if not states:
        abort(404)
    if "held" in states:
        db.session.rollback()
        flash(f"Round {number} was marked as held already.", "info")
        return back(event_id)
    if actions.hold(event, number):
        audit.record(g.desk.organisation_id, g.desk.actor, "groups.held", f"event:{event_id}", clock.now())
        db.session.commit()
        flash(f"Round {number} has been held. No deal changes it any more.", "good")
    else:
        db.session.rollback()
        flash("Publish a round before you mark it as held.", "warn")
    return back(event_id)
