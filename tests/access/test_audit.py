"""The audit says who did what to which row, to the organisation it concerns and to no other."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session, scoped_session

from convene.access import audit
from tests.factories import an_organisation

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def test_each_organisation_reads_its_own_entries_the_newest_first(session: scoped_session[Session]) -> None:
    ours, theirs = an_organisation(now=NOW), an_organisation(now=NOW)
    audit.record(ours.id, "person:1", "role.owner", "person:1", NOW)
    audit.record(theirs.id, "person:2", "separation.read", "separation:1", NOW)
    audit.record(ours.id, "worker", "event.called_off", "event:7", NOW)
    assert [(one.actor, one.verb, one.subject) for one in audit.latest(ours.id)] == [
        ("worker", "event.called_off", "event:7"),
        ("person:1", "role.owner", "person:1"),
    ]


def test_entries_are_kept_for_two_years(session: scoped_session[Session]) -> None:
    host = an_organisation(now=NOW)
    audit.record(host.id, "worker", "old", "event:1", NOW - timedelta(days=731))
    audit.record(host.id, "worker", "kept", "event:1", NOW - timedelta(days=729))
    audit.forget(NOW)
    assert [one.verb for one in audit.latest(host.id)] == ["kept"]
