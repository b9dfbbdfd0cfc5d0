"""A mailbox that several people read: when the one leaves whose address it is, the next of them has it."""

from convene.extensions import db
from convene.people.models import Person
from convene.people.queries import sharing


def leave(person: Person) -> None:
    """Take the address off somebody, and hand it on to the first of the others who read that mailbox."""
    address, typed = person.address, person.address_typed
    others = sharing(person.id) if address else ()
    person.address = person.address_typed = person.mailbox_id = None
    db.session.flush()  # before it is another's: one address is one row
    for number, other in enumerate(others):
        if number == 0:
            other.address, other.address_typed = address, typed
        # Also of the first, as a mark: their calendar entries go on under UIDs of their own (signups.uids).
        other.mailbox_id = others[0].id
    db.session.flush()


def move(person: Person, address: str, typed: str) -> None:
    """Give somebody a mailbox of their own, by its folded address and as it was typed; the old one is left."""
    shared = person.mailbox_id is not None
    leave(person)
    person.address, person.address_typed = address, typed
    person.mailbox_id = person.id if shared else None  # the same mark, for the same reason
    db.session.flush()
