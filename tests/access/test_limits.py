"""A limit holds over threads, processes and restarts, for it is a row; a refused asking leaves no trace."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from config import ROOT
from convene.access import limits
from convene.access.models import RateCount
from convene.extensions import begin_write, db
from tests.crowd import at_once, faults

NOW = datetime(2026, 5, 4, 9, 34, 56, tzinfo=UTC)

# Another process that asks for the limit as often as it is let, and prints how often that was.
ASKING = """
import sys
from datetime import datetime
from config import TestConfig
from convene.access import limits
from convene.app import create_app
from convene.extensions import begin_write, db
app = create_app(TestConfig({"CONVENE_DATABASE_URL": sys.argv[1]}))
sys.stdin.readline()
with app.app_context():
    for number in range(12):
        begin_write()
        try:
            limits.take(datetime.fromisoformat(sys.argv[2]), SIGN_INS_PER_CLIENT="192.0.2.7")
        except limits.TooMany:
            db.session.rollback()
            break
        db.session.commit()
print(number)
"""


def ask(number: int, now: datetime = NOW, subject: str = "192.0.2.7") -> None:
    for _ in range(number):
        limits.take(now, SIGN_INS_PER_CLIENT=subject)


def test_ten_are_let_in_and_the_eleventh_is_told_how_long_to_wait(session: scoped_session[Session]) -> None:
    ask(10)
    with pytest.raises(limits.TooMany) as refused:
        ask(1)
    assert refused.value.name == "SIGN_INS_PER_CLIENT"
    assert refused.value.wait == timedelta(minutes=5, seconds=4), "the window of ten minutes ends at 9:40"


def test_another_subject_another_limit_and_another_window_count_for_themselves(
    session: scoped_session[Session],
) -> None:
    ask(10)
    ask(10, subject="192.0.2.8")
    limits.take(NOW, SIGNUPS_PER_CLIENT="192.0.2.7")
    ask(10, now=NOW + timedelta(minutes=5, seconds=4))


def test_an_asking_that_is_undone_is_not_counted(session: scoped_session[Session]) -> None:
    ask(9)
    session.commit()
    begin_write()
    ask(1)
    session.rollback()
    begin_write()
    ask(1)
    with pytest.raises(limits.TooMany):
        ask(1)


def test_of_thirty_at_once_ten_are_let_in(app: Flask) -> None:
    def one(_: int) -> bool:
        begin_write()
        ask(1)
        db.session.commit()
        return True

    results = at_once(app, 30, one)
    assert faults(results, limits.TooMany) == []
    assert results.count(True) == 10


def test_two_processes_share_one_limit(database_url: str) -> None:
    command = [sys.executable, "-c", ASKING, database_url, NOW.isoformat()]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    counts = [int(one.communicate("go\n", timeout=60)[0]) for one in running]
    assert sum(counts) == 10, counts


def test_no_address_is_kept_for_counting(session: scoped_session[Session]) -> None:
    limits.take(NOW, MAILS_PER_ADDRESS_HOUR="pat@example.org")
    row = session.scalars(select(RateCount)).one()
    assert "pat" not in row.subject
    assert len(row.subject) == 64


def test_counters_are_forgotten_a_day_after_their_window(session: scoped_session[Session]) -> None:
    ask(1)
    limits.forget(NOW + timedelta(hours=24, minutes=5))
    assert session.scalars(select(RateCount)).all() != []
    limits.forget(NOW + timedelta(hours=24, minutes=6))
    assert session.scalars(select(RateCount)).all() == []
