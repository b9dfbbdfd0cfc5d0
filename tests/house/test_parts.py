"""What the tests stand on keeps its promises: it is real, it starts clean, and it leaves nothing behind."""

import os
import smtplib
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from playwright.sync_api import Page
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.orm import scoped_session

from config import ROOT
from convene.extensions import db
from convene.people.models import Organisation
from tests.parts import application, browser, postgres
from tests.parts.databases import Databases
from tests.parts.mailserver import MailServer, RealMail, only_loopback
from tests.parts.processes import Process, Processes, marked

ONE_RUN = """
import os, sys
from tests.parts import postgres
run = postgres.Run()
print(postgres.server_url(run.folder), flush=True)
sys.stdin.read()
run.end()
"""


# Databases


def an_organisation() -> Organisation:
    return Organisation(
        slug="field", name="Field", zone="Europe/London", created_at=datetime(2026, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize("time_of_day", ["morning", "evening"])
def test_a_test_starts_from_a_database_without_rows(
    session: scoped_session[Session], time_of_day: str
) -> None:
    assert session.scalar(text("select count(*) from organisation")) == 0
    session.add(an_organisation())
    session.commit()
    assert session.scalar(text("select max(id) from organisation")) == 1, "numbering begins anew too"


def test_a_migrated_database_has_the_tables_of_the_models(app: Flask) -> None:
    with app.app_context():
        assert {*inspect(db.engine).get_table_names()} == {*db.metadata.tables, "alembic_version"}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_bare_database_has_no_tables(databases: Databases, kind: str) -> None:
    engine = create_engine(databases.bare(kind))
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_connection_left_open_by_an_earlier_test_does_not_hold_up_the_next(databases: Databases) -> None:
    url = databases.clean("postgresql").replace("+psycopg", "")
    with psycopg.connect(url) as forgotten:
        forgotten.execute("lock table organisation")
        databases.clean("postgresql")
        with pytest.raises(psycopg.OperationalError):
            forgotten.execute("select 1")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_visitor_sees_what_the_test_prepared_and_shares_no_session_with_it(
    databases: Databases, kind: str
) -> None:
    with application.made(databases.new(kind)) as app, application.writing(app) as session:
        seen_by_a_visitor(app, session)


def seen_by_a_visitor(app: Flask, session: scoped_session[Session]) -> None:
    seen = []

    @app.get("/a-page-of-this-test")
    def page() -> str:
        seen.append((db.session.scalar(text("select count(*) from organisation")), db.session()))
        return "seen"

    session.add(an_organisation())
    app.test_client().get("/a-page-of-this-test")
    assert seen[0][0] == 1
    assert seen[0][1] is not session()


def test_a_test_that_changes_a_setting_leaves_it_as_it_was_for_the_next(databases: Databases) -> None:
    url = databases.clean("sqlite")
    with application.lent(url) as app:
        before = app.config["LIMITS"]["CONVENE_LIMIT_PRESSES_PER_PLACE"]
        app.config["LIMITS"]["CONVENE_LIMIT_PRESSES_PER_PLACE"] = (0, 1)
        app.config["NOTES_KEY"] = ""
    with application.lent(databases.clean("sqlite")) as again:
        assert again is app, "one application serves one test after the other"
        assert again.config["LIMITS"]["CONVENE_LIMIT_PRESSES_PER_PLACE"] == before
        assert again.config["NOTES_KEY"]


# The PostgreSQL server


def one_run() -> tuple[subprocess.Popen[bytes], str]:
    environ = {name: value for name, value in os.environ.items() if name != postgres.URL_NAME}
    run = subprocess.Popen(
        [sys.executable, "-c", ONE_RUN], cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert run.stdout is not None
    return run, run.stdout.readline().decode().strip()


def ended(run: subprocess.Popen[bytes], url: str) -> bool:
    """Whether the run, its server and its folder are gone, waiting a little for the keeper to clear away."""
    for pipe in (run.stdin, run.stdout):
        if pipe is not None:
            pipe.close()
    run.wait(30)
    folder = Path(url.partition("host=")[2]).parent
    until = time.monotonic() + 20
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.02)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    return not folder.exists()


def test_the_server_goes_with_its_run() -> None:
    run, url = one_run()
    with psycopg.connect(url) as connection:
        assert connection.info.server_version >= 150000
    assert ended(run, url)


def test_a_killed_run_leaves_no_server_and_no_folder_behind() -> None:
    run, url = one_run()
    run.kill()
    assert ended(run, url)


# The mail server


def send(server: MailServer, *recipients: str, subject: str = "Hello") -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as line:
        line.sendmail("us@example.org", recipients, f"Subject: {subject}\r\n\r\nA word.\r\n".encode())


def test_a_message_arrives_with_its_envelope_its_bytes_and_its_headers(mailserver: MailServer) -> None:
    threading.Thread(target=send, args=(mailserver, "pat@example.org")).start()
    (received,) = mailserver.wait_for(1)
    assert received.sender == "us@example.org"
    assert received.recipients == ("pat@example.org",)
    assert received.raw == b"Subject: Hello\r\n\r\nA word.\r\n"
    assert received.message["Subject"] == "Hello"
    assert mailserver.to("pat@example.org") == [received]
    assert mailserver.wait_for(lambda received: received.message["Subject"] == "Hello") == [received]


def test_waiting_for_what_does_not_come_tells_what_did(mailserver: MailServer) -> None:
    send(mailserver, "pat@example.org")
    with pytest.raises(AssertionError, match=r"pat@example\.org"):
        mailserver.wait_for(2, seconds=0.05)


def test_one_recipient_is_refused_for_good_and_another_for_now(mailserver: MailServer) -> None:
    mailserver.answer("550 5.1.1 No such mailbox", to="gone@example.org")
    mailserver.answer("451 4.3.0 Try later", to="busy@example.org", times=1)
    for address, code in (("gone@example.org", 550), ("busy@example.org", 451)):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(mailserver, address)
        assert refused.value.recipients[address][0] == code
    send(mailserver, "busy@example.org")
    send(mailserver, "pat@example.org")
    assert [received.recipients[0] for received in mailserver.messages] == [
        "busy@example.org",
        "pat@example.org",
    ]


def test_the_line_can_drop_before_the_message_and_after_it(mailserver: MailServer) -> None:
    mailserver.drop("DATA", times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mailserver, "pat@example.org", subject="lost")
    mailserver.drop("BODY", times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mailserver, "pat@example.org", subject="taken, and nobody said so")
    assert [received.message["Subject"] for received in mailserver.messages] == ["taken, and nobody said so"]


@pytest.mark.parametrize("reply", ["421 4.3.2 Closing", "535 5.7.8 Who are you", "530 5.7.0 Say who you are"])
def test_the_sender_can_be_refused(mailserver: MailServer, reply: str) -> None:
    mailserver.answer(reply, at="MAIL", times=1)
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        send(mailserver, "pat@example.org")
    assert refused.value.smtp_code == int(reply[:3])
    send(mailserver, "pat@example.org")


def test_a_slow_server_is_slow_and_no_more(mailserver: MailServer) -> None:
    mailserver.slow(0.2, times=1)
    start = time.monotonic()
    send(mailserver, "pat@example.org")
    assert time.monotonic() - start >= 0.2
    assert len(mailserver.messages) == 1


def test_a_server_with_accounts_takes_mail_from_those_who_name_themselves() -> None:
    with MailServer(accounts={"us": "a password"}) as server:
        with pytest.raises(smtplib.SMTPSenderRefused):
            send(server, "pat@example.org")
        with smtplib.SMTP("127.0.0.1", server.port) as line:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                line.login("us", "not it")
            line.login("us", "a password")
            line.sendmail("us@example.org", ["pat@example.org"], b"Subject: Hello\r\n\r\n")
        assert len(server.messages) == 1


def test_a_real_mail_server_is_out_of_reach_even_when_the_refusal_is_swallowed() -> None:
    with pytest.raises(RealMail, match=r"mail\.example\.org"), only_loopback():
        for kind in (smtplib.SMTP, smtplib.SMTP_SSL):
            with pytest.raises(RealMail):
                kind("mail.example.org", timeout=1)


# The browser


def test_axe_finds_what_is_wrong_with_a_page_and_nothing_in_a_good_one(page: Page) -> None:
    good = "<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1>{}</main></html>"
    page.set_content(good.format("<p>Words.</p>"))
    assert browser.axe(page) == []
    page.set_content(good.format("<input>"))
    assert [violation["id"] for violation in browser.axe(page)] == ["label"]
    assert "input" in browser.told(browser.axe(page))


def test_a_setting_that_names_no_browser_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(browser.SETTING, "/there/is/no/browser")
    with pytest.raises(browser.NoBrowser, match="/there/is/no/browser"):
        browser.find_or_fetch()


# Processes


@pytest.mark.one_database
@pytest.mark.parametrize("workers", [1, 2])
def test_the_web_server_starts_answers_and_stops_leaving_nobody(processes: Processes, workers: int) -> None:
    web = processes.web(workers=workers)
    web.wait_until_healthy()
    web.stop()
    assert marked(web.mark) == []


@pytest.mark.one_database
def test_a_whole_family_is_killed_at_once(processes: Processes) -> None:
    web = processes.web(workers=2)
    assert web.relatives(), "the server works in processes of its own"
    web.kill()
    assert marked(web.mark) == []


@pytest.mark.one_database
def test_a_process_that_does_not_come_up_says_why(processes: Processes) -> None:
    with pytest.raises(AssertionError, match="CONVENE_TYPO"):
        processes.web(CONVENE_TYPO="1")


@pytest.mark.one_database
def test_a_process_may_not_mail_the_world(processes: Processes) -> None:
    with pytest.raises(AssertionError, match=r"mail\.example\.org"):
        processes.worker(CONVENE_MAIL_URL="smtp://mail.example.org")


@pytest.mark.one_database
def test_a_process_reports_its_log(processes: Processes) -> None:
    stranger: Process = processes.start("no-such-command")
    stranger.process.wait(30)
    ((name, said),) = processes.logs()
    assert name == "convene no-such-command"
    assert "no-such-command" in said
