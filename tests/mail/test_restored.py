"""A database that has gone back in time sends nothing until somebody has looked; all sending stops and goes by hand."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from convene import worker
from convene.extensions import begin_write, db, start_write
from convene.mail import log, restored, sending, switch
from convene.mail.models import OutgoingMail
from convene.mail.restored import Mark
from convene.mail.transport import Memory
from tests.factories import an_organisation
from tests.mail.posting import NOW, committed, post, row, send_due

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def marked(app: Flask, tmp_path: Path) -> Path:
    """Where this machine keeps its mark."""
    Memory.sent.clear()
    app.config["SENT_MARK"] = tmp_path / "state" / "last-letter.sent"
    with app.app_context():
        begin_write()
        an_organisation(now=NOW)
        db.session.commit()
    return tmp_path / "state" / "last-letter.sent"


def posted(app: Flask, **facts: str) -> int:
    with app.app_context():
        begin_write()
        (number,) = committed(post(**facts))  # type: ignore[arg-type]
        return number


def work(app: Flask, minutes: float = 0) -> None:
    assert worker.run_job(app, "send_mail", worker.send_mail, lambda: NOW + minutes * MINUTE)


def state_of(app: Flask, mail_id: int) -> str:
    with app.app_context():
        return row(mail_id).state


def test_the_machine_remembers_the_last_letter_that_left(app: Flask, marked: Path) -> None:
    posted(app)
    last = posted(app)
    work(app)
    mark = restored.read(marked)
    with app.app_context():
        assert mark and mark.message_id == row(last).message_id
    assert "pat" not in marked.read_text()
    work(app, 1)
    with app.app_context():
        assert switch.paused(NOW + MINUTE) is None, "its own database is not suspected"


def test_a_database_that_does_not_know_what_left_starts_paused_until_it_is_let_go(
    app: Flask, marked: Path
) -> None:
    first, second = posted(app), posted(app)
    work(app)
    with app.app_context():  # as in a backup of before
        begin_write()
        mail = db.session.get_one(OutgoingMail, second)
        mail.state, mail.sent_at = "queued", None
        db.session.commit()
    Memory.sent.clear()
    work(app, 1)
    assert Memory.sent == []
    with app.app_context():
        stopped = switch.paused(NOW + DAY)
        assert stopped and stopped.resumes_at is None
        assert "restored backup" in stopped.reason and "convene mail --resume" in stopped.reason
        assert "4 May 2026 at 09.30 UTC" in stopped.reason and len(stopped.reason) <= 300
        start_write()
        switch.resume()
        db.session.commit()
    work(app, 2)
    assert (state_of(app, first), state_of(app, second)) == ("sent", "sent")
    assert len(Memory.sent) == 1, "and it is not stopped again for the same mark"


def test_a_letter_missing_from_the_database_is_noticed_unless_it_was_cleared_away(
    session: scoped_session[Session],
) -> None:
    mark = Mark("1 then", "<gone@example.org>", NOW.isoformat(), NOW.isoformat())
    assert restored.gone_back(mark, "1 then", NOW + DAY)
    assert not restored.gone_back(mark, "1 then", NOW + 44 * DAY)
    assert not restored.gone_back(mark, "2 another installation", NOW + DAY)


@pytest.mark.parametrize("state", ["sent", "bounced"])
def test_a_letter_that_left_or_came_back_is_known(session: scoped_session[Session], state: str) -> None:
    mail = post()
    mail.state = state
    session.flush()
    mark = Mark("1 then", mail.message_id, NOW.isoformat(), NOW.isoformat())
    assert not restored.gone_back(mark, "1 then", NOW + MINUTE)


def test_no_letter_is_missing_from_the_log_while_the_mark_may_name_it(
    session: scoped_session[Session],
) -> None:
    mail = post()
    mail.state = "sent"
    ids = committed(mail)
    start_write()
    log.purge(NOW + restored.KEPT - MINUTE)
    assert session.get(OutgoingMail, ids[0])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"installation": "1"}'])
def test_a_mark_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert restored.read(tmp_path / "none") is None
    (tmp_path / "broken").write_text(text)
    assert restored.read(tmp_path / "broken") is None


def test_where_no_mark_can_be_written_letters_leave_all_the_same(
    app: Flask, marked: Path, caplog: pytest.LogCaptureFixture
) -> None:
    marked.parent.write_text("a file where the folder should be")
    mail = posted(app)
    work(app)
    assert state_of(app, mail) == "sent"
    assert "no mark is kept" in caplog.text


def test_a_sqlite_file_restored_from_a_backup_sends_nothing_twice(sqlite_app: Flask, tmp_path: Path) -> None:
    """The whole of it: a backup by SQLite's own means, letters that leave, and the file put back."""
    app = sqlite_app
    with app.app_context():
        file = Path(db.engine.url.database or "")
        begin_write()
        an_organisation(now=NOW)
        db.session.commit()
    assert app.config["SENT_MARK"] == file.with_name(f"{file.name}.sent")
    Memory.sent.clear()
    letters = [posted(app), posted(app)]
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(file)) as now, closing(sqlite3.connect(copy)) as backup:
        now.backup(backup)
    work(app)
    assert len(Memory.sent) == 2
    with app.app_context():
        db.engine.dispose()
    for leftover in (file, file.with_name(f"{file.name}-wal"), file.with_name(f"{file.name}-shm")):
        leftover.unlink(missing_ok=True)
    file.write_bytes(copy.read_bytes())
    Memory.sent.clear()
    work(app, 1)
    work(app, 2)
    assert Memory.sent == []
    assert [state_of(app, one) for one in letters] == ["queued", "queued"]


# The switch by hand


def test_sending_stopped_by_hand_stays_so_beside_a_stop_that_goes_back_by_itself(
    session: scoped_session[Session],
) -> None:
    switch.throw("We move house.", NOW)
    session.commit()
    sending.stop_for_now("535 5.7.8 Wrong password", NOW)
    for later in (MINUTE / 2, DAY):
        stopped = switch.paused(NOW + later)
        assert stopped and stopped.reason == "We move house."
    start_write()
    switch.resume()
    session.commit()
    assert switch.paused(NOW + MINUTE / 2) is None


def test_letters_posted_while_all_is_stopped_leave_when_it_is_let_go(
    session: scoped_session[Session],
) -> None:
    Memory.sent.clear()
    switch.throw("We move house.", NOW)
    committed(post())
    assert send_due(Memory(), NOW) == 0
    switch.resume()
    session.commit()
    assert send_due(Memory(), NOW) == 1
