"""Groups for a stretch of a circle's agenda: dealt when it begins, with everybody's history, and told on the wall.

What the rounds are to an evening, stretches with groups are to a session: each takes one round. Where rounds of that
size were published before (a season dealt at once), they are used in order; where others were, none is dealt, as
what people were told stays true.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from convene.circles import agenda, planning
from convene.circles.models import AgendaPart
from convene.events.models import Event
from convene.extensions import db
from convene.groups import actions, facts, publishing, queries, rules, timing
from convene.groups.deal import Invalid, Problem, Refused
from convene.groups.dealing import Dealt, deal_for_board
from convene.groups.models import Round

SECONDS = 0.2  # of work for one deal, as at the board
WORDS = {2: "Pair"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the next stretch asks of the deal: so many rounds of groups of this size, for this part."""

    part_id: int
    size: int
    rounds: int


def wanted(found: Sequence[AgendaPart], rounds: Sequence[Round]) -> Wanted | None:
    """What has to be dealt before the next stretch can begin; none where it needs no groups, or has them."""
    part, step = coming(found)
    if part is None or step is None or step.group_size <= agenda.ALONE:
        return None
    ahead = [one for one in rounds if one.state != "held" and not one.has_begun]
    if ahead:
        return None
    steps = agenda.steps(planning.value(part))[step.number - 1 :]
    same = [one for one in steps if one.group_size == step.group_size]
    return Wanted(part.id, step.group_size, len(same))


def coming(found: Sequence[AgendaPart]) -> tuple[AgendaPart | None, agenda.Step | None]:
    """The stretch that a press on "go on" begins."""
    part = planning.on(found)
    if part is not None:
        steps = agenda.steps(planning.value(part))
        if part.step < len(steps):
            return part, steps[part.step]
    next_ = planning.following(found)
    return (next_, agenda.steps(planning.value(next_))[0]) if next_ is not None else (None, None)


def ask(event: Event, wanted: Wanted) -> Problem | None:
    """What the deal needs to know, or none with fewer than two people. Nothing of the event is changed by asking."""
    with db.session.no_autoflush:
        shape(event, wanted)
        try:
            return facts.sown(facts.problem(event, 0), secrets.randbelow(facts.SEEDS))
        except (facts.NobodyHere, facts.AlreadyHeld):
            return None
        finally:
            db.session.expire(event, ["group_size", "round_count"])


def shape(event: Event, wanted: Wanted) -> None:
    """How the event's groups are dealt from now on: those of this stretch after all that were held."""
    held = sum(round_.has_begun for round_ in queries.rounds(event.id))
    event.group_size, event.round_count = min(wanted.size, rules.LARGEST), held + wanted.rounds


def dealt(asked: Problem | None, whole: Sequence[Sequence[int]] = ()) -> Dealt | None:
    """The deal, outside any transaction; none where these people cannot be dealt, and then they find each other.

    `whole`: groups of ids that are to stay whole in larger ones, as pairs that become fours; if they can.
    """
    if asked is None:
        return None
    here = asked.present or frozenset()
    blocks = (tuple(key for one in people if (key := facts.key(one)) in here) for people in whole)
    kept = tuple(block for block in blocks if len(block) > 1)
    tries = [replace(asked, together=(*asked.together, *kept))] if kept else []
    for problem in (*tries, asked):
        try:
            return deal_for_board(problem, SECONDS)
        except (Refused, Invalid):
            continue
    return None


def joining(event: Event, found: Sequence[AgendaPart], wanted: Wanted) -> list[list[int]]:
    """The pairs that become fours within one part: who sits together now, where the next groups are larger."""
    part = planning.on(found)
    on = timing.of(event).on
    if part is None or part.id != wanted.part_id or on is None:
        return []
    groups = [[seat.person_id for seat in group.seats] for group in on.groups]
    return groups if all(len(people) < wanted.size for people in groups) else []


def keep(event: Event, wanted: Wanted, asked: Problem, plan: Dealt, now: datetime) -> None:
    """Write and tell the groups. Raises actions.Changed, actions.NotPossible. The event's row must be locked."""
    shape(event, wanted)
    made = actions.keep(event, asked, plan.plan, now)
    part = db.session.get(AgendaPart, wanted.part_id)
    if part is not None and made and part.first_round is None:
        part.first_round = made[0].number
    for round_ in made:
        for group in round_.groups:
            word = WORDS.get(wanted.size, "")
            group.label = f"{word} {group.number}" if word and event.format != "online" else group.label
    db.session.flush()
    publishing.publish_quietly(event, now)


def go_along(event: Event, part: AgendaPart | None, now: datetime) -> None:
    """After a press: the round of the stretch before has been held, and that of this one is on, if it has groups."""
    drop_left_over(event, planning.parts(event.id))
    stand = timing.of(event)
    needs = part is not None and planning.step_of(part).group_size > agenda.ALONE
    if stand.on:
        actions.hold(event, stand.on.number)
    if (
        part is not None
        and needs
        and stand.next is not None
        and fits(stand.next, planning.step_of(part).group_size)
    ):
        stand.next.started_at, stand.next.ends_at = now, part.ends_at
    db.session.flush()


def drop_left_over(event: Event, found: Sequence[AgendaPart]) -> None:
    """Rounds that were dealt for a part which ended before it came to them."""
    for part in found:
        if part.ended_at and part.first_round is not None:
            dealt_for = range(part.first_round, part.first_round + len(agenda.steps(planning.value(part))))
            for round_ in queries.rounds(event.id, "published"):
                if round_.number in dealt_for and not round_.has_begun:
                    db.session.delete(round_)
    db.session.flush()


def fits(round_: Round, size: int) -> bool:
    """Whether a round that was told before has such groups; one more sits in them where they do not come out."""
    largest = max((len(group.seats) for group in round_.groups), default=0)
    return size - 1 <= largest <= size + 1


def longer(event: Event, part: AgendaPart) -> None:
    """The round that is on lasts as long as its stretch."""
    on = timing.of(event).on
    if on is not None and planning.step_of(part).group_size > agenda.ALONE:
        on.ends_at = part.ends_at


def sitting(event: Event, part: AgendaPart | None) -> Round | None:
    """The round that people sit in now."""
    if part is None or planning.step_of(part).group_size <= agenda.ALONE:
        return None
    return timing.of(event).on
