"""Whatever the mail server does, the row says what came of it: the table of docs/operators.md, line by line."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, scoped_session

from convene.mail import switch, transport
from convene.mail.models import OutgoingMail
from convene.mail.suppression import reason_for
from convene.mail.transport import Smtp
from tests.mail.posting import NOW, committed, post, row, send_due
from tests.parts.mailserver import MailServer
from tests.parts.processes import free_port

PAT = "pat@example.org"
MINUTE = timedelta(minutes=1)

Trouble = Callable[[MailServer], None]


def sent_into(trouble: Trouble) -> tuple[OutgoingMail, OutgoingMail, int]:
    """Pat's letter and one to somebody else, tried once at a server in trouble; and how many messages it kept."""
    ids = committed(post(to_address=PAT), post(to_address="bo@elsewhere.example"))
    with MailServer() as server:
        trouble(server)
        with closing(Smtp(server.url)) as line:
            send_due(line)
        return row(ids[0]), row(ids[1]), len(server.to(PAT))


@pytest.mark.parametrize(
    ("reply", "at", "state", "tries", "suppressed"),
    [
        ("421 4.3.2 Closing", "RCPT", "retry", 1, None),
        ("451 4.3.0 Try later", "RCPT", "retry", 1, None),
        ("451 4.3.0 Try later", "DATA", "retry", 1, None),
        ("451 4.3.0 Try later", "BODY", "retry", 1, None),
        ("452 4.2.2 Mailbox full", "RCPT", "retry", 1, None),
        ("450 4.7.1 Too many messages", "RCPT", "retry", 0, None),
        ("550 5.1.1 No such mailbox", "RCPT", "failed", 1, "bounced"),
        ("550 5.2.1 Mailbox closed", "RCPT", "failed", 1, "bounced"),
        ("553 5.1.1 No such mailbox", "RCPT", "failed", 1, "bounced"),
        ("550 5.7.1 See rule 5.1.1", "RCPT", "failed", 1, None),
        ("550 5.7.1 Not wanted", "RCPT", "failed", 1, None),
        ("550 5.7.1 Looks like spam", "BODY", "failed", 1, None),
        ("552 5.3.4 Too large", "BODY", "failed", 1, None),
        ("552 5.2.2 Mailbox full", "RCPT", "failed", 1, None),
        ("554 5.6.0 Not taken", "DATA", "failed", 1, None),
    ],
)
def test_an_answer_about_one_letter_is_that_letters_alone(
    session: scoped_session[Session], reply: str, at: str, state: str, tries: int, suppressed: str | None
) -> None:
    pats, other, _ = sent_into(lambda server: server.answer(reply, at=at, to=PAT))  # type: ignore[arg-type]
    assert (pats.state, pats.tries) == (state, tries)
    assert reply in (pats.last_answer or ""), "the server's last words are kept"
    assert reason_for(PAT) == suppressed
    assert other.state == "sent"


@pytest.mark.parametrize("at", ["RCPT", "DATA", "BODY"])
def test_a_line_that_breaks_in_mid_letter_means_again_later(
    session: scoped_session[Session], at: str
) -> None:
    pats, other, kept = sent_into(lambda server: server.drop(at, to=PAT))  # type: ignore[arg-type]
    assert (pats.state, pats.tries, kept) == ("retry", 1, at == "BODY"), "after the last dot nobody knows"
    assert other.state == "sent"


@pytest.mark.parametrize("at", ["RCPT", "DATA", "BODY"])
def test_a_server_that_hangs_is_left_when_its_time_is_over(
    session: scoped_session[Session], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr(transport, "SMTP_SECONDS", 0.3)
    pats, other, _ = sent_into(lambda server: server.slow(30, at=at, to=PAT))  # type: ignore[arg-type]
    assert (pats.state, pats.tries) == ("retry", 1)
    assert "TimeoutError" in (pats.last_answer or "") or "closed" in (pats.last_answer or "")
    assert other.state == "sent"


def test_a_slow_server_that_answers_in_time_is_no_trouble(session: scoped_session[Session]) -> None:
    pats, other, kept = sent_into(lambda server: server.slow(0.2))
    assert (pats.state, other.state, kept) == ("sent", "sent", 1)


@pytest.mark.parametrize(
    "reply", ["535 5.7.8 Wrong password", "530 5.7.0 Say who you are", "550 5.7.1 Not from you"]
)
def test_a_server_that_will_not_have_us_stops_all_sending_for_a_minute_and_blames_no_letter(
    session: scoped_session[Session], reply: str
) -> None:
    pats, other, _ = sent_into(lambda server: server.answer(reply, at="MAIL"))
    assert (pats.state, pats.tries, other.state, other.tries) == ("retry", 0, "retry", 0)
    stopped = switch.paused(NOW)
    assert stopped and stopped.reason == reply
    assert switch.paused(NOW + MINUTE) is None


def test_a_wrong_password_stops_all_sending(session: scoped_session[Session]) -> None:
    ids = committed(post())
    with (
        MailServer(accounts={"us": "right"}) as server,
        closing(Smtp(f"smtp://us:no@127.0.0.1:{server.port}")) as line,
    ):
        send_due(line)
    assert (row(ids[0]).state, row(ids[0]).tries) == ("retry", 0)
    stopped = switch.paused(NOW)
    assert stopped and "535" in stopped.reason


def test_a_server_that_is_down_stops_all_sending_until_it_is_back(session: scoped_session[Session]) -> None:
    ids = committed(post(), post())
    with closing(Smtp(f"smtp://127.0.0.1:{free_port()}")) as line:
        send_due(line)
    assert [(row(one).state, row(one).tries) for one in ids] == [("retry", 0)] * 2
    stopped = switch.paused(NOW)
    assert stopped and "does not answer" in stopped.reason
    with MailServer() as server, closing(Smtp(server.url)) as line:
        assert send_due(line, NOW + MINUTE / 2) == 0
        assert send_due(line, NOW + MINUTE) == 2
    assert [row(one).state for one in ids] == ["sent"] * 2
