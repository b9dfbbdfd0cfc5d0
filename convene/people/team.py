"""Who works at a host's desk: invited, given another part, ended; there is always an owner."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import contains_eager

from convene.access import audit, sign_ins
from convene.access.models import Token
from convene.extensions import affected, db
from convene.mail import outbox
from convene.people import confidences, letters
from convene.people.actions import meet
from convene.people.models import Organisation, Person, Role
from convene.people.queries import roles

OWNER, HOST, LEAD = "owner", "host", "safeguarding"
KINDS = ("owner", "organiser")


class OwnersOnly(Exception):
    """Only an owner gives or ends an owner's part, or the safeguarding lead's."""


class LastOwner(Exception):
    """A host has an owner at all times."""


def of_host(organisation_id: int) -> Sequence[Role]:
    """Every part at this desk, owners first, then by name."""
    rows = select(Role).join(Role.person).options(contains_eager(Role.person))
    rows = rows.where(Person.organisation_id == organisation_id, Person.state != "erased")
    found = db.session.scalars(rows.order_by(Person.name_folded, Role.id)).all()
    order = (OWNER, "organiser", LEAD, "host")
    return sorted(found, key=lambda one: order.index(one.kind))


def one(organisation_id: int, role_id: int) -> Role | None:
    rows = select(Role).join(Person, Role.person_id == Person.id)
    return db.session.scalar(rows.where(Role.id == role_id, Person.organisation_id == organisation_id))


def lock(organisation_id: int) -> Organisation:
    """One change of owners at a time: two who end each other's part at once must not leave nobody."""
    rows = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    return db.session.scalars(rows).one()


def refuse(acting: frozenset[str], *kinds: str) -> None:
    if {OWNER, LEAD} & set(kinds) and OWNER not in acting:
        raise OwnersOnly


def invite(
    host: Organisation, address: str, name: str, kind: str, acting: frozenset[str], actor: str, now: datetime
) -> Role:
    """Give a part at the desk and write where to sign in. Raises OwnersOnly, BadAddress.

    Somebody who has the other part already is given this one instead.
    """
    lock(host.id)
    refuse(acting, kind)
    person = meet(host, address, name, now)
    mine = select(Role).where(Role.person_id == person.id, Role.kind.in_(KINDS), Role.event_id.is_(None))
    role = db.session.scalar(mine)
    if role is not None:
        change(role, kind, acting, actor, now)
        return role
    role = Role(person_id=person.id, kind=kind, created_at=now)
    person.state = "active"
    with confidences.telling_who_reads(host, now, person):
        db.session.add(role)
    key = f"invited:{role.id}:{now.isoformat()}"
    outbox.post(
        letters.invited(person, host, kind), key=key, now=now, organisation_id=host.id, person_id=person.id
    )
    audit.record(host.id, actor, f"role.{kind}", f"person:{person.id}", now)
    return role


def hosts_of(organisation_id: int, event_id: int) -> Sequence[Role]:
    """The parts in one event alone, by name."""
    rows = select(Role).join(Role.person).options(contains_eager(Role.person))
    rows = rows.where(Person.organisation_id == organisation_id, Role.kind == HOST, Role.event_id == event_id)
    return db.session.scalars(rows.order_by(Person.name_folded, Role.id)).all()


def invite_host(
    host: Organisation, event_id: int, address: str, name: str, actor: str, now: datetime
) -> Role | None:
    """Give somebody a part in one event and write where to sign in; none if they have it, or organise here anyhow.

    Raises BadAddress.
    """
    lock(host.id)
    person = meet(host, address, name, now)
    theirs = select(Role.id).where(Role.person_id == person.id)
    if db.session.scalar(theirs.where(or_(Role.kind.in_(KINDS), Role.event_id == event_id)).limit(1)):
        return None
    role = Role(person_id=person.id, kind=HOST, event_id=event_id, created_at=now)
    db.session.add(role)
    person.state = "active"
    db.session.flush()
    outbox.post(
        letters.invited(person, host, HOST),
        key=f"invited:{role.id}:{now.isoformat()}",
        now=now,
        organisation_id=host.id,
        event_id=event_id,
        person_id=person.id,
    )
    audit.record(host.id, actor, "role.host", f"person:{person.id}", now)
    return role


def name_lead(role: Role, acting: frozenset[str], actor: str, now: datetime) -> None:
    """Make whoever has this part a safeguarding lead too, and write so to all it concerns. Raises OwnersOnly."""
    person, host = role.person, role.person.organisation
    lock(host.id)
    refuse(acting, LEAD)
    if LEAD in roles(person.id):
        return
    lead = Role(person_id=person.id, kind=LEAD, created_at=now)
    with confidences.telling_who_reads(host, now, person):
        db.session.add(lead)
    key = f"invited:{lead.id}:{now.isoformat()}"
    letter = letters.invited(person, host, LEAD)
    outbox.post(letter, key=key, now=now, organisation_id=host.id, person_id=person.id)
    audit.record(host.id, actor, "role.safeguarding", f"person:{person.id}", now)


def change(role: Role, kind: str, acting: frozenset[str], actor: str, now: datetime) -> None:
    """Give another part instead. Raises OwnersOnly, LastOwner."""
    if role.kind == kind:
        return
    organisation_id = role.person.organisation_id
    lock(organisation_id)
    refuse(acting, role.kind, kind)
    if role.kind == OWNER:
        keep_an_owner(organisation_id, role)
    with confidences.telling_who_reads(role.person.organisation, now):
        role.kind = kind
    audit.record(organisation_id, actor, f"role.{kind}", f"person:{role.person_id}", now)


def end(role: Role, acting: frozenset[str], actor: str, now: datetime) -> None:
    """End a part, and at once every device that the person is signed in with here. Raises OwnersOnly, LastOwner.

    Whoever leaves the desk is no safeguarding lead any more: what is told in confidence would be read by nobody.
    """
    person, organisation_id = role.person, role.person.organisation_id
    lock(organisation_id)
    refuse(acting, role.kind)
    if role.kind == OWNER:
        keep_an_owner(organisation_id, role)
    kind = role.kind
    gone = delete(Role).where(Role.id == role.id)
    if kind in KINDS:
        gone = delete(Role).where(
            or_(Role.id == role.id, and_(Role.person_id == person.id, Role.kind == LEAD))
        )
    with confidences.telling_who_reads(person.organisation, now):
        db.session.execute(gone)
    if person.address and kind != LEAD:
        sign_ins.end(person.address, now)  # at every host: whoever still works at another signs in anew
        unused = update(Token).where(Token.address == person.address, Token.used_at.is_(None))
        affected(unused.values(used_at=now))
    verb = "role.lead_ended" if kind == LEAD else "role.ended"
    audit.record(organisation_id, actor, verb, f"person:{person.id}", now)


def keep_an_owner(organisation_id: int, leaving: Role) -> None:
    others = select(Role.id).join(Person, Role.person_id == Person.id)
    others = others.where(Person.organisation_id == organisation_id, Person.state != "erased")
    others = others.where(Role.kind == OWNER, Role.event_id.is_(None), Role.id != leaving.id)
    if db.session.scalar(others.limit(1)) is None:
        raise LastOwner
