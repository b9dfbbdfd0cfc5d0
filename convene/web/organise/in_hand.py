"""A person in hand on the board: what going to a group, or changing places with one of it, would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convene.groups import actions, facts, settings
from convene.groups.deal import Effect, Invalid, Problem
from convene.groups.deal import move as moved
from convene.groups.deal import swap as swapped
from convene.groups.models import Group, Round, Seat
from convene.groups.reading import Reading
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


def preview(
    known: Reading,
    problem: Problem | None,
    board: Sequence[Round],
    chosen: Round,
    seat_id: int,
    group_id: int,
) -> dict[str, Any] | None:
    """What the page shows while somebody is in hand: going to that group, or changing places with one of it.

    `board` are the rounds of the page, `chosen` one of them. Read anew, they might be others: a deal that lands
    meanwhile puts other rounds in their place. Without a `problem` the move is possible all the same; its figures are
    not to be had.
    """
    seats = {seat.id: seat for group in chosen.groups for seat in group.seats}
    groups = {group.id: group for group in chosen.groups}
    seat, target = seats.get(seat_id), groups.get(group_id)
    if seat is None or target is None or target.id == seat.group_id or chosen.has_begun:
        return None
    rounds = [one for one in board if not one.has_begun]
    number = 1 + (len(problem.held) if problem else 0) + rounds.index(chosen)
    return {
        "seat": seat,
        "target": target,
        "choices": choices(known, problem, rounds, number, seat, target),
        "sizes": (len(target.seats) + 1, len(seat.group.seats) - 1),
    }


def choices(
    known: Reading, problem: Problem | None, rounds: Sequence[Round], number: int, seat: Seat, target: Group
) -> list[Choice]:
    plan = as_groups(rounds)
    me = facts.key(seat.person_id)
    order = seat.group.round.groups.index(target) + 1

    def weighed(other: Seat | None) -> Effect | None:
        """None where somebody of this round is not here any more: the change is fine, its figures are not to be had."""
        if problem is None:
            return None
        try:
            if other is None:
                return moved(problem, plan, number, me, order)
            return swapped(problem, plan, number, me, facts.key(other.person_id))
        except Invalid:
            return None

    def choice(act: str, id_: int, words: str, places: Mapping[int, int], other: Seat | None) -> Choice:
        effect = weighed(other)
        refused = said_before(known, seat.group.round, places)
        if refused or effect is None:
            return Choice(act, id_, words, (), False, refused)
        return Choice(act, id_, words, in_words(effect), better(effect), "")

    to = {seat.person_id: target.id}
    found = [choice("move", target.id, f"Move to {target.label}", to, None)]
    for other in target.seats:
        places = {**to, other.person_id: seat.group_id}
        found.append(choice("swap", other.id, f"Change places with {other.person.name}", places, other))
    return found


def said_before(known: Reading, round_: Round, places: Mapping[int, int]) -> str:
    """Why a change would be refused, before it is asked for; only to those who may know of rules.

    To others a page of verdicts would single out, name by name, who keeps away from whom. They hear it of the one
    change that they press, and that is written down.
    """
    if not sees_rules():
        return ""
    try:
        needed, leading = settings.reach(known.needs), known.leading()
        actions.refuse(round_, places, known.every_apart, known.every_together, needed, leading)
    except actions.NotPossible as reason:
        return refusal(reason)
    return ""


def refusal(reason: actions.NotPossible) -> str:
    return RULES[reason.rule] if sees_rules() else NOT_HERE
