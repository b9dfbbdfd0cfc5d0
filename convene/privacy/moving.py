"""Changing one's own address: asked for behind a fresh link, done from the new mailbox, told to the old one."""

from datetime import datetime

from sqlalchemy import delete, select

from convene.access import tokens
from convene.access.models import Token
from convene.extensions import db
from convene.mail import outbox
from convene.people.addresses import checked, folded
from convene.people.models import Person, Role
from convene.people.queries import by_address
from convene.privacy import letters
from convene.privacy.links_ended import readdress

PURPOSE = "new_address"
MOST = 240  # characters: it is kept with the secret, behind the number of its person


class AtDesk(Exception):
    """Who has a part at the desk signs in with their address: an owner changes that."""


def ask(person: Person, typed: str, now: datetime) -> None:
    """Write to the new mailbox. Whether somebody else here has it is said there alone. Raises BadAddress, AtDesk."""
    whole = checked(typed)
    if has_part(person.id):
        raise AtDesk
    other = by_address(person.organisation_id, folded(whole))
    taken = other is not None and other.id != person.id
    secret = None if taken else tokens.issue(PURPOSE, f"{person.id}:{whole}", letters.LIFETIME, now)
    moment = tokens.hashed(secret)[:24] if secret else now.isoformat()
    letter = letters.new_address(person, whole, secret, now)
    outbox.post(
        letter, key=f"new_address:{person.id}:{moment}", now=now, organisation_id=person.organisation_id
    )


def use(secret: str, now: datetime) -> Person:
    """The button in the new mailbox was pressed: letters and links to places go there from now on.

    Raises tokens.Unusable, mending.Taken, mending.AtDesk.
    """
    number, _, typed = tokens.spend(PURPOSE, secret, now).partition(":")
    person = db.session.scalar(select(Person).where(Person.id == int(number), Person.state != "erased"))
    if person is None:
        raise tokens.Unusable
    old = person.address_typed
    readdress(person, typed, f"person:{person.id}", now)
    db.session.refresh(person)
    if old and folded(old) != person.address:
        outbox.post(
            letters.address_changed(person, old, now),
            key=f"address_changed:{person.id}:{now.isoformat()}",
            now=now,
            organisation_id=person.organisation_id,
        )
    forget(person.id)
    return person


def has_part(person_id: int) -> bool:
    return db.session.scalar(select(Role.id).where(Role.person_id == person_id).limit(1)) is not None


def forget(person_id: int) -> None:
    """End every change of address that this person has asked for."""
    mine = Token.address.startswith(f"{person_id}:", autoescape=True)
    db.session.execute(delete(Token).where(Token.purpose == PURPOSE, mine))
