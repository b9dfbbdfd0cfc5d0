"""The first time on a server: six answers, one letter that proves it, no demonstration data, nothing overwritten."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.parts.commands import ended
from tests.parts.mailserver import MailServer

ANSWERS = {
    "organisation": "Patchcord",
    "owner": "olive@example.org",
    "name": "Olive",
    "url": "https://events.example.org",
    "sender": "events@example.org",
}


def start(folder: Path, mail: str, *, typed: str = "", **answers: str) -> subprocess.CompletedProcess[str]:
    """`convene start` in this folder, as somebody types it who has set nothing yet."""
    words = [f"--{name}={value}" for name, value in {**answers, **({"mail": mail} if mail else {})}.items()]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")}
    return ended(
        ["start", f"--database=sqlite:///{folder}/var/c.sqlite", *words], environ, typed.encode(), folder
    )


def brought_back(folder: Path, settings: str) -> Path:
    """The database of these settings, backed up and restored on a new machine."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("CONVENE_")}
    environ |= dict(line.replace("'", "").split("=", 1) for line in settings.splitlines())
    assert ended(["backup", "b.sqlite"], environ, b"", folder).returncode == 0
    environ["CONVENE_DATABASE_URL"] = f"sqlite:///{folder}/new/c.sqlite"
    back = ended(["restore", "b.sqlite"], environ, b"", folder)
    assert back.returncode == 0, back.stderr
    return folder / "new" / "c.sqlite"


def test_from_nothing_to_a_letter_that_arrived(tmp_path: Path, mailserver: MailServer) -> None:
    done = start(tmp_path, mailserver.url, **ANSWERS)
    assert done.returncode == 0, done.stderr
    letter = mailserver.wait_for(1)[0]
    assert letter.recipients == ("olive@example.org",)
    assert "https://events.example.org/organise/sign-in/" in done.stdout
    file = tmp_path / "convene.env"
    for kept_apart in (file, tmp_path / "var" / "c.sqlite"):
        assert kept_apart.stat().st_mode & 0o077 == 0, f"nobody else on the machine reads {kept_apart.name}"
    kept = file.read_text()
    assert "CONVENE_BASE_URL='https://events.example.org'" in kept and "CONVENE_SECRET_KEY='" in kept
    assert brought_back(tmp_path, kept).stat().st_mode & 0o077 == 0, "nor do they read what was brought back"
    again = start(tmp_path, mailserver.url, **ANSWERS)
    assert again.returncode == 1 and "is there already" in again.stderr
    assert file.read_text() == kept


def test_answers_that_cannot_be_are_asked_for_again(tmp_path: Path, mailserver: MailServer) -> None:
    typed = "\n".join(
        ["", "Patchcord", "olive", "olive@example.org", "Olive", "http://events.example.org", "http://localhost:8000",
         "https://events.example.org", "mail.example.org", mailserver.url, "events", "events@example.org", ""]
    )  # fmt: skip
    done = start(tmp_path, "", typed=typed)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(">   ") == 6, "each wrong answer has its sentence"


def test_nobody_to_answer_is_told_how(tmp_path: Path) -> None:
    done = start(tmp_path, "")
    assert done.returncode == 1 and "--help" in done.stderr
    assert not (tmp_path / "convene.env").exists()


@pytest.mark.parametrize("name", ["url", "owner", "sender"])
def test_a_wrong_option_stops_it_in_one_sentence(tmp_path: Path, mailserver: MailServer, name: str) -> None:
    done = start(tmp_path, mailserver.url, **{**ANSWERS, name: "nonsense"})
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert not (tmp_path / "convene.env").exists()


def test_a_mail_server_that_is_not_there_is_said_and_the_settings_are_kept(tmp_path: Path) -> None:
    done = start(tmp_path, "smtp://127.0.0.1:9", **ANSWERS)
    assert done.returncode == 1
    assert "The letter did not leave" in done.stdout and (tmp_path / "convene.env").exists()
