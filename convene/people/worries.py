"""What people tell the safeguarding lead in confidence, and who may be somebody that is kept apart, come back.

Both are read by the lead alone. What is like is looked for when the lead's page opens and not at the sign-up, so that
no sign-up takes a moment longer, or writes a row more, for having been looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from convene.access import audit
from convene.extensions import db
from convene.people.actions import keep_apart, notes_cipher
from convene.people.likeness import SHORT, like_names, same_mailbox
from convene.people.models import Person, Role, Separation, Worry
from convene.people.words import plain

HANDLED_SHOWN = timedelta(days=365)
# What the lead decided stands beside what they were told, after one of these: numbers alone, no words and no secret.
LIKE = b"like:"  # somebody who was found to be another person
CIRCLE = b"circle:"  # a circle, and somebody in it from whom this person is kept apart (circles.apart)


class Gone(Exception):
    """It was linked, set aside or taken back meanwhile."""


def leads(organisation_id: int) -> Sequence[Person]:
    """Who reads what is told in confidence: the safeguarding leads, or the owners until one is named."""
    rows = select(Person, Role.kind).join(Role, Role.person_id == Person.id)
    rows = rows.where(Person.organisation_id == organisation_id, Role.event_id.is_(None))
    found = db.session.execute(rows.where(Role.kind.in_(("safeguarding", "owner"))).order_by(Person.id)).all()
    named = [person for person, kind in found if kind == "safeguarding"]
    return named or [person for person, _ in found]


def tell(person: Person, event_id: int | None, words: str, now: datetime) -> None:
    """Keep what somebody wrote, sealed. Raises people.actions.NoKey."""
    db.session.add(
        Worry(
            organisation_id=person.organisation_id,
            person_id=person.id,
            event_id=event_id,
            words=notes_cipher().encrypt(words.encode()),
            created_at=now,
        )
    )


def noted(what: bytes) -> ColumnElement[bool]:
    """In SQL: a note of this kind, of what the lead decided."""
    return func.substr(Worry.words, 1, len(what)) == what


def told() -> ColumnElement[bool]:
    """In SQL: what somebody wrote, and no such note."""
    return ~(noted(LIKE) | noted(CIRCLE))


def open_ones(organisation_id: int) -> Sequence[Worry]:
    rows = select(Worry).where(Worry.organisation_id == organisation_id, Worry.state == "open", told())
    return db.session.scalars(rows.order_by(Worry.id)).all()


def told_lately(organisation_id: int, now: datetime) -> tuple[list[Worry], list[Worry]]:
    """What waits, and what was linked or set aside in the last year, the newest first; in one question."""
    rows = select(Worry).where(Worry.organisation_id == organisation_id, told())
    rows = rows.where(or_(Worry.state == "open", Worry.handled_at > now - HANDLED_SHOWN))
    found = db.session.scalars(rows.order_by(Worry.handled_at.desc(), Worry.id.desc())).all()
    waiting = sorted((each for each in found if each.state == "open"), key=lambda each: each.id)
    return waiting, [each for each in found if each.state != "open"][:50]


def one(organisation_id: int, worry_id: int) -> Worry | None:
    rows = select(Worry).where(Worry.id == worry_id, Worry.organisation_id == organisation_id, told())
    return db.session.scalar(rows)


def read(worry: Worry, actor: str, now: datetime) -> str:
    """The words; every reading is written down. Raises NoKey, or cryptography's InvalidToken after a change of key."""
    audit.record(worry.organisation_id, actor, "worry.read", f"worry:{worry.id}", now)
    return notes_cipher().decrypt(worry.words).decode()


def link(worry: Worry, other: Person, note: str, actor: str, now: datetime) -> None:
    """It is about this person: the two are kept apart, with the lead's note, or what was written, as the reason.

    Raises Gone, people.actions.SamePerson and NoKey.
    """
    writer = db.session.get(Person, worry.person_id) if worry.person_id else None
    if worry.state == "linked" or writer is None:
        raise Gone
    reason = note or notes_cipher().decrypt(worry.words).decode()
    keep_apart(writer, other, reason, actor, now)
    close(worry, "linked", actor, now)


def set_aside(worry: Worry, actor: str, now: datetime) -> None:
    """Raises Gone."""
    if worry.state != "open":
        raise Gone
    close(worry, "set_aside", actor, now)


def close(worry: Worry, state: str, actor: str, now: datetime) -> None:
    worry.state, worry.handled_at, worry.handled_by = state, now, actor
    audit.record(worry.organisation_id, actor, f"worry.{state}", f"worry:{worry.id}", now)


@dataclass(frozen=True, slots=True)
class Like:
    """Somebody who may be `known`, from whom `others` are kept apart, under another name or address."""

    person: Person
    known: Person
    others: tuple[Person, ...]
    by_address: bool


def alike(organisation_id: int) -> list[Like]:
    """Everybody like somebody in a rule who is not in the same rules, and whom the lead has not found to be another."""
    rules = db.session.scalars(select(Separation).where(Separation.organisation_id == organisation_id)).all()
    apart: dict[int, set[int]] = {}
    for rule in rules:
        apart.setdefault(rule.first_id, set()).add(rule.second_id)
        apart.setdefault(rule.second_id, set()).add(rule.first_id)
    if not apart:
        return []
    in_rules = {one.id: one for one in people(organisation_id, Person.id.in_(apart))}
    known = [one for one in in_rules.values() if one.state != "erased"]
    others = candidates(organisation_id, known)
    aside = known_to_be_others(organisation_id)
    found = []
    for one in known:
        for other in others:
            by_address = same_mailbox(one.reachable, other.reachable)
            missing = apart[one.id] - apart.get(other.id, set()) - {other.id}
            if one.id == other.id or not missing or (other.id, one.id) in aside:
                continue
            if by_address or like_names(one.name, other.name):
                from_whom = tuple(in_rules[id_] for id_ in sorted(missing) if in_rules[id_].state != "erased")
                found.append(Like(other, one, from_whom, by_address))
    return sorted((each for each in found if each.others), key=lambda each: (-each.person.id, each.known.id))


def people(organisation_id: int, where: ColumnElement[bool]) -> Sequence[Person]:
    return db.session.scalars(select(Person).where(Person.organisation_id == organisation_id, where)).all()


def candidates(organisation_id: int, known: Sequence[Person]) -> Sequence[Person]:
    """People whose name or address begins or ends as one of theirs: who is one letter off keeps one half whole."""
    ways: list[ColumnElement[bool]] = []
    for one in known:
        name, address = one.name_folded, one.reachable
        half = len(name) // 2
        turned = " ".join(reversed(name.split()))  # the family name first
        ways.append(Person.name_folded.in_({name, turned, plain(name)}))
        if len(name) > SHORT:
            ways += [
                begins(Person.name_folded, name[:half]) & near(name),
                ends(name[half + 1 :]) & near(name),
            ]
        if "@" in address:
            ways.append(begins(func.lower(Person.address_typed), address[:1]) & at_host(address))
    some: list[Person] = []
    for place in range(0, len(ways), 60):  # a statement may hold so many conditions and no more
        some += people(organisation_id, and_(Person.state != "erased", or_(*ways[place : place + 60])))
    return list({one.id: one for one in some}.values())


def begins(column: ColumnElement[str] | InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    return func.substr(column, 1, len(text)) == text


def ends(text: str) -> ColumnElement[bool]:
    length = func.length(Person.name_folded)
    return func.substr(Person.name_folded, length - len(text) + 1) == text


def near(name: str) -> ColumnElement[bool]:
    return func.length(Person.name_folded).between(len(name) - 2, len(name) + 2)


def at_host(address: str) -> ColumnElement[bool]:
    return Person.address_typed.is_not(None) & func.lower(Person.address_typed).endswith(
        "@" + address.rpartition("@")[2], autoescape=True
    )


def known_to_be_others(organisation_id: int) -> set[tuple[int, int]]:
    rows = select(Worry.person_id, Worry.words).where(Worry.organisation_id == organisation_id, noted(LIKE))
    return {(person or 0, int(words[len(LIKE) :])) for person, words in db.session.execute(rows)}


def another_person(like: Like, actor: str, now: datetime) -> None:
    """The lead says that these are two people: not asked again."""
    note = Worry(
        organisation_id=like.person.organisation_id,
        person_id=like.person.id,
        words=LIKE + str(like.known.id).encode(),
        state="set_aside",
        created_at=now,
        handled_at=now,
        handled_by=actor,
    )
    db.session.add(note)
    audit.record(note.organisation_id, actor, "likeness.set_aside", f"person:{like.person.id}", now)


def the_same(like: Like, actor: str, now: datetime) -> None:
    """The lead says that this may well be one person: every rule about the one holds for the other too."""
    for other in like.others:
        keep_apart(like.person, other, "", actor, now)
    audit.record(like.person.organisation_id, actor, "likeness.same", f"person:{like.person.id}", now)
