"""Two rows that were one person made one, and for thirty days parted again."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, or_, select, update

from convene.access import audit
from convene.extensions import db
from convene.links import keyed_hash
from convene.people import pointing
from convene.people.actions import SamePerson
from convene.people.models import Lock, Merge, Person, Role, Separation
from convene.people.pointing import Log, Row

UNDO = timedelta(days=30)
# Where both had a signup to one event, a mark at it, or a part in one circle, the one further to the left stays.
STATES = {
    "signup": ("confirmed", "offered", "waitlisted", "started", "lapsed", "cancelled"),
    "attendance": ("attended", "part", "excused", "no_show"),
    "member": ("member", "waiting", "asked", "started", "left", "declined"),
}
FILLED = ("affiliation", "field", "place", "zone", "called", "language")
RANK = ("erased", "left", "provisional", "paused", "active")


class HasPart(Exception):
    """One of them has a part at the desk: that is ended first, so that no address takes over another's part."""


class RuleBetween(Exception):
    """A rule says that they are two people, or two rules would contradict each other. Which one is told to nobody."""


class TooLate(Exception):
    """The thirty days are over, it was undone before, or a later merge has to be undone first."""


def refuse(kept: Person, gone: Person) -> None:
    """Raises SamePerson, HasPart or RuleBetween where these two cannot be made one."""
    if kept.id == gone.id:
        raise SamePerson
    if db.session.scalar(select(Role.id).where(Role.person_id.in_((kept.id, gone.id))).limit(1)):
        raise HasPart
    apart = [partners(Separation, one.id) for one in (kept, gone)]
    together = [partners(Lock, one.id) for one in (kept, gone)]
    if gone.id in apart[0] | together[0] or (apart[0] | apart[1]) & (together[0] | together[1]):
        raise RuleBetween


def partners(rule: type[Separation] | type[Lock], person_id: int) -> set[int]:
    """Those about whom there is a rule with this person."""
    found = select(rule.first_id, rule.second_id).where(
        or_(rule.first_id == person_id, rule.second_id == person_id)
    )
    return {one for pair in db.session.execute(found) for one in pair} - {person_id}


def merge(
    kept: Person, gone: Person, name: str, address_of: Person | None, actor: str, now: datetime
) -> Merge:
    """Everything about `gone` is about `kept` from now on; `address_of` is the one whose address stays.

    Where both signed up to one event the better place stays. Rules about either hold for the one: none is lost.
    Raises as `refuse`. The rows of events at which both hold a place must be locked.
    """
    refuse(kept, gone)
    log: Log = []
    people = pointing.table("person")
    before = {one.id: pointing.rows(people, people.c.id == one.id)[0] for one in (kept, gone)}
    mine, theirs = before[kept.id], before[gone.id]
    left = [
        one["address"]
        for one in (mine, theirs)
        if one["address"] and one["id"] != getattr(address_of, "id", 0)
    ]
    pointing.change(people, theirs, {"address": None, "address_typed": None, "name": "", "name_folded": "",
                                     "state": "erased", "mailbox_id": None}, log)  # fmt: skip
    nothing: Row = {"address": None, "address_typed": None, "mailbox_id": None}
    chosen = before[address_of.id] if address_of else nothing
    chosen = before.get(chosen["mailbox_id"], chosen)  # who read the other's mailbox has it for their own now
    pointing.change(people, mine, as_one(mine, theirs, name, chosen), log)
    for one in (mine, theirs):
        if one["address"] and one["address"] != chosen["address"] and hand_on(one, (kept.id, gone.id), log):
            left.remove(one["address"])  # it stands for somebody else now
    for rule in (Separation, Lock):
        follow(rule.__tablename__, kept.id, gone.id, log)
    forget_each_other(kept.id, gone.id, log)
    forget_boards(gone.id)
    pointing.repoint("person", gone.id, kept.id, settle, log)
    db.session.expire_all()
    made = Merge(
        organisation_id=mine["organisation_id"],
        kept_id=kept.id,
        gone_name=theirs["name"],
        undo=json.dumps(
            {"gone": theirs["id"], "was": [keyed_hash("address", one) for one in left], "steps": log}
        ),
        merged_at=now,
        merged_by=actor,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(made.organisation_id, actor, "person.merged", f"person:{kept.id}", now)
    return made


def hand_on(owner: Row, both: tuple[int, int], log: Log) -> bool:
    """Give a mailbox that is kept by neither to the first of the others who read it; False if there are none."""
    people = pointing.table("person")
    reads = (people.c.mailbox_id == owner["id"]) & people.c.id.not_in(both) & (people.c.state != "erased")
    others = sorted(pointing.rows(people, reads), key=lambda one: one["id"])
    for number, one in enumerate(others):
        has: Row = (
            {"address": owner["address"], "address_typed": owner["address_typed"]} if number == 0 else {}
        )
        pointing.change(people, one, {**has, "mailbox_id": others[0]["id"]}, log)
    return bool(others)


def as_one(mine: Row, theirs: Row, name: str, chosen: Row) -> Row:
    """The columns of the one person: what was chosen, and of the rest whatever either had."""
    filled = {column: mine[column] or theirs[column] for column in FILLED}
    pauses = [one["paused_until"] for one in (mine, theirs) if one["paused_until"]]
    folded = theirs["name_folded"] if name == theirs["name"] else mine["name_folded"]
    return {
        **filled,
        "name": name,
        "name_folded": folded,
        "address": chosen["address"],
        "address_typed": chosen["address_typed"],
        "mailbox_id": chosen["mailbox_id"],
        "state": max(mine["state"], theirs["state"], key=RANK.index),
        "muted": " ".join(sorted({*mine["muted"].split(), *theirs["muted"].split()})),
        "hides": " ".join(sorted({*mine["hides"].split(), *theirs["hides"].split()})),
        "by_number": mine["by_number"] or theirs["by_number"],
        "paused_until": max(pauses) if pauses else None,
    }


def follow(name: str, kept_id: int, gone_id: int, log: Log) -> None:
    """Rules about the one who goes are about the one who stays; of two about the same pair both notes are kept."""
    rules = pointing.table(name)
    for row in pointing.rows(rules, (rules.c.first_id == gone_id) | (rules.c.second_id == gone_id)):
        other = row["second_id"] if row["first_id"] == gone_id else row["first_id"]
        pair = {"first_id": min(kept_id, other), "second_id": max(kept_id, other)}
        same = pointing.rows(rules, pointing.at(rules, pair))
        if not same:
            pointing.change(rules, row, pair, log)
            continue
        if row.get("note"):
            # Encrypted each by itself, one a line: none has to be opened for this.
            both = b"\n".join(note for note in (same[0]["note"], row["note"]) if note)
            pointing.change(rules, same[0], {"note": both}, log)
        pointing.remove(rules, row, log)


def forget_each_other(kept_id: int, gone_id: int, log: Log) -> None:
    """Answers that one gave about the other, and ties between them, would be about themself."""
    both = (kept_id, gone_id)
    for name, of, about in (("answer", "person_id", "about_id"), ("tie", "person_id", "other_id")):
        rows_of = pointing.table(name)
        for row in pointing.rows(rows_of, rows_of.c[of].in_(both) & rows_of.c[about].in_(both)):
            pointing.remove(rows_of, row, log)


def forget_boards(gone_id: int) -> None:
    """What a board could be undone to names people in a text of its own: it begins anew."""
    signups, snapshots = pointing.table("signup"), pointing.table("snapshot")
    mine = select(signups.c.event_id).where(signups.c.person_id == gone_id)
    db.session.execute(delete(snapshots).where(snapshots.c.event_id.in_(mine)))


def settle(one: Table, row: Row, other: Row) -> Row:
    """Which of two rows stays: the better place, the surer mark, else what the one who stays had already."""
    states = STATES.get(one.name)
    if states and states.index(row["state"]) < states.index(other["state"]):
        return row
    return other


def undoable(organisation_id: int, now: datetime, person_id: int | None = None) -> Sequence[Merge]:
    """Merges of the last thirty days that were not undone, the newest first."""
    found = select(Merge).where(
        Merge.organisation_id == organisation_id, Merge.undone_at.is_(None), Merge.merged_at > now - UNDO
    )
    if person_id is not None:
        found = found.where(Merge.kept_id == person_id)
    return db.session.scalars(found.order_by(Merge.id.desc())).all()


def undo(merge: Merge, actor: str, now: datetime) -> int:
    """Part them again as they were; returns the id of the one who is back. Raises TooLate.

    Rules that were made about the one since then hold for both: nobody can know which of them was meant.
    """
    newest = undoable(merge.organisation_id, now, merge.kept_id)
    if merge.undone_at or not newest or newest[0].id != merge.id:
        raise TooLate
    kept: dict[str, Any] = json.loads(merge.undo)
    since = {rule: rules_since(rule, merge) for rule in (Separation, Lock)}
    merge_id, kept_id, organisation_id = merge.id, merge.kept_id, merge.organisation_id
    pointing.take_back(kept["steps"])
    for rule, others in since.items():
        for row in others:
            other = row["second_id"] if row["first_id"] == kept_id else row["first_id"]
            pair = {"first_id": min(kept["gone"], other), "second_id": max(kept["gone"], other)}
            again = {name: value for name, value in {**row, **pair}.items() if name != "id"}
            if other != kept["gone"] and not pointing.rows(table_of(rule), pointing.at(table_of(rule), pair)):
                db.session.execute(table_of(rule).insert().values(**again))
    # The words are for undoing alone, and that is done.
    done = json.dumps({"gone": kept["gone"]})
    db.session.execute(update(Merge).where(Merge.id == merge_id).values(undone_at=now, undo=done))
    db.session.expire_all()
    audit.record(organisation_id, actor, "person.parted", f"person:{kept_id}", now)
    return int(kept["gone"])


def table_of(rule: type[Separation] | type[Lock]) -> Table:
    return pointing.table(rule.__tablename__)


def rules_since(rule: type[Separation] | type[Lock], merge: Merge) -> list[Row]:
    mine = (rule.first_id == merge.kept_id) | (rule.second_id == merge.kept_id)
    return pointing.rows(table_of(rule), mine & (rule.created_at > merge.merged_at))


def formerly(organisation_id: int, address: str) -> Person | None:
    """Whom this folded address belonged to before two were made one and the other address was chosen."""
    sought = keyed_hash("address", address)
    mine = select(Merge).where(Merge.organisation_id == organisation_id, Merge.undone_at.is_(None))
    for one in db.session.scalars(mine.where(Merge.undo.contains(sought)).order_by(Merge.id.desc())):
        return db.session.get(Person, one.kept_id)
    return None


def ever(organisation_id: int) -> bool:
    """Whether anybody was made one here, so that `formerly` may find somebody."""
    mine = select(Merge.id).where(Merge.organisation_id == organisation_id, Merge.undone_at.is_(None))
    return db.session.scalar(mine.limit(1)) is not None


def forget_person(person: Person) -> None:
    """Take whoever is being erased out of what is kept for undoing, and the name they had while they were another's."""
    db.session.execute(delete(Merge).where(Merge.kept_id == person.id))
    about = {(one.name, column.name) for one, column in pointing.pointers("person")} | {("person", "id")}
    about -= {("person", "mailbox_id")}  # who read their mailbox has a row of their own to be parted by
    about -= {(rule.__tablename__, side) for rule in (Separation, Lock) for side in ("first_id", "second_id")}
    for one in db.session.scalars(select(Merge).where(Merge.organisation_id == person.organisation_id)):
        kept: dict[str, Any] = json.loads(one.undo)
        if kept.get("gone", person.id if one.gone_name == person.name else 0) == person.id:
            one.gone_name = ""
        if "steps" in kept:
            steps = [step for step in kept["steps"] if not is_about(step, person.id, about)]
            one.undo = json.dumps({**kept, "steps": steps})


def is_about(step: list[Any], person_id: int, about: set[tuple[str, str]]) -> bool:
    """Whether one step of a log tells of this person, by what stood there before or after it."""
    _, name, row, *rest = step
    changed = {column: value for column, (_, value) in rest[0].items()} if rest else {}
    was = {column: value for column, (value, _) in rest[0].items()} if rest else {}
    return any(
        values.get(column) == person_id
        for values in (row, changed, was)
        for table_name, column in about
        if table_name == name
    )


def forget(now: datetime) -> None:
    """Blank what undoing would need once its time is over; only hashes of the addresses left behind stay."""
    old = select(Merge).where(Merge.merged_at <= now - UNDO, Merge.undo.contains('"steps"'))
    for one in db.session.scalars(old):
        one.undo = json.dumps({"was": json.loads(one.undo)["was"]})
