"""What happens to people and hosts: found, met, renamed, muted, given a part, kept apart or together."""

import base64
import hashlib
import re
import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet
from flask import current_app
from sqlalchemy import bindparam, delete, select

from convene.access import audit
from convene.extensions import affected, db, dialect, returned, upsert
from convene.mail import outbox
from convene.mail.suppression import suppress
from convene.people.addresses import checked, folded
from convene.people.models import Consent, Lock, Organisation, Person, Role, Separation
from convene.people.queries import organisation
from convene.people.words import folded_name


class SamePerson(Exception):
    """A person cannot be kept apart from, or together with, themself."""


class NoKey(Exception):
    """A note cannot be kept: the operator has not set CONVENE_NOTES_KEY."""


def slug_of(text: str) -> str:
    """A part of an address from any title: a-z, 0-9 and hyphens, never empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-") or "untitled"


def found_organisation(name: str, zone: str, now: datetime, about: str = "") -> Organisation:
    """The organisation of this name, made if it is new."""
    slug = slug_of(name)
    host = organisation(slug)
    if host is None:
        host = Organisation(
            slug=slug, name=name, about=about, zone=zone, controller=name[:120], created_at=now
        )
        db.session.add(host)
        db.session.flush()
    return host


def meet(host: Organisation, address_typed: str, name: str, now: datetime) -> Person:
    """The person behind an address, made if new. The first name given stays: anybody may type any address."""
    address = folded(checked(address_typed))
    # At two events at once, one address is still one person: each event has its own lock, so the key decides.
    row = {"organisation_id": host.id, "name": name, "address": address, "created_at": now}
    row |= {"name_folded": folded_name(name), "address_typed": checked(address_typed)}
    return db.session.scalars(new_person(dialect()), row).one()


@lru_cache
def new_person(dialect: str) -> Any:
    """The statement that adds a person or finds them, put together once for each kind of database."""
    key = ["organisation_id", "address"]
    # A change to the same value: only a row that was touched is given back.
    names = ("organisation_id", "name", "name_folded", "address", "address_typed", "created_at")
    row = upsert(Person.__table__).values({name: bindparam(name) for name in names})
    row = row.on_conflict_do_update(index_elements=key, set_={"address": row.excluded.address})
    return returned(Person, row)


def meet_without_address(host: Organisation, name: str, now: datetime) -> Person:
    """A new person known by name alone; two of one name are two people."""
    person = Person(organisation_id=host.id, name=name, state="active", created_at=now)
    db.session.add(person)
    db.session.flush()
    return person


def give_role(person: Person, kind: str, now: datetime) -> None:
    rule = (Role.person_id == person.id, Role.kind == kind, Role.event_id.is_(None))
    if db.session.scalar(select(Role.id).where(*rule)) is None:
        db.session.add(Role(person_id=person.id, kind=kind, created_at=now))
        audit.record(person.organisation_id, "command", f"role.{kind}", f"person:{person.id}", now)
    person.state = "active"


def consent(person: Person, purpose: str, given: bool, wording: str, how: str, now: datetime) -> None:
    """Write down a yes or its withdrawal, in the words that were shown."""
    db.session.add(
        Consent(person_id=person.id, purpose=purpose, given=given, wording=wording, how=how, at=now)
    )


def hold(person: Person) -> None:
    """Lock this person and read them anew, so that two who change them at once both count."""
    db.session.flush()  # what was changed here already is not to be read over
    db.session.refresh(person, with_for_update={"key_share": True})


def mute(person: Person, kind: str) -> None:
    """Stop one kind of nudge for this person."""
    hold(person)
    kinds = set(person.muted.split()) | {kind}
    person.muted = " ".join(sorted(kinds))


def unmute(person: Person, kind: str) -> None:
    hold(person)
    person.muted = " ".join(sorted(set(person.muted.split()) - {kind}))


def renew_calendar(person: Person) -> None:
    """End the address of their own calendar; the next one shown to them is new."""
    person.calendar_generation = (
        Person.calendar_generation + 1
    )  # counted by the database: two presses are two


def never_mail(person: Person, now: datetime) -> None:
    """Stop every letter to this person's address, on the whole installation, for good."""
    if person.reachable:
        never_mail_to(person.reachable, now)


def never_mail_to(address: str, now: datetime) -> None:
    """The same for an address, whoever has it here or nobody."""
    suppress(address, "never", now)
    outbox.drop_all_to(address)


def ordered(first: Person, second: Person) -> tuple[int, int]:
    if first.id == second.id:
        raise SamePerson
    return min(first.id, second.id), max(first.id, second.id)


def notes_cipher() -> Fernet:
    """The cipher for notes, from a key that is kept outside the database. Raises NoKey."""
    key = current_app.config["NOTES_KEY"]
    if not key:
        raise NoKey
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def keep_apart(first: Person, second: Person, note: str, actor: str, now: datetime) -> None:
    """A rule that no deal, move or walk-in may break. The note is encrypted; raises NoKey if there is no key."""
    low, high = ordered(first, second)
    secret = notes_cipher().encrypt(note.encode()) if note else None
    rule = db.session.scalar(
        select(Separation).where(Separation.first_id == low, Separation.second_id == high)
    )
    if rule is None:
        rule = Separation(
            organisation_id=first.organisation_id,
            first_id=low,
            second_id=high,
            created_at=now,
            created_by=actor,
        )
        db.session.add(rule)
    rule.note = secret or rule.note
    db.session.flush()
    audit.record(first.organisation_id, actor, "separation.made", f"separation:{rule.id}", now)


def keep_together(first: Person, second: Person, actor: str, now: datetime) -> None:
    low, high = ordered(first, second)
    if db.session.scalar(select(Lock.id).where(Lock.first_id == low, Lock.second_id == high)) is None:
        lock = Lock(
            organisation_id=first.organisation_id,
            first_id=low,
            second_id=high,
            created_at=now,
            created_by=actor,
        )
        db.session.add(lock)
        db.session.flush()
        audit.record(first.organisation_id, actor, "lock.made", f"lock:{lock.id}", now)


def lift(
    table: type[Separation] | type[Lock], rule_id: int, organisation_id: int, actor: str, now: datetime
) -> bool:
    """End a rule of this organisation; False if there is none of this id."""
    gone = affected(delete(table).where(table.id == rule_id, table.organisation_id == organisation_id))
    if gone:
        audit.record(
            organisation_id, actor, f"{table.__tablename__}.lifted", f"{table.__tablename__}:{rule_id}", now
        )
    return gone == 1


def read_note(rule: Separation, actor: str, now: datetime) -> str:
    """The note in plain words; every reading is written down."""
    audit.record(rule.organisation_id, actor, "separation.read", f"separation:{rule.id}", now)
    if not rule.note:
        return ""
    # One a line, where two rules became one when two people did (merging.py).
    return "\n\n".join(notes_cipher().decrypt(part).decode() for part in rule.note.split(b"\n"))
