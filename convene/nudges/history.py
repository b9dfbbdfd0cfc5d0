"""How many letters that nobody asked for each mailbox has had lately, over every host of the installation."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select

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


def letters_to(
    person_ids: Iterable[int], now: datetime, but: Sequence[str]
) -> Iterable[tuple[int, datetime]]:
    ids = list(person_ids)
    for first in range(0, len(ids), 500):
        rows = select(OutgoingMail.person_id, func.coalesce(OutgoingMail.sent_at, OutgoingMail.posted_at))
        rows = rows.where(
            OutgoingMail.person_id.in_(ids[first : first + 500]),
            OutgoingMail.letter.in_(LETTERS),
            OutgoingMail.posted_at > now - REMEMBERED - WAITED,
            OutgoingMail.state.not_in(but),
        )
        for person_id, moment in db.session.execute(rows):
            if person_id is not None and moment is not None:
                yield person_id, moment
