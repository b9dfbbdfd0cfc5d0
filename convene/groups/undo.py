"""Going back: what the open rounds of an event looked like before each act at the desk.

Open are the drafts, or, where there are none, what was published and not yet held. Publishing and holding forget
what was before: nobody goes back behind what people were told or lived through.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries
from convene.groups.actions import Changed, drop, rooms
from convene.groups.models import Caveat, Dealing, Group, Round, Seat, Snapshot
from convene.groups.publishing import refuse_broken, refuse_left, refuse_uneven, refuse_unserved
from convene.groups.reading import Reading

KEPT = 20  # acts that can be undone

Facts = dict[str, Any]  # one round as Snapshot.rounds has it


class Begun(Exception):
    """A round has begun that this would go back behind."""


def open_rounds(event_id: int) -> Sequence[Round]:
    return queries.opened(queries.rounds(event_id))


def remember(event: Event, act: str, now: datetime) -> None:
    """Write down the open rounds as they stand, before `act` changes them. The event row must be locked."""
    rounds = [as_facts(round_) for round_ in open_rounds(event.id)]
    db.session.add(Snapshot(event_id=event.id, made_at=now, act=act, rounds=rounds))
    db.session.flush()
    ids = [one.id for one in queries.snapshots(event.id)]
    # The first one stays: it is what people were told (see `touched`).
    db.session.execute(delete(Snapshot).where(Snapshot.id.in_(ids[KEPT:-1])))


def snapshot(event_id: int, snapshot_id: int) -> Snapshot | None:
    return db.session.scalar(
        select(Snapshot).where(Snapshot.id == snapshot_id, Snapshot.event_id == event_id)
    )


def undo(event: Event, expected_id: int, now: datetime) -> str | None:
    """Take back the last act; returns its name, or none where nothing is left to take back.

    Raises Changed if the last act is not the one that the page showed, or somebody seated then has left, Begun if a
    round of then has begun, and NotPossible if it would seat two who must be kept apart since. The event row must
    be locked.
    """
    found = queries.snapshots(event.id)
    if not found:
        return None
    last = found[0]
    if last.id != expected_id:
        raise Changed
    act, rounds = last.act, last.rounds
    refuse_behind(event, rounds)
    db.session.delete(last)
    put_back(event, rounds, now)
    return act


def choose(event: Event, snapshot_id: int, now: datetime) -> bool:
    """Go back to the rounds of one snapshot, as an act of its own that can be undone; False if it is gone.

    Raises as `undo` does.
    """
    chosen = snapshot(event.id, snapshot_id)
    if chosen is None or not chosen.rounds:
        return False
    rounds = chosen.rounds
    refuse_behind(event, rounds)
    remember(event, "choice", now)
    put_back(event, rounds, now)
    return True


def refuse_behind(event: Event, rounds: Sequence[Facts]) -> None:
    """Raises Begun where one of these rounds has begun."""
    begun = {round_.number for round_ in queries.rounds(event.id) if round_.has_begun}
    if begun & {round_["number"] for round_ in rounds}:
        raise Begun


def as_facts(round_: Round) -> Facts:
    groups = [
        {
            "number": group.number,
            "label": group.label,
            "room_url": group.room_url,
            "pinned": group.pinned,
            "caveats": [caveat.text for caveat in group.caveats],
            "seats": [[seat.person_id, seat.pinned] for seat in group.seats],
        }
        for group in round_.groups
    ]
    return {"number": round_.number, "state": round_.state, "groups": groups}


def people_of(rounds: Sequence[Facts]) -> set[int]:
    return {person for round_ in rounds for group in round_["groups"] for person, _ in group["seats"]}


def put_back(event: Event, rounds: Sequence[Facts], now: datetime) -> None:
    """Make the open rounds as they were; raises Changed, NotPossible, and then the caller undoes it all."""
    dealing = db.session.get(Dealing, event.id)
    if dealing is not None:
        dealing.seed = None  # nothing looks on from a deal that is not on the board any more
    links = rooms(event)  # no act at the board changes them, so none is taken back
    drop(event, "draft")
    told = queries.rounds(event.id, "published")
    published = {round_.number: round_ for round_ in told if not round_.has_begun}
    for facts in rounds:
        if facts["state"] == "draft":
            write(event, facts, links, now)
        elif facts["number"] in published:
            reseat(published[facts["number"]], facts)
        else:
            raise Changed
    db.session.flush()
    db.session.expire_all()
    back = open_rounds(event.id) if rounds else []
    refuse_broken(back)
    refuse_unserved(event, back)
    refuse_uneven(event, back)
    refuse_left(event, [round_ for round_ in back if round_.state == "draft"])


def write(event: Event, facts: Facts, links: Mapping[int, str], now: datetime) -> None:
    """One draft, from its facts; `links` are the rooms as they are now."""
    round_ = Round(event_id=event.id, number=facts["number"], state="draft", created_at=now)
    for one in facts["groups"]:
        url = links.get(one["number"], one["room_url"])
        group = Group(number=one["number"], label=one["label"], room_url=url, pinned=one["pinned"])
        group.caveats = [Caveat(text=text) for text in one["caveats"]]
        round_.groups.append(group)
    db.session.add(round_)
    db.session.flush()
    for group, one in zip(round_.groups, facts["groups"], strict=True):
        for position, (person_id, pinned) in enumerate(one["seats"]):
            seat = Seat(round_id=round_.id, group_id=group.id, person_id=person_id)
            seat.position, seat.pinned = position, pinned
            db.session.add(seat)


def reseat(round_: Round, facts: Facts) -> None:
    """Put the people of a published round back where they sat; the rows stay, and with them what people see."""
    seats = {seat.person_id: seat for group in round_.groups for seat in group.seats}
    groups = {group.number: group for group in round_.groups}
    if people_of([facts]) != seats.keys() or {one["number"] for one in facts["groups"]} != groups.keys():
        raise Changed
    for one in facts["groups"]:
        group = groups[one["number"]]
        group.pinned = one["pinned"]
        for position, (person_id, pinned) in enumerate(one["seats"]):
            seat = seats[person_id]
            seat.group_id, seat.position, seat.pinned = group.id, position, pinned


def differently(one: Sequence[Facts], other: Sequence[Facts]) -> int:
    """How many people sit in another group, in any round, in the one than in the other."""
    first, second = places(one), places(other)
    return len({person for (person, _), _ in first.items() ^ second.items()})


def places(rounds: Sequence[Facts]) -> Mapping[tuple[int, int], int]:
    """(person, round number) -> group number."""
    return {
        (person, round_["number"]): group["number"]
        for round_ in rounds
        for group in round_["groups"]
        for person, _ in group["seats"]
    }


def touched(event: Event, known: Reading | None = None) -> set[int]:
    """The people who sit elsewhere, or with others, than they were told: after changes by hand to what is published.

    `known` is what a page has read already.
    """
    known = known or Reading(event)
    now = [as_facts(round_) for round_ in queries.opened(known.rounds)]
    told = known.kept[-1].rounds if known.kept else []
    if not told or any(round_["state"] != "published" for round_ in (*told, *now)):
        return set()
    both = {round_["number"] for round_ in told} & {round_["number"] for round_ in now}
    was, is_ = (company([one for one in rounds if one["number"] in both]) for rounds in (told, now))
    return {person for person, _ in was.items() ^ is_.items()}


def company(rounds: Sequence[Facts]) -> dict[int, frozenset[tuple[int, int, frozenset[int]]]]:
    """For each person, (round number, group number, everybody in it) of every round."""
    found: dict[int, set[tuple[int, int, frozenset[int]]]] = {}
    for round_ in rounds:
        for group in round_["groups"]:
            people = frozenset(person for person, _ in group["seats"])
            for person in people:
                found.setdefault(person, set()).add((round_["number"], group["number"], people))
    return {person: frozenset(groups) for person, groups in found.items()}


def improvable(event: Event, known: Reading | None = None) -> int | None:
    """The seed of a deal that nobody was told of or has changed by hand: looking on from there can only better it."""
    known = known or Reading(event)
    last = next(iter(known.kept), None) if known.dealing.seed is not None else None
    if last is None or last.act != "deal":
        return None
    # A round that is no draft was told, or lived.
    return known.dealing.seed if {round_.state for round_ in known.rounds} == {"draft"} else None


def undoable(event: Event, known: Reading | None = None) -> Snapshot | None:
    """The last act, if it can be taken back: none of the rounds that it changed has begun since."""
    known = known or Reading(event)
    last = next(iter(known.kept), None)
    if last is None:
        return None
    begun = {round_.number for round_ in known.rounds if round_.has_begun}
    return None if begun & {round_["number"] for round_ in last.rounds} else last
