"""`convene inbox` reads a real mailbox or a pipe: it marks what it has dealt with; nothing is lost or done twice."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, scoped_session

from convene import clock, worker
from convene.commands import inbox as command
from convene.extensions import db, start_write
from convene.health.models import Heartbeat
from convene.inbox import actions, beside
from convene.inbox.models import Inbound
from convene.inbox.read import Incoming, identity
from convene.mail.models import OutgoingMail
from convene.signups.models import Signup
from tests.factories import a_person, a_signup, an_event
from tests.inbox.messages import apple, bounce, gmail, letter, outlook
from tests.parts.commands import ended
from tests.parts.databases import Databases
from tests.parts.imapserver import IMAPServer, Secured
from tests.parts.processes import ROOT, Processes, free_port

PAT = "pat@example.net"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IMAPServer]:
    with IMAPServer(tmp_path_factory.mktemp("imap") / "imap.log") as server:
        yield server


@pytest.fixture
def server(running: IMAPServer) -> IMAPServer:
    """Its mailbox is empty."""
    running.empty()
    return running


@pytest.fixture
def signup(session: scoped_session[Session]) -> Signup:
    """Pat has the only place, and somebody waits for it; committed."""
    event = an_event(capacity=1)
    signup = a_signup(event, a_person(event.organisation, address=PAT))
    a_signup(event, state="waitlisted")
    db.session.commit()
    return signup


def inbox(
    processes: Processes, url: str, *arguments: str, stdin: bytes = b"", **more: str
) -> tuple[int, str]:
    """`convene inbox` run to its end: its exit code and all it said."""
    environ = {**processes.environ, "CONVENE_INBOX_URL": url, **more}
    done = ended(["inbox", *arguments], environ, stdin)
    return done.returncode, done.stdout + done.stderr


def outcomes() -> list[tuple[str, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Inbound.kind, Inbound.outcome).order_by(Inbound.id)).all()
    return [(kind, outcome) for kind, outcome in rows]


def letters(kind: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(OutgoingMail.id)).where(OutgoingMail.letter == kind)) or 0


def state_of(signup: Signup) -> str:
    db.session.rollback()
    db.session.refresh(signup)
    return signup.state


# The mailbox


def test_answers_are_dealt_with_and_marked_and_letters_of_people_stay_unread(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    uid = signup.event.uid
    nameless = letter().replace(b"Message-ID", b"X-No-Name")
    server.put(letter(), outlook(uid, PAT, "TENTATIVE"), nameless, bounce("convene@example.org"))
    code, said = inbox(processes, server.url)
    assert (code, said) == (0, "bounce unmatched: 1\nother left: 2\nreply applied: 1\n")
    assert server.unread() == 2, "for whoever reads the mailbox"
    assert inbox(processes, server.url) == (0, "")
    assert server.unread() == 2
    later = clock.now()
    server.put(gmail(uid, PAT, "DECLINED", at=later))
    code, said = inbox(processes, server.url)
    assert (code, said) == (0, "reply applied: 1\n")
    assert state_of(signup) == "cancelled"
    assert letters("declined") == letters("place_offered") == 1


@pytest.mark.one_database
def test_what_is_broken_or_too_large_does_not_hold_up_the_next(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    uid = signup.event.uid
    huge = apple(uid, PAT, "DECLINED") + b"x" * 30_000_000
    forged = gmail(uid, PAT, "DECLINED", sender="eve@example.net")
    nonsense = b"\xff\x00From pat\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--\r\n"
    server.put(huge, forged, nonsense, b"\r\n", apple(uid, PAT, "DECLINED", at=clock.now()))
    code, _ = inbox(processes, server.url)
    assert code == 0
    found = outcomes()
    assert found[0] == ("other", "too_large")
    assert found[1] == ("reply", "unmatched")
    assert found[-1] == ("reply", "applied")
    assert state_of(signup) == "cancelled"


class Between:
    """A line to the mail server that holds a STORE back for ever, as one that is cut just then would."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.held = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.listener.close()

    def serve(self) -> None:
        ours, _ = self.listener.accept()
        theirs = socket.create_connection(("127.0.0.1", self.port))
        threading.Thread(target=self.pass_on, args=(theirs, ours), daemon=True).start()
        self.pass_on(ours, theirs)
        ours.close()
        theirs.close()

    def pass_on(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while piece := source.recv(65536):
                if b" STORE " in piece:
                    self.held.set()
                    return
                target.sendall(piece)
        except OSError:
            return


def test_a_reader_killed_before_it_could_mark_a_message_does_nothing_twice(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    server.put(gmail(signup.event.uid, PAT, "DECLINED", at=clock.now()))
    with Between(server.port) as between:
        cut = server.url.replace(str(server.port), str(between.listener.getsockname()[1]))
        process = processes.start("inbox", CONVENE_INBOX_URL=cut)
        assert between.held.wait(30), process.said()
        os.kill(process.pid, signal.SIGKILL)
        process.process.wait()
    assert state_of(signup) == "cancelled", "the commit came before the mark"
    assert server.unread() == 1
    assert inbox(processes, server.url) == (0, "")
    assert server.unread() == 0
    assert outcomes() == [("reply", "applied")]
    assert letters("declined") == letters("place_offered") == 1


@pytest.mark.one_database
def test_an_answer_that_a_human_opened_first_is_heard_all_the_same(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    server.put(gmail(signup.event.uid, PAT, "DECLINED", at=clock.now()))
    server.open_all()
    assert inbox(processes, server.url) == (0, "reply applied: 1\n")
    assert inbox(processes, server.url) == (0, "")


@pytest.mark.one_database
def test_a_mailbox_is_read_over_tls_and_only_where_its_certificate_is_vouched_for(
    signup: Signup, server: IMAPServer, processes: Processes, tmp_path: Path
) -> None:
    server.put(gmail(signup.event.uid, PAT, "DECLINED", at=clock.now()))
    with Secured(server, tmp_path) as secured:
        code, said = inbox(processes, secured.url)
        assert code == 1 and "cannot be read (SSLCertVerificationError)" in said
        assert inbox(processes, secured.url, SSL_CERT_FILE=str(secured.authority)) == (
            0,
            "reply applied: 1\n",
        )


@pytest.mark.one_database
def test_a_server_that_is_away_or_does_not_let_us_in_is_one_sentence(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    server.put(gmail(signup.event.uid, PAT, "DECLINED"))
    away = f"imap://us:secret@127.0.0.1:{free_port()}/INBOX"
    for url, words in (
        (away, "the inbox at 127.0.0.1 cannot be read (ConnectionRefusedError)"),
        (
            server.url.replace("home", "else"),
            "the inbox at 127.0.0.1 does not let us in: check the name and password",
        ),
        (server.url.replace("INBOX", "Nowhere"), "the inbox at 127.0.0.1 has no folder 'Nowhere'"),
    ):
        code, said = inbox(processes, url)
        assert code == 1
        assert said.splitlines()[-1] == f"convene: {words}; what is there stays there."
        assert "secret" not in said and "Traceback" not in said
    assert server.unread() == 1
    assert inbox(processes, "") == (
        1,
        "convene: there is no mailbox to look through: CONVENE_INBOX_URL names none.\n",
    )


def test_a_database_that_is_away_loses_nothing(
    signup: Signup, server: IMAPServer, processes: Processes, databases: Databases, database_url: str
) -> None:
    raw = gmail(signup.event.uid, PAT, "DECLINED")
    server.put(raw)
    empty = databases.bare("sqlite" if database_url.startswith("sqlite") else "postgresql")
    code, said = inbox(processes, server.url, CONVENE_DATABASE_URL=empty)
    assert code == 1 and "convene db upgrade" in said and "Traceback" not in said
    assert server.unread() == 1
    code, said = inbox(processes, "pipe:", "-", stdin=raw, CONVENE_DATABASE_URL=empty)
    assert code == 75, "the mail server keeps it and comes again"
    assert "Traceback" not in said


# What a reader began and never ended


def begun(raw: bytes, times: int, ago: timedelta) -> None:
    """As if a reader had been killed over this message, this many times, the last time so long ago."""
    for _ in range(times):
        start_write()
        assert actions.begin(identity(raw), clock.now()) == "begun"
        db.session.execute(update(Inbound).values(received_at=clock.now() - ago))
        db.session.commit()


def test_a_message_that_a_reader_died_over_is_tried_once_more(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    raw = gmail(signup.event.uid, PAT, "DECLINED", at=clock.now())
    begun(raw, 1, actions.ABANDONED)
    server.put(raw)
    assert inbox(processes, server.url) == (0, "reply applied: 1\n")
    assert state_of(signup) == "cancelled" and server.unread() == 0


def test_a_message_that_two_readers_died_over_is_written_down_and_left_for_a_human(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    raw = gmail(signup.event.uid, PAT, "TENTATIVE", at=clock.now())
    begun(raw, 2, actions.ABANDONED)
    server.put(raw, gmail(signup.event.uid, PAT, "DECLINED", at=clock.now()))
    assert inbox(processes, server.url) == (0, "other broken: 1\nreply applied: 1\n")
    assert outcomes() == [("other", "broken"), ("reply", "applied")]
    assert server.unread() == 1
    assert inbox(processes, server.url) == (0, ""), "it is known from now on"


def test_a_message_that_another_reader_has_in_hand_is_left_to_it_and_holds_nothing_up(
    signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    raw = gmail(signup.event.uid, PAT, "TENTATIVE", at=clock.now())
    begun(raw, 1, timedelta(seconds=20))
    server.put(raw, gmail(signup.event.uid, PAT, "DECLINED", at=clock.now()))
    code, said = inbox(processes, server.url)
    assert (code, said) == (75, "in other hands: 1\nreply applied: 1\n"), "75: there is more to look at"
    assert server.unread() == 1
    assert inbox(processes, "pipe:", "-", stdin=raw)[0] == 75, "the mail server comes again"


def test_a_message_is_noted_before_it_is_read(
    app: Flask, signup: Signup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(raw: bytes, *, whole: bool) -> Incoming:
        assert outcomes() == [("other", "begun")]
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "read", die)
    with pytest.raises(KeyboardInterrupt):
        command.take(letter(), True, Counter())
    assert outcomes() == [("other", "begun")]


# The pipe


@pytest.mark.one_database
def test_one_message_is_taken_from_a_pipe_and_taken_again_without_harm(
    signup: Signup, processes: Processes
) -> None:
    raw = gmail(signup.event.uid, PAT, "DECLINED")
    for _ in range(2):
        assert inbox(processes, "pipe:", "-", stdin=raw) == (0, "")
    assert state_of(signup) == "cancelled"
    assert inbox(processes, "pipe:", "-", stdin=raw + b"x" * 30_000_000) == (0, ""), "known, however large"
    assert outcomes() == [("reply", "applied")]


@pytest.mark.one_database
def test_a_pipe_into_a_house_with_a_bad_setting_is_tried_again(processes: Processes) -> None:
    for url, more in (("", {}), ("pipe:", {"CONVENE_TIMEZONE": "London"})):
        code, said = inbox(processes, url, "-", stdin=letter(), **more)
        assert code == 75 and "was not taken" in said and "Traceback" not in said


# The worker


@pytest.mark.one_database
def test_the_worker_reads_the_mailbox_by_a_process_of_its_own(
    app: Flask, signup: Signup, server: IMAPServer, processes: Processes
) -> None:
    server.put(gmail(signup.event.uid, PAT, "DECLINED"))
    process = processes.worker(CONVENE_INBOX_URL=server.url)
    seen = threading.Event()
    for _ in range(600):
        if process.running and server.unread() == 0 and letters("declined"):
            break
        seen.wait(0.1)
    assert letters("declined") == 1, process.said()
    maps = Path(f"/proc/{process.pid}/maps").read_text()
    assert "convene" in Path(f"/proc/{process.pid}/cmdline").read_text() and "flufl" not in maps
    assert process.stop() == 0


@pytest.mark.one_database
def test_where_nothing_came_a_look_is_all(signup: Signup, server: IMAPServer, processes: Processes) -> None:
    def look(mark: str, **more: str) -> tuple[int, list[str]]:
        command = [sys.executable, "-m", "convene.inbox.look", mark]
        environ = {**processes.environ, "CONVENE_INBOX_URL": server.url, **more}
        done = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.split("\n")

    code, (mark, *_) = look("")
    assert code == 0 and mark
    nowhere = {"CONVENE_DATABASE_URL": "postgresql://us@127.0.0.1:1/nothing"}
    assert look(mark, **nowhere) == (0, [mark, ""]), "nothing that needs a database was begun"
    server.put(gmail(signup.event.uid, PAT, "DECLINED", at=clock.now()))
    code, (newer, said, _) = look(mark)
    assert (code, said) == (0, "reply applied: 1") and newer != mark
    assert look(mark, **nowhere)[0] == 1


@pytest.mark.one_database
def test_a_reading_that_fails_is_said_at_the_next_look_and_one_that_hangs_is_ended(
    app: Flask, signup: Signup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader = beside.InboxBeside()

    def running() -> subprocess.Popen[bytes] | None:
        return reader.process

    reader(app, clock.now)
    assert running() is None, "no mailbox is set up"
    app.config["INBOX_URL"] = "imap://us:them@127.0.0.1:1/INBOX"
    for name, does in (("fails", "exit 1"), ("hangs", "exec sleep 600")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(beside.sys, "executable", str(tmp_path / "fails"))
    reader(app, clock.now)
    first = running()
    assert first is not None and first.wait(20) == 1
    monkeypatch.setattr(beside.sys, "executable", str(tmp_path / "hangs"))
    with pytest.raises(beside.InboxUnread):
        reader(app, clock.now)
    hanging = running()
    assert hanging is not None
    reader(app, clock.now)
    assert running() is hanging, "its time is not over"
    reader.ends_at = 0
    with pytest.raises(beside.InboxUnread):
        reader(app, clock.now)
    assert hanging.poll() == -signal.SIGKILL
    reader.end()
    app.config["INBOX_URL"] = ""
    assert worker.run_job(app, "read_inbox", worker.read_inbox)
    with app.app_context():
        assert db.session.get(Heartbeat, "read_inbox") is not None
