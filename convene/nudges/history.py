"""How many letters that nobody asked for each mailbox has had lately, over every host of the installation."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from convene.extensions import db
from convene.mail.models import UNSENT, OutgoingMail
from convene.messages.audience import NEWS
from convene.nudges.rules.caps import REMEMBERED
from convene.nudges.rules.registry import COUNTED
from convene.people.models import Person
from convene.people.queries import reads_mail_at

LETTERS = (*COUNTED, "digest", *NEWS)
NOT_HAD = ("dropped", "failed", "bounced")
WAITED = timedelta(days=3)  # a letter may have waited so long for a mail server


def had(addresses: Iterable[str], now: datetime, sent_only: bool = False) -> dict[str, list[datetime]]:
    """When each of these folded addresses was sent a letter that counts; one still on its way counts as of its posting.

    Asked by person and not by address, since letters have an index on the one and addresses are typed in many ways.
    """
    found: dict[str, list[datetime]] = {}
    whole = sorted({address for address in addresses if address})
    for first in range(0, len(whole), 200):
        reading = select(Person.id, Person.reachable).where(reads_mail_at(whole[first : first + 200]))
        of = {person_id: address for person_id, address in db.session.execute(reading)}
        for person_id, moment in letters_to(of, now, NOT_HAD if not sent_only else (*NOT_HAD, *UNSENT)):
            found.setdefault(of[person_id], []).append(moment)
    return found


def had_by(people: Select[Any], now: datetime) -> dict[str, list[datetime]]:
    """The same, by the folded address of their mailbox, of all whom this finds."""
    rows = select(Person.reachable, func.coalesce(OutgoingMail.sent_at, OutgoingMail.posted_at))
    rows = rows.join(OutgoingMail, OutgoingMail.person_id == Person.id).where(Person.id.in_(people))
    found: dict[str, list[datetime]] = {}
    for address, moment in db.session.execute(rows.where(*counted(now, NOT_HAD))):
        found.setdefault(address, []).append(moment)
    return found


def counted(now: datetime, but: Sequence[str]) -> list[ColumnElement[bool]]:
    """In SQL: of letters, those that count and that were had lately."""
    return [
        OutgoingMail.letter.in_(LETTERS),
        OutgoingMail.posted_at > now - REMEMBERED - WAITED,
        OutgoingMail.state.not_in(but),
    ]


def letters_to(
    person_ids: Iterable[int], now: datetime, but: Sequence[str]
) -> Iterable[tuple[int, datetime]]:
    ids = list(person_ids)
    for first in range(0, len(ids), 500):
        rows = select(OutgoingMail.person_id, func.coalesce(OutgoingMail.sent_at, OutgoingMail.posted_at))
        rows = rows.where(OutgoingMail.person_id.in_(ids[first : first + 500]), *counted(now, but))
        for person_id, moment in db.session.execute(rows):
            if person_id is not None and moment is not None:
                yield person_id, moment
