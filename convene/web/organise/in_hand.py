"""A person in hand on the board: what going to a group, or changing places with one of it, would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convene.events.models import Event
from convene.groups import actions, facts, queries
from convene.groups.deal import Effect, Invalid, Problem
from convene.groups.deal import move as moved
from convene.groups.deal import swap as swapped
from convene.groups.models import Group, Round, Seat
from convene.web.organise.seen import sees_rules
from convene.web.organise.strip import as_groups, better, in_words

# Said alike whether a rule or a wish stands against it, so that nobody can find out who keeps away from whom.
NOT_HERE = "Not possible here. Choose another group."
RULES = {
    "apart": "Not moved: a keep-apart rule stands against it. These two cannot share a group.",
    "together": "Not moved: this would part two people who are kept together. Lift that rule first.",
    "size": "Not moved: every group must keep from 2 to 6 people.",
    "need": "Not moved: they need something that this group does not have. Choose a group that has it.",
    "facilitator": "Not moved: the facilitators are spread over the groups, and this would leave one without or "
    "bring two together.",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that could be done with the person in hand: `act` and `id_` say which, or it is refused in words."""

    act: str
    id_: int
    words: str
    effect: Sequence[str]
    better: bool
    refused: str


def preview(event: Event, chosen: Round, seat_id: int, group_id: int) -> dict[str, Any] | None:
    """What the page shows while somebody is in hand: going to that group, or changing places with one of it."""
    seats = {seat.id: seat for group in chosen.groups for seat in group.seats}
    groups = {group.id: group for group in chosen.groups}
    seat, target = seats.get(seat_id), groups.get(group_id)
    if seat is None or target is None or target.id == seat.group_id or chosen.has_begun:
        return None
    try:
        problem = facts.problem(event, seed=1)
    except (facts.NobodyHere, facts.AlreadyHeld):
        return None
    rounds = [one for one in queries.board(event.id) if not one.has_begun]
    number = 1 + len(problem.held) + [one.id for one in rounds].index(chosen.id)
    return {
        "seat": seat,
        "target": target,
        "choices": choices(event, problem, rounds, number, seat, target),
        "sizes": (len(target.seats) + 1, len(seat.group.seats) - 1),
    }


def choices(
    event: Event, problem: Problem, rounds: Sequence[Round], number: int, seat: Seat, target: Group
) -> list[Choice]:
    plan = as_groups(rounds)
    me = facts.key(seat.person_id)
    order = seat.group.round.groups.index(target) + 1
    found = []
    to = {seat.person_id: target.id}
    words = f"Move to {target.label}"
    found.append(
        choice(event, seat, to, "move", target.id, words, lambda: moved(problem, plan, number, me, order))
    )
    for other in target.seats:
        places = {seat.person_id: target.id, other.person_id: seat.group_id}
        them = facts.key(other.person_id)
        words = f"Change places with {other.person.name}"
        found.append(
            choice(
                event, seat, places, "swap", other.id, words,
                lambda them=them: swapped(problem, plan, number, me, them),
            )
        )  # fmt: skip
    return found


def choice(
    event: Event, seat: Seat, places: Mapping[int, int], act: str, id_: int, words: str, weigh: Any
) -> Choice:
    try:
        actions.refuse_breach(event, seat.group.round, places)
        effect: Effect = weigh()
    except actions.NotPossible as reason:
        return Choice(act, id_, words, (), False, refusal(reason))
    except (
        Invalid
    ):  # somebody of this round is not here any more: the move is fine, its figures are not to be had
        return Choice(act, id_, words, (), False, "")
    return Choice(act, id_, words, in_words(effect), better(effect), "")


def refusal(reason: actions.NotPossible) -> str:
    return RULES[reason.rule] if sees_rules() else NOT_HERE
