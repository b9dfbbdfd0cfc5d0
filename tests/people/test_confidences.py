"""The lead hears that something waits, once for each thing, and nobody else hears anything."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.people import confidences, worries
from convene.people.actions import keep_apart
from tests.factories import a_person, an_event, an_organisation, an_organiser

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def letters() -> list[OutgoingMail]:
    rows = select(OutgoingMail).where(OutgoingMail.letter == "in_confidence").order_by(OutgoingMail.id)
    return list(db.session.scalars(rows))


def test_the_lead_hears_that_something_waits_and_nobody_else_hears_anything(
    session: scoped_session[Session],
) -> None:
    host = an_organisation(now=NOW)
    owner = an_organiser(host, now=NOW)
    lead = an_organiser(host, kind="safeguarding", now=NOW)
    feared = a_person(host, name="Robin Darkwood", now=NOW)
    writer = a_person(host, name="Wren Able", now=NOW)
    event = an_event(host, now=NOW)
    assert confidences.hosts() == []
    for words in ("I must not sit with Robin Darkwood.", "And not near the door."):
        worries.tell(writer, event.id, words, NOW)
    db.session.flush()
    assert confidences.hosts() == [host.id]
    assert confidences.tell_leads(host.id, NOW) == 1
    waiting = [mail for mail in letters() if mail.state == "queued"]
    assert [mail.person_id for mail in waiting] == [lead.id], (
        "two things at once are one letter, to the lead alone"
    )
    whole = f"{waiting[0].subject} {waiting[0].text} {waiting[0].html}"
    assert not any(name in whole for name in ("Robin", "Wren", "door", event.title)), (
        "it names nobody and nothing"
    )
    assert waiting[0].organisation_id is None and waiting[0].event_id is None, (
        "it is in no mail log at a desk"
    )
    assert confidences.tell_leads(host.id, NOW + MINUTE) == 0, "once for each thing"

    keep_apart(writer, feared, "", f"person:{lead.id}", NOW)
    for one in worries.open_ones(host.id):
        worries.set_aside(one, f"person:{lead.id}", NOW)
    assert confidences.tell_leads(host.id, NOW) == 0
    back = a_person(host, name="Robin Darkwod", now=NOW)
    assert confidences.tell_leads(host.id, NOW + MINUTE) == 1, "somebody may be back under another name"
    newest = letters()[-1]
    assert newest.person_id == lead.id != owner.id and back.name not in newest.text + newest.html
    assert confidences.tell_leads(host.id, NOW + 2 * MINUTE) == 0
