"""What somebody would like to do is a task with a promised day, seen once they confirmed it, and closed once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.extensions import db
from convene.people import involvement
from convene.people.involvement import promised
from convene.people.models import Involvement, Person
from convene.privacy import erasure, my_data, retention
from tests.factories import an_organisation

MONDAY = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "by"),
    [
        (MONDAY, MONDAY + 3 * DAY),
        (MONDAY + 2 * DAY, MONDAY + 7 * DAY),
        (MONDAY + 4 * DAY, MONDAY + 9 * DAY),
        (MONDAY + 5 * DAY, MONDAY + 9 * DAY),
    ],
)
def test_an_answer_is_promised_in_three_working_days(now: datetime, by: datetime) -> None:
    assert promised(now, "Europe/London") == by
    assert promised(now, "Pacific/Auckland") > now + 2 * DAY


def test_from_the_ticks_to_an_answer_and_what_is_forgotten(session: scoped_session[Session]) -> None:
    host, other = an_organisation(now=MONDAY), an_organisation(now=MONDAY)
    involvement.ask(host, "Pat@example.org", "Pat", ["watch", "speak", "host", "x"], "On bees", MONDAY)
    rows = db.session.scalars(select(Involvement).order_by(Involvement.id)).all()
    assert [one.kind for one in rows] == ["host", "speak", "watch"]
    assert involvement.open_at(host.id) == [], "nobody has confirmed it"
    assert involvement.one(host.id, rows[0].id) is None
    person = db.session.get_one(Person, rows[0].person_id)
    ids = [one.id for one in rows]
    later = MONDAY + DAY
    assert involvement.confirm(person, [*ids, 999], later) and not involvement.confirm(
        person, ids, later + DAY
    )
    assert person.state == "active"
    waiting = involvement.open_at(host.id)
    assert [(one.kind, one.promised_by) for one in waiting] == [
        ("host", promised(later, host.zone)), ("speak", promised(later, host.zone)),
    ]  # fmt: skip
    assert involvement.one(other.id, ids[0]) is None and involvement.open_at(other.id) == []
    assert involvement.close(waiting[0], "person:1", later) and not involvement.close(
        waiting[0], "person:2", later
    )
    assert [one.kind for one in involvement.done_at(host.id)] == ["host"]
    assert involvement.reopen(waiting[0], "person:1", later) and not involvement.reopen(
        waiting[0], "person:1", later
    )
    wishes = my_data.of(person)["wishes"]
    assert wishes[1]["what"] == "Speak, or show something" and wishes[1]["words"] == "On bees"
    # What nobody confirmed goes within a week, also of somebody known; what was confirmed is erased with its person.
    involvement.ask(host, "pat@example.org", "Pat", ["ask"], "", later)
    retention.forget_unconfirmed(later + 8 * DAY)
    kinds = select(Involvement.kind).order_by(Involvement.id)
    assert db.session.scalars(kinds).all() == ["host", "speak", "watch"]
    erasure.erase(person.id, "test", later)
    assert db.session.scalars(kinds).all() == ["watch"] and db.session.scalars(
        select(Involvement.words)
    ).all() == [""]
