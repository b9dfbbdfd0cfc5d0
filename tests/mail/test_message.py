"""A row becomes a message that mail programs read as it was meant, and that no name or title can add to."""

import email.policy
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as some

from convene.mail.letter import one_line
from convene.mail.message import build, sender_address
from convene.mail.models import OutgoingMail
from tests.mail.posting import NOW

FROM = "Convene <convene@example.org>"
INVITE = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
HOSTILE = [
    "=?utf-8?q?=0ABcc:_x@y?=",
    "=?utf-8?b?CkJjYzogeEB5?=",
    "a\r\nBcc: x@y.example",
    "a\nBcc: x@y.example",
    "a\x85Bcc: x@y.example",
    "a\u2028Bcc: x@y.example",
    "a\x00b\x1b[31m",
    '" <x@y.example>, "',
    "Pat, x@y.example",
    "Pat <x@y.example>",
    "\\",
    "(comment",
    "=?=?utf-8?q?=0ABcc:_x@y?=",
    "é" * 100 + ", " + "ü" * 90,
    "x" * 200,
    "日本語" * 60,
]
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Auto-Submitted", "Content-Type")
KNOWN = {
    *ONCE,
    "X-Auto-Response-Suppress",
    "Reply-To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Id",
}


def a_row(**facts: object) -> OutgoingMail:
    plain = {
        "message_id": "<20260504093000.0123456789abcdef@example.org>",
        "letter": "reminder",
        "to_name": "Pat",
        "to_address": "pat@example.org",
        "from_name": "Open Table",
        "subject": "Tomorrow",
        "text": "See you.\n",
        "html": "<p>See you.</p>",
        "posted_at": NOW,
    }
    return OutgoingMail(**{**plain, **facts})


def parsed(mail: OutgoingMail) -> tuple[bytes, EmailMessage]:
    raw = build(mail, FROM)
    message = message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return raw, message


def head(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0]


def only_known_headers(raw: bytes, mail: OutgoingMail) -> None:
    """The headers are those we wrote, each once, to one recipient, and every line is whole."""
    names = [line.partition(b":")[0].decode() for line in head(raw).split(b"\r\n") if line[:1] not in b" \t"]
    assert set(names) <= KNOWN
    assert len(names) == len(set(names))
    assert set(ONCE) <= set(names)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    message = message_from_bytes(raw, policy=email.policy.default)
    assert [one.addr_spec for one in message["To"].addresses] == [mail.to_address]
    assert [one.addr_spec for one in message["From"].addresses] == ["convene@example.org"]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_and_no_title_makes_a_header_or_a_recipient(text: str) -> None:
    mail = a_row(to_name=text, from_name=text, subject=text)
    raw, message = parsed(mail)
    only_known_headers(raw, mail)
    assert message["Bcc"] is None
    assert one_line(text) == message["Subject"]


@given(some.text(max_size=40), some.text(max_size=40), some.text(max_size=80))
def test_whatever_the_names_and_the_title_the_message_stays_one_message(
    to: str, by: str, subject: str
) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in (to, by, subject)]
    mail = a_row(to_name=clean[0], from_name=clean[1], subject=clean[2])
    raw, _ = parsed(mail)
    only_known_headers(raw, mail)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert raw.isascii()


@given(some.text(max_size=60))
def test_a_name_is_read_as_it_was_written(name: str) -> None:
    name = one_line(name.encode("utf-8", "replace").decode())
    # Read by the older half of the library: the newer one of 3.11 puts a space between encoded words.
    found = message_from_bytes(build(a_row(to_name=name), FROM))["To"]
    shown, address = parseaddr(found)
    assert address == "pat@example.org"
    assert one_line(str(make_header(decode_header(shown)))) == name


def test_a_message_says_that_a_machine_sent_it_and_to_whom_to_answer() -> None:
    raw, message = parsed(a_row(reply_to="hosts@example.org"))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Reply-To"] == "hosts@example.org"
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<20260504093000.0123456789abcdef@example.org>"
    assert message["List-Unsubscribe"] is None
    assert raw.endswith(b"\r\n")


@pytest.mark.parametrize("length", [10, 60, 120, 350])
def test_a_nudge_can_be_stopped_in_one_press_however_long_the_link(length: int) -> None:
    url = f"https://convene.example.org/unsubscribe/{'x' * length}"
    raw, message = parsed(a_row(unsubscribe_url=url, list_id="Open Table <reminder.open-table.example.org>"))
    unfolded = head(raw).replace(b"\r\n ", b" ").decode()
    assert re.search(rf"^List-Unsubscribe: +<{re.escape(url)}>\r?$", unfolded, re.MULTILINE), (
        "no encoded words"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == "Open Table <reminder.open-table.example.org>"


def test_text_and_html_are_the_alternatives_of_one_letter() -> None:
    _, message = parsed(a_row(text="Café & co.\n", html="<p>Café &amp; co.</p>"))
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), plain.get_content().strip()) == ("text/plain", "Café & co.")
    assert (html.get_content_type(), html.get_content().strip()) == ("text/html", "<p>Café &amp; co.</p>")


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invite_stands_beside_the_text_and_as_a_file_with_the_same_bytes(method: str) -> None:
    invite = INVITE.replace(b"REQUEST", method.encode())
    _, message = parsed(a_row(invite=invite, invite_method=method))
    assert message.get_content_type() == "multipart/mixed"
    body, file = message.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    *_, calendar = body.iter_parts()
    assert [part.get_content_type() for part in body.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert calendar.get_param("method") == method, "as METHOD in the invite says"
    assert calendar.get_param("charset") == "utf-8"
    assert calendar.get_content_disposition() is None
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == invite


def test_encoded_lines_are_seventy_six_characters_at_most() -> None:
    text = "Ein sehr langer Satz über Städte, die sich selbst regieren, ohne einen einzigen Absatz. " * 40
    raw, _ = parsed(a_row(text=f"{text}\n", html=f"<p>{text}</p>", subject="é" * 300, invite=INVITE * 40))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 76


def test_a_retry_is_equal_to_the_first_try_to_the_byte() -> None:
    rows = [a_row(invite=INVITE, invite_method="REQUEST", to_name="Zoë") for _ in range(3)]
    assert len({build(one, FROM) for one in rows}) == 1


def test_a_line_that_is_one_dot_arrives_as_one_dot() -> None:
    _, message = parsed(a_row(text="one\n.\ntwo\n"))
    assert next(iter(message.iter_parts())).get_content().splitlines() == ["one", ".", "two"]


def test_the_sender_is_the_bare_address_of_the_installation(sqlite_app: Flask) -> None:
    assert sender_address(FROM) == "convene@example.org"
    assert sender_address("convene@example.org") == "convene@example.org"
