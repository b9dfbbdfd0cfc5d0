"""The facts for a deal, read from the database: who is here, what they need, who has met, what stays as it is."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from convene import clock
from convene.events.models import Event
from convene.events.place import is_both
from convene.groups import rules
from convene.groups.deal import Guest, Pin, Problem, Weights
from convene.groups.models import Dealing, Round
from convene.groups.reading import Reading, coming_of
from convene.offers import queries as offers
from convene.offers.rules import matches
from convene.signups import guests
from convene.signups import queries as signups
from convene.signups.models import Signup

SEEDS = 2**15  # how many deals of the same facts there are to draw from


class NobodyHere(Exception):
    """Fewer than two people could be put together."""


class AlreadyHeld(Exception):
    """Every round was held; there is nothing left to deal."""


def key(person_id: int) -> str:
    return f"person-{person_id}"


def id_of(key_: str) -> int:
    return int(key_.removeprefix("person-"))


def with_names(text: str, people: Mapping[int, str]) -> str:
    """A sentence of the deal with people's names in place of their keys."""
    return re.sub(r"person-(\d+)", lambda found: people.get(int(found[1]), "somebody"), text)


def to_seat(event: Event) -> Sequence[Signup]:
    """Those marked here, and while people still arrive, those with a place whom nobody has marked; by name."""
    return coming_of(event, signups.at_door(event.id))


def problem(event: Event, seed: int, known: Reading | None = None) -> Problem:
    """Everything the deal needs to know, or a page has read already. Raises NobodyHere, AlreadyHeld."""
    known = known or Reading(event)
    coming = known.coming
    if len(coming) < rules.SMALLEST:
        raise NobodyHere
    ids = [signup.person_id for signup in coming]
    rounds = known.rounds
    held = [as_keys(round_) for round_ in rounds if round_.has_begun]
    told = [as_keys(round_) for round_ in rounds if round_.state == "published" and not round_.has_begun]
    if held and len(held) >= event.round_count:
        raise AlreadyHeld
    named = {guest for plan in (*held, *told) for group in plan for guest in group}
    dealing, needs, leading = known.dealing, known.needs, known.facilitators
    needed: dict[int, list[str]] = defaultdict(list)
    for need in needs:
        for one in need.people:
            needed[one.person_id].append(need.name)
    guests = tuple(
        guest_of(signup, signup.person_id in leading, needed[signup.person_id]) for signup in coming
    )
    gone = tuple(Guest(id=guest) for guest in sorted(named - {guest.id for guest in guests}))
    return Problem(
        people=guests + gone,
        present=frozenset(guest.id for guest in guests),
        group_size=event.group_size,
        rounds=event.round_count,
        seed=seed,
        facilitated=dealing.facilitated,
        served={need.name: need.groups for need in needs},
        apart=tuple((key(first), key(second)) for first, second in sorted(known.apart(ids))),
        together=tuple((key(first), key(second)) for first, second in sorted(together(event, coming, known))),
        met=tuple((key(first), key(second), price) for first, second, price in known.meetings(ids)),
        held=tuple(held),
        told=tuple(told[: event.round_count - len(held)]),
        weights=weights_of(dealing),
        drawn=drawn(event, dealing, ids),
        ways=ways(event, coming),
        pinned=pins(rounds, len(held), event.round_count, frozenset(key(one) for one in ids)),
    )


def drawn(event: Event, dealing: Dealing, ids: Sequence[int]) -> tuple[tuple[str, str], ...]:
    """Pairs of whom one offers what the other seeks, where the organisers want these to meet."""
    if not dealing.match_offers:
        return ()
    said = offers.wares(event.organisation_id, ids, clock.now(), offers.TO_DEAL)
    return tuple((key(first), key(second)) for first, second in sorted(matches(said)))


def ways(event: Event, coming: Sequence[Signup]) -> tuple[tuple[str, ...], ...]:
    """Who is in the room and who online, where people come by both: the two share no group."""
    if not is_both(event):
        return ()
    return tuple(
        tuple(sorted(key(one.person_id) for one in coming if one.attends_online == online))
        for online in (False, True)
    )


def together(event: Event, coming: Sequence[Signup], known: Reading | None = None) -> set[tuple[int, int]]:
    """Who moves as one: by an organiser's rule, and a guest with whoever brought them.

    A guest's is a wish: it gives way where the block would fill a group by itself, or holds two who are kept apart,
    so that no deal is refused for it, and nobody can learn from one that it was.
    """
    ids = [signup.person_id for signup in coming]
    known = known or Reading(event)
    ruled, kept_apart = known.together(ids), known.apart(ids)
    found = set(ruled)
    for pair in sorted(guests.pairs(coming) - found):
        block = next((whole for whole in joined([*found, pair]) if pair[0] in whole), set())
        if len(block) < max(event.group_size, 3) and not any(
            one < other and (one, other) in kept_apart for one in block for other in block
        ):
            found.add(pair)
    return found


def joined(links: Sequence[tuple[int, int]]) -> list[set[int]]:
    """The people of these pairs, those who hang together in one set."""
    whole: list[set[int]] = []
    for pair in links:
        touching = [one for one in whole if one & set(pair)]
        whole = [one for one in whole if not one & set(pair)] + [set(pair).union(*touching)]
    return whole


def pins(rounds: Sequence[Round], held: int, count: int, here: frozenset[str]) -> tuple[Pin, ...]:
    """Whom the next deal leaves where they are: pinned in the drafts, or in what was published if there are none."""
    opened = [one for one in rounds if one.state == "draft"]
    opened = opened or [one for one in rounds if one.state == "published" and not one.has_begun]
    found = []
    for order, round_ in enumerate(opened[: count - held], start=held + 1):
        for group in round_.groups:
            seated = [key(seat.person_id) for seat in group.seats if group.pinned or seat.pinned]
            people = tuple(person for person in seated if person in here)
            if people:
                # Where one of a whole group is away, those who are here stay, and others may join them.
                whole = group.pinned and len(people) == len(seated)
                found.append(Pin(order, group.number, people, whole=whole))
    return tuple(found)


def as_keys(round_: Round) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(key(seat.person_id) for seat in group.seats) for group in round_.groups)


def weights_of(dealing: Dealing) -> Weights:
    """The usual prices; what the organiser does not ask to mix costs nothing."""
    weights = Weights()
    if not dealing.mix_affiliation:
        weights = replace(weights, organisation=0)
    if not dealing.mix_field:
        weights = replace(weights, sector=0)
    if not dealing.mix_place:
        weights = replace(weights, place=0)
    if not dealing.mix_first_timers:
        weights = replace(weights, lone_newcomer=0, newcomers_alone=0)
    return weights


def guest_of(signup: Signup, facilitator: bool, needs: Sequence[str]) -> Guest:
    person = signup.person
    return Guest(
        id=key(person.id),
        organisation=mixable(person.affiliation),
        sector=mixable(person.field),
        place=mixable(person.place),
        newcomer=bool(signup.first_time),
        facilitator=facilitator,
        needs=tuple(needs),
    )


def mixable(text: str | None) -> str | None:
    """What two people typed in their own way, as one value to compare."""
    return " ".join((text or "").casefold().split()) or None


def binding(asked: Problem) -> tuple[object, ...]:
    """The facts that a plan may not be kept without: wishes and prices may change under it, these may not."""
    people = {guest.id: (guest.facilitator, guest.needs) for guest in asked.people}
    hard = (asked.apart, asked.together, asked.held, asked.pinned, asked.group_size, asked.rounds, asked.ways)
    return (*hard, asked.present, people, asked.facilitated, dict(asked.served))


def binding_now(event: Event, seed: int) -> tuple[object, ...] | None:
    try:
        return binding(problem(event, seed))
    except (NobodyHere, AlreadyHeld):
        return None


def sown(asked: Problem, lot: int) -> Problem:
    """The same problem with a seed that bears a mark of its facts, and this lot (below SEEDS).

    So it can be told later whether a deal may be looked on from: `same_facts`.
    """
    return replace(asked, seed=mark(asked) * SEEDS + lot)


def same_facts(asked: Problem) -> bool:
    """Whether the facts are those that its seed was sown with; wrong once in 65,536."""
    return asked.seed // SEEDS == mark(asked)


def mark(asked: Problem) -> int:
    """16 bits of all that the problem says but its seed."""
    said = repr((sorted(asked.present or ()), replace(asked, seed=0, present=None)))
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:2])
