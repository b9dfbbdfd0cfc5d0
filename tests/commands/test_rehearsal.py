"""The rehearsal before the start touches nothing of the house's own."""

import logging

import pytest
from flask import Flask
from sqlalchemy import func, select

from convene.commands import rehearsal
from convene.extensions import db
from convene.mail.transport import Memory


def rows() -> int:
    """How many there are in all tables."""
    number = sum(
        db.session.scalar(select(func.count()).select_from(table)) or 0 for table in db.metadata.sorted_tables
    )
    db.session.rollback()
    return number


def test_a_rehearsal_goes_through_and_leaves_nothing_behind(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with app.app_context():
        pool, before, sent = db.engine.pool, rows(), list(Memory.sent)
    rehearsal.rehearse(app)
    with app.app_context():
        assert db.engine.pool is pool
        assert rows() == before
    assert Memory.sent == sent
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_where_it_would_meet_the_house_s_own_database_it_stops_before_the_first_word(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A control: with the pool left as it is, as a change in a library might leave it, nothing is written."""
    monkeypatch.setattr(rehearsal, "StaticPool", lambda creator: db.engine.pool)
    with app.app_context():
        before = rows()
    rehearsal.rehearse(app)
    with app.app_context():
        assert rows() == before
    assert "this is the house's own database" in caplog.text


@pytest.mark.one_database
def test_what_fails_in_it_is_logged_and_holds_up_no_start(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rehearsal, "plan_event", lambda: "no-such-event")
    rehearsal.rehearse(app)
    assert "the rehearsal before the start" in caplog.text
