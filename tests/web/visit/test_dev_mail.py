"""The letters of a development copy can be read on its own machine, and nowhere else."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from config import TestConfig
from convene import clock
from convene.app import create_app
from convene.extensions import db, start_write
from convene.mail import sending
from convene.mail.transport import Folder
from convene.signups.actions import confirm, sign_up
from tests.factories import an_event
from tests.parts.application import Client
from tests.parts.databases import Databases


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "mail"
    folder.mkdir()
    return folder


@cache
def copy(url: str, base: str) -> Flask:
    """A copy of Convene at this address, made once for all tests: what differs between them is its folder of mail."""
    settings = {"CONVENE_DATABASE_URL": url, "CONVENE_MAIL_URL": "folder:mail", "CONVENE_BASE_URL": base}
    app = create_app(TestConfig(settings))
    app.test_client_class = Client
    return app


def at(databases: Databases, letters: Path, base: str) -> Flask:
    """The copy at this address, on an empty database, with its letters in this folder."""
    app = copy(databases.clean("sqlite"), base)
    app.config["MAIL_URL"] = f"folder:{letters}"
    return app


@pytest.fixture
def reader(databases: Databases, letters: Path) -> Iterator[FlaskClient]:
    """A visitor of a copy at home, from which one person was written to."""
    app = at(databases, letters, "http://localhost")
    with app.app_context():
        start_write()
        signup = sign_up(an_event().id, "ngozi@example.org", "Ngozi & Co", None, clock.now())
        confirm(signup.id, clock.now())
        db.session.commit()
        sending.send_due(Folder(letters), "test", clock.now)
        yield app.test_client()
        db.session.remove()
        db.engine.dispose()


def test_the_letters_are_listed_and_each_can_be_read(reader: FlaskClient, letters: Path) -> None:
    inbox = reader.get("/dev/mail/")
    assert inbox.status_code == 200
    files = sorted(file.stem for file in letters.glob("*.eml"))
    assert len(files) == 2
    invites = 0
    for name in files:
        assert f"/dev/mail/{name}" in inbox.text
        page = reader.get(f"/dev/mail/{name}")
        assert page.status_code == 200
        assert "Ngozi &amp; Co" in page.text and "Ngozi & Co" not in page.text
        invites += "METHOD:REQUEST" in page.text
        drawn = reader.get(f"/dev/mail/{name}/html")
        assert drawn.status_code == 200
        assert "sandbox" in drawn.headers["Content-Security-Policy"]
        assert "script-src" not in drawn.headers["Content-Security-Policy"]
    assert invites == 1


@pytest.mark.parametrize("name", ["nothing", "..%2f..%2fetc%2fpasswd", "%00", "%ff", "*", "x" * 5000])
def test_only_what_the_folder_lists_is_ever_opened(reader: FlaskClient, name: str) -> None:
    assert reader.get(f"/dev/mail/{name}").status_code == 404
    assert reader.get(f"/dev/mail/{name}/html").status_code == 404


def test_nobody_reads_them_from_another_machine(reader: FlaskClient, letters: Path) -> None:
    name = next(letters.glob("*.eml")).stem
    for path in ("/dev/mail/", f"/dev/mail/{name}", f"/dev/mail/{name}/html"):
        assert reader.get(path, environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404


@pytest.mark.parametrize(
    "name", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Anything", "X-Real-IP"]
)
def test_nobody_reads_them_through_a_proxy_on_the_same_machine(reader: FlaskClient, name: str) -> None:
    assert reader.get("/dev/mail/", headers={name: "127.0.0.1"}).status_code == 404


def test_a_real_site_has_no_such_page(databases: Databases, letters: Path) -> None:
    app = at(databases, letters, "https://convene.example.org")
    answer = app.test_client().get("/dev/mail/", base_url="https://convene.example.org")
    assert answer.status_code == 404
    assert "This copy is for trying things out" not in answer.text


def test_where_letters_go_elsewhere_there_is_nothing_to_read(sqlite_app: Flask) -> None:
    assert sqlite_app.test_client().get("/dev/mail/").status_code == 404
