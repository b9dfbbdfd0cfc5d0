"""Somebody is added by hand, to the list or at the door: one form, the question who is meant, and the refusals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from wtforms import EmailField, Field

from convene.events.models import Event
from convene.extensions import db
from convene.people.addresses import folded
from convene.people.models import Person
from convene.people.queries import by_address
from convene.signups import queries
from convene.signups.actions import NotOpen
from convene.signups.models import Signup
from convene.web.forms import AtMost, Form, Needed, Words, an_address
from convene.web.organise import own, same_name


def an_address_or_none(form: Any, field: Field) -> None:
    field.data = (field.data or "").strip()
    if field.data:
        an_address(form, field)


class AddForm(Form):
    name = Words(
        "Name", [Needed("Enter their name"), AtMost(120, "The name")], render_kw={"autocomplete": "off"}
    )
    email = EmailField(
        "Email", [an_address_or_none], render_kw={"autocomplete": "off", "spellcheck": "false"}
    )


# An address would show whoever the host of all knows by it, with all that stands in their row.
BY_ADDRESS = "Leave the address empty: an organiser adds people by their address"


class NotAdded(Exception):
    """Nobody was added: the page is shown again with this code, asking which of the people `known` is meant."""

    def __init__(self, code: int, known: Sequence[Person] = ()):
        super().__init__(code)
        self.code, self.known = code, known


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is to be added: the person chosen, else whoever has the name and the address (if any) that were typed.

    `before`: the state of the signup they have at this event already, or nothing.
    """

    name: str
    address: str | None
    person: Person | None
    before: str


Write = Callable[[Event, Meant, datetime], Signup]


def add(event_id: int, form: AddForm, write: Write, closed: str, now: datetime) -> tuple[Signup, Meant]:
    """What `write` makes of who is meant, under the lock of the event's row, and who that was.

    Raises NotAdded, with nothing kept; where `write` raised NotOpen, the form says `closed`. 404 as in `own.event`
    and `same_name.chosen`.
    """
    if not form.validate():
        raise NotAdded(422)
    if g.desk.event_ids is not None and form.email.data:
        form.email.errors = [BY_ADDRESS]
        raise NotAdded(422)
    event = own.event_to_change(event_id)
    try:
        who = meant(event, form)
        return write(event, who, now), who
    except NotAdded:
        db.session.rollback()
        raise
    except NotOpen:
        db.session.rollback()
        form.form_errors.append(closed)
        raise NotAdded(409) from None


def meant(event: Event, form: AddForm) -> Meant:
    """Raises NotAdded where that must be asked first."""
    name, address = form.name.data or "", form.email.data or ""
    known = same_name.to_ask(name, address)
    if known:
        raise NotAdded(409, known)
    person = same_name.chosen(name, address)
    known_by_address = by_address(event.organisation_id, folded(address)) if address else None
    return Meant(name, address or None, person, state_of(event, person or known_by_address))


def state_of(event: Event, person: Person | None) -> str:
    signup = queries.of_person(event.id, person.id) if person else None
    return signup.state if signup else ""
