"""The command does what it says, and where it cannot, says in one sentence what to mend."""

import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, select
from sqlalchemy import event as happening

from convene import cli, clock
from convene.access import tokens
from convene.extensions import begin_write, db
from convene.mail import sending
from convene.mail.models import OutgoingMail
from convene.people.models import Organisation, Person, Role
from convene.people.queries import reads_confidences, roles
from convene.worker import run_job, tidy
from tests.factories import a_signup, an_event
from tests.mail.posting import post
from tests.parts.databases import Databases
from tests.parts.mailserver import MailServer
from tests.parts.processes import Processes, free_port

Said = Callable[..., tuple[int, str, str]]


@pytest.fixture
def convene(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Said]:
    """Runs `convene ...` with these settings besides; returns its exit code, its words and its complaints."""
    settings = {
        "CONVENE_DATABASE_URL": database_url,
        "CONVENE_SECRET_KEY": "a-secret-for-tests-that-protects-nobody",
        "CONVENE_NOTES_KEY": "a-notes-key-for-tests-that-protects-nobody",
        "CONVENE_MAIL_URL": f"folder:{tmp_path / 'mail'}",
        "STATE_DIRECTORY": str(tmp_path),
    }

    def run(*words: str, **more: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with monkeypatch.context() as environ:
            for name, value in {**settings, **more}.items():
                environ.setenv(name, value)
            try:
                code = cli.main(list(words))
            except SystemExit as end:  # as argparse leaves
                code = int(end.code or 0)
        return code, *capsys.readouterr()

    # A command ends with its process, which closes what it opened; here the test does.
    engines: set[Engine] = set()

    def note(connection: Connection) -> None:
        engines.add(connection.engine)

    happening.listen(Engine, "engine_connect", note)
    yield run
    happening.remove(Engine, "engine_connect", note)
    for engine in engines:
        engine.dispose()


@pytest.mark.one_database
def test_help_names_every_command_and_a_wrong_word_shows_it(convene: Said) -> None:
    for words in ((), ("--help",), ("help",)):
        code, said, _ = convene(*words)
        assert code == 0
        assert all(f"convene {name}" in said for name in cli.COMMANDS)
    code, _, complaint = convene("organizer")
    assert code == 2
    assert "'organizer'" in complaint


@pytest.mark.one_database
@pytest.mark.parametrize("command", ["organiser --demo", "tick", "db upgrade", "seed", "run", "web"])
def test_a_bad_setting_is_one_sentence_and_exit_1(convene: Said, command: str) -> None:
    code, said, complaint = convene(*command.split(), CONVENE_TIMEZONE="London")
    assert (code, said) == (1, "")
    assert complaint.startswith("convene: CONVENE_TIMEZONE must be")
    assert complaint.count("\n") == 1


@pytest.mark.one_database
@pytest.mark.parametrize("command", ["run", "web"])
def test_a_port_that_another_listens_at_is_not_shared_without_a_word(convene: Said, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, said, complaint = convene(command, PORT=str(port))
    assert (code, said) == (1, "")
    assert complaint.startswith(f"convene: port {port} is taken by another program")
    assert convene("web", "--host", "no-such-host.invalid")[2].startswith("convene: there is no address")


@pytest.mark.one_database
def test_the_installed_command_ends_with_that_sentence_too(processes: Processes) -> None:
    worker = processes.worker(CONVENE_TYPO="1")
    assert worker.process.wait(30) == 1
    assert worker.said() == (
        "convene: CONVENE_TYPO is not a setting of Convene; docs/operators.md lists those there are.\n"
    )


# organiser


def test_organiser_makes_the_host_and_prints_a_link_that_lets_its_owner_in(convene: Said, app: Flask) -> None:
    code, said, complaint = convene(
        "organiser", "Olive@Example.org", "--organisation", "Open Table", "--name", "Olive", PORT="8123"
    )
    assert (code, complaint) == (0, "")
    link = urlsplit(said.strip())
    assert link.netloc == "127.0.0.1:8123"
    with app.app_context():
        begin_write()
        assert tokens.spend("sign_in", link.path.rpartition("/")[2], clock.now()) == "olive@example.org"
        person = db.session.scalars(select(Person)).one()
        assert (person.name, person.state) == ("Olive", "active")
        assert db.session.scalars(select(Role.kind)).all() == ["owner"]
        host = db.session.scalars(select(Organisation)).one()
        assert (host.name, host.reply_to) == ("Open Table", "Olive@example.org")
        assert host.privacy_contact == "", "no page shows the owner's address before they were asked for one"


def test_later_organisers_organise_and_asking_twice_changes_nothing(convene: Said, app: Flask) -> None:
    for address in ("olive@example.org", "oscar@example.org", "olive@example.org"):
        assert convene("organiser", address, "--organisation", "Open Table")[0] == 0
    with app.app_context():
        rows = select(Person.address, Role.kind).join(Role, Role.person_id == Person.id).order_by(Role.id)
        assert [tuple(row) for row in db.session.execute(rows)] == [
            ("olive@example.org", "owner"),
            ("oscar@example.org", "organiser"),
        ]


@pytest.mark.one_database
def test_the_safeguarding_lead_is_named_and_answers_to_letters_reach_the_first_owner(
    convene: Said, app: Flask
) -> None:
    assert convene("organiser", "olive@example.org", "--organisation", "Open Table")[0] == 0
    lead = ("organiser", "lena@example.org", "--organisation", "Open Table", "--role", "safeguarding")
    assert convene(*lead)[0] == 0
    with app.app_context():
        people = {person.address: person for person in db.session.scalars(select(Person))}
        assert reads_confidences(
            people["lena@example.org"].organisation_id, roles(people["lena@example.org"].id)
        )
        assert not reads_confidences(
            people["olive@example.org"].organisation_id, roles(people["olive@example.org"].id)
        ), "a named lead takes the owner's place"
        assert db.session.scalars(select(Organisation.reply_to)).all() == ["olive@example.org"]


@pytest.mark.one_database
def test_organiser_says_what_is_wrong(convene: Said, databases: Databases) -> None:
    code, _, complaint = convene("organiser", "olive", "--organisation", "Open Table")
    assert code == 1
    assert complaint.startswith("convene organiser: Enter an address")
    assert convene("organiser", "olive@example.org")[0] == 2
    code, _, complaint = convene("organiser", "--demo")
    assert (code, complaint) == (1, "convene organiser: nobody organises here yet.\n")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.one_database
def test_a_database_that_is_not_ready_is_a_sentence_not_a_traceback(
    convene: Said, databases: Databases, kind: str
) -> None:
    bare = databases.bare(kind)
    code, said, complaint = convene(
        "organiser", "o@example.org", "--organisation", "Open Table", CONVENE_DATABASE_URL=bare
    )
    assert (code, said) == (1, "")
    assert "convene db upgrade" in complaint
    assert complaint.count("\n") == 1
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    for command in (("db", "upgrade"), ("organiser", "--demo")):
        code, _, complaint = convene(*command, CONVENE_DATABASE_URL=away)
        assert code == 1
        assert "does not answer" in complaint
        assert "Traceback" not in complaint


# db


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.one_database
def test_db_upgrade_makes_an_empty_database_ready_and_can_be_repeated(
    convene: Said, databases: Databases, kind: str
) -> None:
    bare = databases.bare(kind)
    for _ in range(2):
        assert convene("db", "upgrade", CONVENE_DATABASE_URL=bare)[0] == 0
    words = ("organiser", "o@example.org", "--organisation", "Open Table")
    assert convene(*words, CONVENE_DATABASE_URL=bare)[0] == 0


# doctor


def mended(said: str) -> set[str]:
    """The parts of which the doctor says that something is to mend."""
    return {line.split()[1] for line in said.splitlines() if line.startswith("mend")}


def test_the_doctor_finds_nothing_where_all_is_well(convene: Said, app: Flask) -> None:
    run_job(app, "tidy", tidy)
    code, said, complaint = convene("doctor")
    assert (code, mended(said), complaint) == (0, set(), "")


@pytest.mark.one_database
def test_the_doctor_says_what_to_mend_in_one_line_each(
    convene: Said, databases: Databases, mailserver: MailServer, app: Flask
) -> None:
    code, said, _ = convene("doctor", CONVENE_TIMEZONE="London")
    assert (code, mended(said)) == (1, {"settings"})
    assert "CONVENE_TIMEZONE" in said

    code, said, _ = convene("doctor")
    assert (code, mended(said)) == (1, {"worker"})
    assert "convene worker" in said

    code, said, complaint = convene("doctor", CONVENE_DATABASE_URL=databases.bare("sqlite"))
    assert "tables" in mended(said)
    assert "convene db upgrade" in said
    assert "Traceback" not in complaint

    away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    code, said, complaint = convene("doctor", CONVENE_DATABASE_URL=away)
    assert "database" in mended(said)
    assert "Traceback" not in complaint

    code, said, _ = convene("doctor", CONVENE_MAIL_URL=f"smtp://127.0.0.1:{free_port()}")
    assert "mail" in mended(said)
    assert "mail" not in mended(convene("doctor", CONVENE_MAIL_URL=mailserver.url)[1])
    with MailServer(accounts={"us": "right"}) as server:
        url = f"smtp://us:wrong@127.0.0.1:{server.port}"
        assert "mail" in mended(convene("doctor", CONVENE_MAIL_URL=url)[1])

    live = {"CONVENE_BASE_URL": "https://convene.example.org", "CONVENE_MAIL_FROM": "events@example.org"}
    code, said, _ = convene("doctor", **live, CONVENE_NOTES_KEY="")
    assert {"address", "notes", "mail"} <= mended(said)
    assert "CONVENE_TRUSTED_PROXIES" in said
    assert "inbox" not in mended(said), "who reads no mailbox has nothing to mend there"
    for way in ("imaps://us:secret@mail.example.org/INBOX", "pipe:"):
        code, said, _ = convene("doctor", **live, CONVENE_INBOX_URL=way)
        assert "inbox" in mended(said) and "?trust=" in said and "secret" not in said
        named = f"{way}?trust=mail.example.org"
        assert "inbox" not in mended(convene("doctor", **live, CONVENE_INBOX_URL=named)[1])

    with app.app_context():
        begin_write()
        post(now=clock.now() - timedelta(hours=1))
        db.session.commit()
        sending.stop_for_now("535 5.7.8 Wrong password", clock.now())
    code, said, _ = convene("doctor")
    assert {"letters", "sending"} <= mended(said)
    assert "535 5.7.8 Wrong password" in said


# tick


def test_tick_rehearses_another_time(convene: Said, app: Flask, tmp_path: Path) -> None:
    now = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    with app.app_context():
        begin_write()
        signup = a_signup(an_event(starts_in=timedelta(days=7), now=now), now=now)
        address = signup.person.address or ""
        db.session.commit()
    code, said, complaint = convene("tick", "--now", "2026-05-09T12:00Z")
    assert (code, said, complaint) == (0, "", "")
    assert not list(tmp_path.glob("mail/*.eml")), "two days before, nothing is due"
    for _ in range(2):
        assert convene("tick", "--now", "2026-05-10T12:00+01:00")[0] == 0
    (letter,) = tmp_path.glob("mail/*.eml")
    assert f"To: {signup_name(app)} <{address}>".encode() in letter.read_bytes()
    with app.app_context():
        assert db.session.scalars(select(OutgoingMail.letter)).all() == ["reminder"]


def signup_name(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(Person.name)).one()


@pytest.mark.one_database
@pytest.mark.parametrize("moment", ["tomorrow", "2026-05-10T12:00", "2026-13-01T00:00Z"])
def test_tick_refuses_a_time_it_cannot_read_and_one_without_its_zone(convene: Said, moment: str) -> None:
    code, _, complaint = convene("tick", "--now", moment)
    assert code == 2
    assert "--now" in complaint


@pytest.mark.one_database
def test_tick_says_which_job_failed(convene: Said, databases: Databases) -> None:
    code, _, complaint = convene("tick", CONVENE_DATABASE_URL=databases.bare("sqlite"))
    assert code == 1
    assert "the job send_mail failed" in complaint


# mail


def test_all_sending_is_stopped_shown_and_let_go(convene: Said, app: Flask) -> None:
    with app.app_context():
        begin_write()
        post(now=clock.now() - timedelta(minutes=30))
        db.session.commit()
    assert convene("mail", "--state") == (
        0,
        "Mail goes.\n1 letter waits to leave.\nThe oldest should have left 30 minutes ago.\n",
        "",
    )
    assert "convene mail --resume" in convene("mail", "--pause", "We restore a backup.")[1]
    assert "We restore a backup." in convene("mail", "--state")[1]
    assert convene("tick")[0] == 0
    assert "1 letter waits" in convene("mail", "--state")[1], "nothing left meanwhile"
    assert "stopped: We restore a backup." in convene("doctor")[1]
    assert convene("mail", "--resume") == (0, "Mail goes again.\n", "")
    assert convene("tick")[0] == 0
    assert "0 letters wait" in convene("mail", "--state")[1]


@pytest.mark.one_database
def test_stopping_needs_no_reason_and_an_address_goes_with_nothing_else(convene: Said) -> None:
    assert convene("mail", "--pause")[0] == 0
    assert "stopped by hand" in convene("mail", "--state")[1]
    for words in ((), ("--allow",), ("pat@example.org", "--state"), ("--pause", "--resume")):
        assert convene("mail", *words)[0] == 2
