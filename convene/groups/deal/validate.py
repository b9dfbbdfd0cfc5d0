"""Turns away a problem that is not well formed, in one plain sentence, before anything is dealt."""

from collections.abc import Iterable
from math import isfinite

from .problem import Groups, Invalid, Problem

LARGEST_GROUP = 6
LARGEST_PRICE = 1e9
MOST_SEATS = 1_000_000
MOST_ROUNDS = 1_000


def validate(problem: Problem) -> None:
    """Raises Invalid; a problem that passes is either dealt or refused."""
    if not 2 <= problem.group_size <= LARGEST_GROUP:
        raise Invalid(f"group_size must be from 2 to {LARGEST_GROUP}, not {problem.group_size}.")
    if problem.rounds < 1:
        raise Invalid(f"rounds must be at least 1, not {problem.rounds}.")
    if problem.rounds > MOST_ROUNDS:
        raise Invalid(f"rounds must be at most {MOST_ROUNDS:,}, not {problem.rounds}.")
    if problem.rounds * max(1, len(problem.people)) > MOST_SEATS:
        raise Invalid(
            f"rounds must not be {problem.rounds}: rounds times people can be at most {MOST_SEATS:,}."
        )
    if len(problem.held) > problem.rounds:
        raise Invalid(f"held has {len(problem.held)} rounds, more than the {problem.rounds} in rounds.")
    left = problem.rounds - len(problem.held)
    if len(problem.told) > left:
        raise Invalid(f"told has {len(problem.told)} rounds, more than the {left} after the held ones.")
    known = _distinct_ids(problem)
    for need, count in problem.served.items():
        if count < 0:
            raise Invalid(f"served for {need} must not be negative.")
    for one, other in problem.apart:
        _known(known, (one, other), "apart")
        if one == other:
            raise Invalid(f"apart names {one} twice in one pair.")
    for block in problem.together:
        _known(known, block, "together")
    for one, other, price in problem.met:
        if one not in known or other not in known:
            _known(known, (one, other), "met")
        if one == other:
            raise Invalid(f"met names {one} twice in one entry.")
        if not 0 <= price <= LARGEST_PRICE:
            raise Invalid(f"met gives {one} and {other} a price that is not from 0 to {LARGEST_PRICE:.0f}.")
    for pair in problem.drawn:
        _known(known, pair, "drawn")
        if pair[0] == pair[1]:
            raise Invalid(f"drawn names {pair[0]} twice in one pair.")
    _once_a_round(known, problem.held, "held")
    _once_a_round(known, problem.told, "told")
    if problem.present is not None:
        _known(known, sorted(problem.present), "present")
    _pins(known, problem)
    _weights(problem)


def _distinct_ids(problem: Problem) -> set[str]:
    known: set[str] = set()
    for person in problem.people:
        if person.id in known:
            raise Invalid(f"people has the id {person.id} twice.")
        known.add(person.id)
    return known


def _known(known: set[str], ids: Iterable[str], where: str) -> None:
    for each in ids:
        if each not in known:
            raise Invalid(f"{where} names {each}, who is not among the people.")


def _once_a_round(known: set[str], rounds: tuple[Groups, ...], where: str) -> None:
    for number, groups in enumerate(rounds, 1):
        seen: set[str] = set()
        for group in groups:
            _known(known, group, where)
            for each in group:
                if each in seen:
                    raise Invalid(f"{where} seats {each} twice in its round {number}.")
                seen.add(each)


def _pins(known: set[str], problem: Problem) -> None:
    where: dict[tuple[int, str], int] = {}
    for pin in problem.pinned:
        if pin.round > problem.rounds or pin.round < 1:
            raise Invalid(f"pinned names round {pin.round}; there are rounds 1 to {problem.rounds}.")
        if pin.round <= len(problem.held):
            raise Invalid(f"pinned names round {pin.round}, which is held already.")
        if pin.group < 1:
            raise Invalid(f"pinned names group {pin.group}; groups count from 1.")
        if pin.group > MOST_SEATS:
            raise Invalid(f"pinned names group {pin.group}; no deal has more than {MOST_SEATS:,}.")
        _known(known, pin.people, "pinned")
        for each in pin.people:
            if where.setdefault((pin.round, each), pin.group) != pin.group:
                raise Invalid(f"pinned puts {each} into two groups of round {pin.round}.")


def _weights(problem: Problem) -> None:
    for name in problem.weights.__slots__:
        price = getattr(problem.weights, name)
        if not isfinite(price) or not 0 <= price <= LARGEST_PRICE:
            raise Invalid(f"The weight {name} must be from 0 to {LARGEST_PRICE:.0f}.")
