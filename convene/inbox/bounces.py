"""A letter that came back, or that its reader complained of: what it means for that letter and for its address.

Only the signed part of a return path, or a Message-ID that nobody but its reader knows, says which letter it was. A
report without either is written down and changes nothing: anybody can write one.
"""

from datetime import datetime

from flask import current_app
from sqlalchemy import func, select

from convene.extensions import db
from convene.inbox import rules
from convene.inbox.models import Inbound
from convene.inbox.read import Incoming
from convene.links import keyed_hash
from convene.mail.envelope import mail_of
from convene.mail.models import OutgoingMail
from convene.mail.suppression import fold, suppress
from convene.nudges.rules import KINDS
from convene.nudges.stopping import stop
from convene.people.addresses import folded
from convene.people.models import Person


def handle_bounce(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Mark the letter, count the bounce, and stop mail to an address that is gone."""
    mail = letter_at(incoming.recipients)
    if mail is None or incoming.bounce is None:
        row.outcome, row.detail = (
            "unmatched",
            "A report of mail that did not arrive, about no letter of ours.",
        )
        return
    about(mail, row)
    report = incoming.bounce
    row.outcome = rules.verdict(report.action, report.code)
    row.detail = f"{report.code} {report.said}".strip()[:300]
    if row.outcome in ("delayed", "delivered"):
        return
    if mail.state in ("sent", "retry", "failed"):
        mail.state, mail.last_answer = "bounced", row.detail or "it came back"
    if (
        row.outcome == "policy"
    ):  # a rule of the other side's, or our own name in the DNS: the operator's to mend
        current_app.logger.error(
            "letter %s was refused by policy (%s); see convene doctor", mail.id, report.code
        )
    elif row.outcome == "hard" or too_often(row, now):
        suppress(mail.to_address, "bounced", now)


def handle_complaint(incoming: Incoming, row: Inbound, now: datetime) -> None:
    """Stop whatever its reader could have stopped by themself, over every host of the installation."""
    report = incoming.complaint
    mail = report and (
        by_message_id(report.message_id) or letter_at((*report.addresses, *incoming.recipients))
    )
    if report is None or not mail:
        row.outcome, row.detail = "unmatched", "A complaint about no letter of ours."
        return
    about(mail, row)
    if report.type == "not-spam":
        row.outcome, row.detail = "delivered", "Their mail service was told that our mail is wanted."
        return
    row.outcome, row.detail = (
        "applied",
        "They reported a letter as unwanted, so reminders and news have stopped.",
    )
    mine = select(Person).where(Person.address == folded(mail.to_address))
    for person in db.session.scalars(mine.order_by(Person.id)).all():  # in one order, as each is locked
        for kind in KINDS:
            stop(person, kind)
    suppress(mail.to_address, "complained", now)


def letter_at(addresses: tuple[str, ...]) -> OutgoingMail | None:
    """The letter whose return path is among these addresses."""
    for address in addresses:
        if mail_id := mail_of(address):
            return db.session.get(OutgoingMail, mail_id)
    return None


def by_message_id(message_id: str) -> OutgoingMail | None:
    return db.session.scalar(select(OutgoingMail).where(OutgoingMail.message_id == message_id.strip()))


def about(mail: OutgoingMail, row: Inbound) -> None:
    row.mail_id = mail.id
    row.organisation_id, row.event_id, row.person_id = mail.organisation_id, mail.event_id, mail.person_id
    row.address_hash = keyed_hash("address", fold(mail.to_address))


def too_often(row: Inbound, now: datetime) -> bool:
    """Whether so many letters to this address came back of late, this one among them."""
    db.session.flush()
    mine = select(func.count(Inbound.mail_id.distinct())).where(Inbound.address_hash == row.address_hash)
    mine = mine.where(Inbound.kind == "bounce", Inbound.outcome == "soft")
    found = db.session.scalar(mine.where(Inbound.received_at > now - rules.SOFT_WITHIN)) or 0
    return found >= rules.SOFT_MOST
