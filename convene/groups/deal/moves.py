"""What moving one person, or two changing places, would do to a deal: figures before and after, and the hard rules.

Plain Python, a few milliseconds for sixty people, so that a page may ask while somebody holds a name in the hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from .faults import facilitators_allowed, faults, present
from .mixing import Facts, Mixture, mixture
from .problem import Groups, Invalid, Problem


@dataclass(frozen=True, slots=True)
class Effect:
    """One change by hand.

    rounds  the rounds after it
    change  after - before, figure by figure: below 0 is better, but for met_each
    broken  a sentence for each hard rule broken after it; made, those of them that held before
    """

    rounds: tuple[Groups, ...]
    before: Mixture
    after: Mixture
    change: Mixture
    broken: tuple[str, ...]
    made: tuple[str, ...]


def move(problem: Problem, rounds: Sequence[Groups], number: int, person: str, group: int) -> Effect:
    """One person to another group of one round; the sizes change with it.

    number  the round, from 1 over all rounds (held ones included); group from 1 within it
    Raises Invalid for a round, a group or a person that is not there.
    """
    groups, here = _found(problem, rounds, number), present(problem)
    if not 1 <= group <= len(groups):
        raise Invalid(f"Round {number} has no group {group}.")
    if person not in here:
        raise Invalid(f"{person} is not here.")
    without = [tuple(each for each in seats if each != person) for seats in groups]
    without[group - 1] += (person,)
    return effect(problem, rounds, _with(problem, rounds, number, tuple(without)))


def swap(problem: Problem, rounds: Sequence[Groups], number: int, one: str, other: str) -> Effect:
    """Two people of one round change places. Raises Invalid for a round or a person that is not there."""
    groups = _found(problem, rounds, number)
    seated = {each for seats in groups for each in seats}
    for each in (one, other):
        if each not in seated:
            raise Invalid(f"{each} has no seat in round {number}.")
    changed = {one: other, other: one}
    swapped = tuple(tuple(changed.get(each, each) for each in seats) for seats in groups)
    return effect(problem, rounds, _with(problem, rounds, number, swapped))


def effect(problem: Problem, before: Sequence[Groups], after: Sequence[Groups]) -> Effect:
    """The same for any change by hand. Where facilitators are fewer than groups, a group may keep as many as
    some group had before: only the engine can tell whether a rule leaves no other way."""
    facts = Facts.of(problem)
    most = max(facilitators_allowed(problem)[1], _most_leading(problem, before))
    was, broken = set(faults(problem, before, most)), faults(problem, after, most)
    old, new = mixture(facts, before), mixture(facts, after)
    change = Mixture(*(getattr(new, name) - getattr(old, name) for name in Mixture.__slots__))
    made = tuple(fault for fault in broken if fault not in was)
    return Effect(tuple(after), old, new, change, broken, made)


def _found(problem: Problem, rounds: Sequence[Groups], number: int) -> Groups:
    first = len(problem.held) + 1
    if not first <= number < first + len(rounds):
        raise Invalid(
            f"There is no round {number} to change; there are rounds {first} to {first + len(rounds) - 1}."
        )
    return rounds[number - first]


def _with(problem: Problem, rounds: Sequence[Groups], number: int, groups: Groups) -> tuple[Groups, ...]:
    at = number - len(problem.held) - 1
    return (*rounds[:at], groups, *rounds[at + 1 :])


def _most_leading(problem: Problem, rounds: Sequence[Groups]) -> int:
    """Facilitators in the fullest group where they are scarce; 0 where they are not."""
    if not problem.facilitated or facilitators_allowed(problem)[0]:
        return 0
    leading = {person.id for person in problem.people if person.facilitator} & present(problem)
    return max((len(leading.intersection(group)) for groups in rounds for group in groups), default=0)
