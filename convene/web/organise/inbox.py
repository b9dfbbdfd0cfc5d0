"""What came back to a host: answers that could not be believed, notes, and letters that did not arrive."""

from collections.abc import Sequence

from flask import Blueprint, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.inbox import queries
from convene.inbox.models import Inbound
from convene.mail.models import OutgoingMail
from convene.people.models import Person

page = Blueprint("organise_inbox", __name__)

SHOWN = 50


@page.get("")
def show() -> ResponseReturnValue:
    before = request.args.get("before", "")
    last = int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None
    rows = list(queries.latest(g.desk.organisation_id, limit=SHOWN + 1, before=last))
    return render_template(
        "organise/inbox.html",
        rows=rows[:SHOWN],
        older=rows[SHOWN - 1].id if len(rows) > SHOWN else None,
        paged=last is not None,
        is_read=bool(current_app.config["INBOX_URL"]),
        events=titles(rows),
        people=names(rows),
        addresses=addresses(rows),
    )


def titles(rows: Sequence[Inbound]) -> dict[int, str]:
    found = select(Event.id, Event.title).where(
        Event.organisation_id == g.desk.organisation_id, Event.id.in_({row.event_id for row in rows})
    )
    return {event_id: title for event_id, title in db.session.execute(found)}


def names(rows: Sequence[Inbound]) -> dict[int, str]:
    found = select(Person.id, Person.name).where(
        Person.organisation_id == g.desk.organisation_id, Person.id.in_({row.person_id for row in rows})
    )
    return {person_id: name for person_id, name in db.session.execute(found)}


def addresses(rows: Sequence[Inbound]) -> dict[int, str]:
    """Where the letters went that came back."""
    found = select(OutgoingMail.id, OutgoingMail.to_address).where(
        OutgoingMail.organisation_id == g.desk.organisation_id,
        OutgoingMail.id.in_({row.mail_id for row in rows}),
    )
    return {mail_id: address for mail_id, address in db.session.execute(found)}
