"""What the server says decides: sent, again later, never for this person, or stop altogether."""

import select
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from convene.mail import transport
from convene.mail.transport import Folder, Refused, Smtp, Stopped, TryLater, open_transport
from tests.parts.mailserver import MailServer
from tests.parts.processes import free_port

US = "convene@example.org"
PAT = "pat@example.org"
ID = "<1@example.org>"
CONTENT = b"From: convene@example.org\r\nSubject: Hello\r\n\r\nA word.\r\n.\r\nA second.\r\n"


@pytest.fixture
def line(mailserver: MailServer) -> Iterator[Smtp]:
    with closing(Smtp(mailserver.url)) as line:
        yield line


def send(line: Smtp, to: str = PAT) -> str:
    return line.send(US, to, ID, CONTENT)


def test_letters_share_one_line_and_arrive_as_they_were_written(mailserver: MailServer, line: Smtp) -> None:
    for _ in range(3):
        assert send(line).startswith("250")
    assert mailserver.connections == 1
    assert [one.raw for one in mailserver.to(PAT)] == [CONTENT] * 3
    assert {one.sender for one in mailserver.messages} == {US}


@pytest.mark.parametrize(
    ("reply", "at", "outcome"),
    [
        ("451 4.3.0 Try later", "RCPT", TryLater),
        ("452 4.2.2 Mailbox full", "RCPT", TryLater),
        ("421 4.3.2 Closing", "RCPT", TryLater),
        ("451 4.3.0 Try later", "MAIL", TryLater),
        ("421 4.3.2 Closing", "MAIL", TryLater),
        ("451 4.3.0 Try later", "DATA", TryLater),
        ("451 4.7.1 Greylisted", "BODY", TryLater),
        ("550 5.1.1 No such mailbox", "RCPT", Refused),
        ("553 5.1.3 Bad address", "RCPT", Refused),
        ("554 5.6.0 Not taken", "DATA", Refused),
        ("552 5.3.4 Too large", "BODY", Refused),
        ("550 5.7.1 Who are you", "MAIL", Stopped),
        ("530 5.7.0 Say who you are", "MAIL", Stopped),
        ("535 5.7.8 Wrong password", "MAIL", Stopped),
    ],
)
def test_each_answer_has_its_consequence_and_the_next_letter_goes(
    mailserver: MailServer, line: Smtp, reply: str, at: str, outcome: type[Exception]
) -> None:
    mailserver.answer(reply, at=at, times=1)  # type: ignore[arg-type]
    with pytest.raises(outcome) as told:
        send(line)
    assert reply[:3] in str(told.value), "the server's words are kept for the organiser"
    assert mailserver.messages == []
    send(line)
    assert len(mailserver.messages) == 1


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA", "BODY"])
def test_a_dropped_line_means_again_later(mailserver: MailServer, line: Smtp, at: str) -> None:
    mailserver.drop(at, times=1)  # type: ignore[arg-type]
    with pytest.raises(TryLater):
        send(line)
    send(line)
    assert len(mailserver.messages) == (2 if at == "BODY" else 1), "after the last dot nobody knows"


def test_a_server_that_ended_the_line_between_two_letters_is_called_again_and_no_letter_waits(
    mailserver: MailServer, line: Smtp
) -> None:
    send(line)
    mailserver.hang_up()
    sock = line.connect().sock
    assert sock is not None and select.select([sock], [], [], 10)[0], "its farewell has come"
    send(line)
    assert (len(mailserver.messages), mailserver.connections) == (2, 2)


def test_a_refusal_stands_even_when_the_server_hangs_up_after_it(mailserver: MailServer, line: Smtp) -> None:
    def hang_up(*_: object) -> tuple[int, bytes]:
        raise transport.smtplib.SMTPServerDisconnected("gone")

    mailserver.answer("550 5.1.1 No such mailbox", times=1)
    line.connect().rset = hang_up  # type: ignore[method-assign]
    with pytest.raises(Refused):
        send(line)
    send(line)


@pytest.mark.parametrize("to", ["pät@example.org", "日本@example.org"])
def test_an_address_that_cannot_be_said_spoils_nothing_for_the_next(
    mailserver: MailServer, line: Smtp, to: str
) -> None:
    with pytest.raises(Exception, match=r"ascii|newline|invalid|prohibited"):
        send(line, to)
    send(line)
    assert [one.recipients for one in mailserver.messages] == [(PAT,)]


def test_a_server_that_does_not_answer_in_time_means_again_later(
    mailserver: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SMTP_SECONDS", 0.2)
    with closing(Smtp(mailserver.url)) as line:
        mailserver.slow(1, at="DATA", times=1)
        with pytest.raises(TryLater):
            send(line)


def test_a_server_that_is_away_stops_everything_and_no_letter_is_to_blame() -> None:
    with (
        closing(Smtp(f"smtp://127.0.0.1:{free_port()}")) as line,
        pytest.raises(Stopped, match="does not answer"),
    ):
        send(line)


def test_a_name_and_password_are_said_and_a_wrong_one_stops_everything() -> None:
    with MailServer(accounts={"us": "pass word%"}) as server:
        with closing(Smtp(f"smtp://us:pass%20word%25@127.0.0.1:{server.port}")) as line:
            send(line)
        for url in (f"smtp://us:wrong@127.0.0.1:{server.port}", server.url):
            with closing(Smtp(url)) as line, pytest.raises(Stopped, match=r"53[05]"):
                send(line)
        assert len(server.messages) == 1


def test_a_server_without_a_certificate_gets_no_letter_over_smtps(mailserver: MailServer) -> None:
    with closing(Smtp(f"smtps://127.0.0.1:{mailserver.port}")) as line, pytest.raises(Stopped):
        send(line)
    assert mailserver.messages == []


def test_the_folder_keeps_each_message_whole_under_a_name_that_sorts(tmp_path: Path) -> None:
    folder = open_transport(f"folder:{tmp_path / 'mail'}")
    for number in (1, 2):
        folder.send(US, PAT, f"<2026050409300{number}.abc/../x@example.org>", CONTENT)
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.read_bytes() for file in files] == [CONTENT, CONTENT]
    assert all(file.suffix == ".eml" for file in files)
    assert isinstance(folder, Folder)


def test_a_password_is_not_said_to_a_far_server_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "OWN_MACHINE", ())
    with MailServer(accounts={"us": "secret"}) as server:
        far = Smtp(server.url.replace("smtp://", "smtp://us:secret@"))
        with pytest.raises(Stopped, match="no encryption"):
            far.send("a@example.org", "b@example.org", "<1@example.org>", b"Subject: x\r\n\r\nx\r\n")
        assert server.messages == []
