"""Finding people: always inside one organisation."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload

from convene.extensions import db
from convene.people.models import Lock, Organisation, Person, Role, Separation
from convene.people.words import folded_name

ORGANISING = ("owner", "organiser")
HOSTING_LASTS = timedelta(days=30)  # after the event
BY_ADDRESS = select(Person).where(
    Person.organisation_id == bindparam("organisation_id"), Person.address == bindparam("address")
)
HOSTS = select(Organisation).where(Organisation.controller != "", Organisation.privacy_contact != "")
HOSTS = HOSTS.order_by(Organisation.name, Organisation.id)
Pair = TypeVar("Pair", Separation, Lock)


def organisation(slug: str) -> Organisation | None:
    return db.session.scalar(select(Organisation).where(Organisation.slug == slug))


def hosts() -> Sequence[Organisation]:
    """Every organisation that says who answers for people's data, and so may hold events; by name."""
    return db.session.scalars(HOSTS).all()


def by_address(organisation_id: int, address: str) -> Person | None:
    """The person with this folded address in this organisation."""
    return db.session.scalar(BY_ADDRESS, {"organisation_id": organisation_id, "address": address})


def reads_mail_at(addresses: Sequence[str]) -> ColumnElement[bool]:
    """In SQL: letters to this person go to one of these folded addresses, their own or one that they share."""
    return Person.id.in_(union_all(*readers_at(addresses)))


def readers_at(addresses: Sequence[str]) -> tuple[Select[int], Select[int]]:
    """The numbers of those whose own address it is, and of those who share it.

    One after the other, as for an `or` between them PostgreSQL reads everybody.
    """
    owner, other = aliased(Person), aliased(Person)
    shared = select(other.id).join(owner, other.mailbox_id == owner.id).where(owner.address.in_(addresses))
    return select(owner.id).where(owner.address.in_(addresses)), shared


def sharing(owner_id: int) -> Sequence[Person]:
    """The others who read this person's mailbox, in the order they came to be known."""
    rows = select(Person).where(
        Person.mailbox_id == owner_id, Person.id != owner_id, Person.state != "erased"
    )
    return db.session.scalars(rows.order_by(Person.id)).all()


def organisers(address: str) -> Sequence[Person]:
    """The people with this folded address who organise for some host: one for each organisation."""
    rows = select(Person).join(Role, Role.person_id == Person.id).where(Person.address == address)
    rows = rows.where(Role.kind.in_(ORGANISING), Role.event_id.is_(None), Person.state != "erased")
    return db.session.scalars(rows.distinct().order_by(Person.organisation_id)).all()


def at_desk(address: str, now: datetime) -> Sequence[Person]:
    """Everybody with this folded address who may sign in: who organises for a host, or hosts an event of it now."""
    hosting = select(Role.person_id).where(Role.kind == "host", Role.event_id.in_(still_hosted(now)))
    organising = select(Role.person_id).where(Role.kind.in_(ORGANISING), Role.event_id.is_(None))
    rows = select(Person).where(Person.address == address, Person.state != "erased")
    rows = rows.where(or_(Person.id.in_(organising), Person.id.in_(hosting)))
    rows = rows.options(joinedload(Person.organisation))
    return db.session.scalars(rows.order_by(Person.organisation_id)).all()


def hosts_events(person_id: int, now: datetime) -> set[int]:
    """The events that this person alone was asked to host, until their people are none of their business any more."""
    rows = select(Role.event_id).where(Role.person_id == person_id, Role.kind == "host")
    return {one for one in db.session.scalars(rows.where(Role.event_id.in_(still_hosted(now)))) if one}


def still_hosted(now: datetime) -> Select[int]:
    events = Role.metadata.tables["event"]  # people know of no event but by its number
    return select(events.c.id).where(events.c.ends_at > now - HOSTING_LASTS)


def roles(person_id: int) -> set[str]:
    """The kinds of role that hold over the whole organisation."""
    rows = select(Role.kind).where(Role.person_id == person_id, Role.event_id.is_(None))
    return set(db.session.scalars(rows))


def reads_confidences(organisation_id: int, own: Collection[str]) -> bool:
    """Whether somebody with these kinds of role there is the safeguarding lead, or the owner while none is named."""
    if "safeguarding" in own or "owner" not in own:
        return "safeguarding" in own
    named = select(Role.id).join(Person, Role.person_id == Person.id)
    named = named.where(Person.organisation_id == organisation_id, Role.kind == "safeguarding")
    return db.session.scalar(named.limit(1)) is None


def of_name(organisation_id: int, name: str) -> Sequence[Person]:
    """Everybody of this very name, however it is cased or spaced, in the order they came to be known."""
    rows = select(Person).where(Person.organisation_id == organisation_id, Person.state != "erased")
    return db.session.scalars(rows.where(Person.name_folded == folded_name(name)).order_by(Person.id)).all()


def in_organisation(organisation_id: int, ids: Sequence[int]) -> Sequence[Person]:
    rows = select(Person).where(Person.organisation_id == organisation_id, Person.id.in_(ids))
    return db.session.scalars(rows).all()


def pairs(table: type[Separation] | type[Lock], ids: Sequence[int]) -> list[tuple[int, int]]:
    """The separations or locks among these people, as pairs of ids."""
    rows = select(table.first_id, table.second_id).where(table.first_id.in_(ids), table.second_id.in_(ids))
    return [(first, second) for first, second in db.session.execute(rows)]


def has_rule(person_id: int) -> bool:
    """Whether somebody must be kept apart from this person, or they from somebody."""
    rows = select(Separation.id).where(
        or_(Separation.first_id == person_id, Separation.second_id == person_id)
    )
    return db.session.scalar(rows.limit(1)) is not None


def all_pairs(table: type[Pair], organisation_id: int) -> Sequence[Pair]:
    """Every rule of one kind in this organisation."""
    return db.session.scalars(
        select(table).where(table.organisation_id == organisation_id).order_by(table.id)
    ).all()
