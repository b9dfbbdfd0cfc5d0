"""A message is what it is in every shape it comes in, and no message costs much or stops the reader."""

import random
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convene.inbox.mime import MOST_BYTES, Part, cut
from convene.inbox.read import read
from tests.inbox.messages import (
    NOW,
    SHAPES,
    US,
    apple,
    bounce,
    calendar,
    complaint,
    crlf,
    gmail,
    in_base64,
    letter,
    outlook,
    qmail_bounce,
)

TAG = "convene+b7-0123456789abcdef0123@example.org"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pressed", ["ACCEPTED", "DECLINED", "TENTATIVE"])
def test_an_answer_is_read_in_the_shape_of_each_program(shape: str, pressed: str) -> None:
    found = read(SHAPES[shape]("u-1@example.org", "Pat@Example.net", pressed, sequence=3))
    assert found.kind == "reply" and found.answer is not None
    assert found.sender == "Pat@Example.net"
    assert found.answer.uid == "u-1@example.org"
    assert found.answer.sequence == 3
    assert found.answer.stamp == NOW
    (guest,) = found.answer.guests
    assert (guest.address, guest.answer) == ("Pat@Example.net", pressed.lower())


def test_what_a_person_writes_beside_it_is_read_as_plain_text() -> None:
    found = read(outlook("u", "pat@example.net", "ACCEPTED")).answer
    assert found is not None
    assert found.words == "Ich komme, wenn der Zug kommt.\nPat"


def test_the_file_may_be_the_whole_message() -> None:
    file = calendar("u", "pat@example.net", "DECLINED")
    head = f"From: pat@example.net\nTo: {US}\nMIME-Version: 1.0\nContent-Type: text/calendar; method=reply\n"
    assert read(crlf(head + "\n") + file).kind == "reply"
    assert read(crlf(head + "Content-Transfer-Encoding: BASE64\n\n" + in_base64(file))).kind == "reply"


def test_an_invite_of_somebody_elses_is_no_answer() -> None:
    assert read(gmail("u", "pat@example.net", "ACCEPTED", method="REQUEST")).kind == "automatic"
    whole = crlf("From: a@example.net\nContent-Type: text/calendar; method=REQUEST\n\n")
    assert read(whole + calendar("u", "pat@example.net", "ACCEPTED", method="REQUEST")).kind == "other"


def test_an_answer_inside_a_passed_on_letter_is_not_an_answer() -> None:
    inner = gmail("u", "pat@example.net", "DECLINED")
    raw = crlf("From: eve@example.net\nContent-Type: message/rfc822\n\n") + inner
    assert read(raw).kind == "other"


def test_several_guests_an_assistant_and_one_date_are_told_apart() -> None:
    more = (
        "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:other@example.net\n"
        "RECURRENCE-ID:20260511T093000Z\n"
        "COMMENT:<b>Late</b>\\, sorry"
    )
    attendee = 'ATTENDEE;PARTSTAT={answer};SENT-BY="mailto:help@example.net":mailto:{guest}'
    found = read(apple("u", "pat%2Bx@example.net", "ACCEPTED", attendee=attendee, more=more)).answer
    assert found is not None and found.date
    assert [guest.address for guest in found.guests] == ["pat+x@example.net", "other@example.net"]
    assert found.guests[0].sent_by == "help@example.net"
    assert found.words == "<b>Late</b>, sorry"


def test_a_counter_proposal_tells_the_time_it_proposes() -> None:
    found = read(gmail("u", "pat@example.net", "TENTATIVE", method="COUNTER")).answer
    assert found is not None and found.method == "counter"
    assert found.proposed is not None and found.proposed.isoformat() == "2026-05-11T09:30:00+00:00"


@pytest.mark.parametrize(
    "line",
    [
        "From: pat@example.net, eve@example.net",
        "From: eve@example.net, Pat <pat@example.net>",
        "From: pat@example.net\nFrom: eve@example.net",
        'From: "Pat" <pat@example.net> <eve@example.net>',
        "From: Pat: pat@example.net;",
        "From:",
        "Sender: pat@example.net",
    ],
)
def test_who_would_be_two_people_is_nobody(line: str) -> None:
    assert read(crlf(f"{line}\nSubject: x\n\nHello\n")).sender == ""


@pytest.mark.parametrize(
    ("line", "sender"),
    [
        ("From: pat@example.net", "pat@example.net"),
        ("From: Pat <pat@example.net>", "pat@example.net"),
        ('From: "Leeds, Pat <3" <pat@example.net>', "pat@example.net"),
        ("From: =?utf-8?B?UMOkxaU=?=\n <pat@example.net>", "pat@example.net"),
        ("From: pat@example.net (Pat)", "pat@example.net"),
        ("From: pat@example.net <pat@example.net>", "pat@example.net"),
    ],
)
def test_one_sender_is_read_however_written(line: str, sender: str) -> None:
    assert read(crlf(f"{line}\nSubject: x\n\nHello\n")).sender == sender


# Bounces, complaints, and mail from programs


def test_a_bounce_gives_its_action_code_and_words() -> None:
    found = read(bounce(TAG))
    assert found.kind == "bounce" and TAG in found.recipients and found.bounce is not None
    assert (found.bounce.action, found.bounce.code) == ("failed", "5.1.1")
    assert found.bounce.said == "550 5.1.1 No such mailbox"


def test_a_status_that_says_nothing_gives_way_to_the_servers_words() -> None:
    found = read(bounce(TAG, status="5.0.0", said="550-5.2.1 The account is disabled")).bounce
    assert found is not None and found.code == "5.2.1"


def test_an_odd_bounce_is_read_too() -> None:
    found = read(qmail_bounce(TAG))
    assert found.kind == "bounce" and found.bounce is not None
    assert (found.bounce.action, found.bounce.code) == ("failed", "5.1.1")


def test_a_complaint_names_its_letter() -> None:
    found = read(complaint("<1.a@example.org>", TAG))
    assert found.kind == "complaint" and found.complaint is not None
    assert found.complaint.message_id == "<1.a@example.org>"
    assert found.complaint.type == "abuse"
    assert any(TAG in address for address in found.complaint.addresses)


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied (vacation)\n",
        "Precedence: bulk\n",
        "Precedence: list\n",
        "Return-Path: <>\n",
        "List-Id: <talk.example.net>\n",
        "X-Autoreply: yes\n",
    ],
)
def test_mail_from_a_program_is_known_as_such(head: str) -> None:
    assert read(letter(head=head)).kind == "automatic"
    assert read(letter(head=head, to=TAG, words="I am away until Monday.")).kind == "automatic"


def test_mail_from_a_person_is_for_a_person() -> None:
    assert read(letter()).kind == "other"
    assert read(letter(head="Auto-Submitted: no\n")).kind == "other"


# Whatever comes


def cost(raw: bytes, *, whole: bool = True) -> tuple[str, float, int]:
    """The kind of a message, the seconds it took to know it, and the bytes of memory in between."""
    tracemalloc.start()
    before = time.process_time()
    kind = read(raw, whole=whole).kind
    seconds = time.process_time() - before
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kind, seconds, most


def spent(raw: bytes) -> float:
    """The seconds it takes to know a message; to watch its memory too takes several times as long."""
    before = time.process_time()
    read(raw)
    return time.process_time() - before


PARTS = b"From: pat@example.net\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
INSIDE = b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"


@pytest.mark.long
@pytest.mark.parametrize(
    "raw",
    [
        PARTS + b"--b\r\n\r\n" * 700_000,
        PARTS + b"--b\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VEVENT\r\n" * 60_000,
        PARTS + INSIDE * 90_000,
        PARTS + INSIDE * 90_000 + calendar("u", "pat@example.net", "DECLINED"),
        b"From: " + b'"' * 4_900_000,
        b"From: pat@example.net\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n"
        + b"BEGIN:VEVENT\r\n" * 300_000,
        b"From: pat@example.net\r\nContent-Type: text/calendar; method=REPLY\r\n\r\nA;" + b'X="' * 1_600_000,
        b"From: MAILER-DAEMON@x.org\r\nContent-Type: message/rfc822\r\n\r\n" * 70_000,
        b"From: MAILER-DAEMON@x.org\r\n\r\n" + b"<a@b>: " * 600_000,
        b"Authentication-Results: " + b"(" * 4_000_000,
        b"X: y\r\n" * 800_000,
        b"\r\n" * 2_000_000,
    ],
    ids=lambda raw: f"{raw[:30]!r}",
)
def test_a_message_of_a_million_parts_costs_little(raw: bytes) -> None:
    assert len(raw) <= MOST_BYTES
    kind, seconds, most = cost(raw)
    assert kind in ("other", "automatic")
    assert seconds < 5, (
        "measured: under three, most of them under a tenth, and all of it doubled by the tracing"
    )
    assert most < 40_000_000


@pytest.mark.long
@pytest.mark.parametrize("charset", ["punycode", "idna", "zlib"])
@pytest.mark.parametrize("head", ["From: pat@example.net", "From: MAILER-DAEMON@example.net"])
def test_no_charset_that_a_stranger_names_costs_much(charset: str, head: str) -> None:
    part = f"--b\r\nContent-Type: text/calendar; method=REPLY; charset={charset}\r\n\r\n".encode()
    kinds = f"{head}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n".encode()
    assert spent(kinds + (part + b"\xe9a-" + b"9" * 260_000 + b"\r\n") * 18) < 5, (
        "punycode alone took a minute"
    )
    assert spent(kinds + part + b"\xe9a-" + b"9" * 60_000 + b"\r\n") < 1


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", "us-ascii", "iso-8859-1", "Windows-1252", "utf-16", "latin-1"]
)
def test_words_in_the_charsets_of_real_programs_are_read(charset: str) -> None:
    words = "Tea" if charset == "us-ascii" else "Thé"
    part = Part(cut(f"Content-Type: text/plain; charset={charset}\n\n".encode()).head, words.encode(charset))
    assert part.text().removeprefix("\ufeff") == words


def test_of_thirty_megabytes_the_head_alone_is_read() -> None:
    raw = gmail("u", "pat@example.net", "DECLINED") + b"x" * 30_000_000
    found = read(raw)
    assert found.too_large and found.kind == "automatic" and found.answer is None
    assert found.identity.startswith("<")
    assert read(raw[:70_000], whole=False).identity == found.identity
    _, seconds, most = cost(raw)
    assert seconds < 1 and most < 5_000_000


@given(st.binary(max_size=3000))
def test_no_bytes_at_all_stop_the_reader(raw: bytes) -> None:
    assert read(raw).identity


MADE = {
    **{name: shape("u", "pat@example.net", "DECLINED") for name, shape in SHAPES.items()},
    "bounce": bounce(TAG),
    "qmail": qmail_bounce(TAG),
    "complaint": complaint(),
}


@given(st.sampled_from(list(MADE)), st.integers(0))
def test_no_damage_stops_the_reader(name: str, seed: int) -> None:
    chance = random.Random(seed)
    raw = bytearray(MADE[name])
    for _ in range(20):
        place = chance.randrange(len(raw))
        if chance.random() < 0.5:
            raw[place] = chance.randrange(256)
        else:
            del raw[place : place + 40]
    assert read(bytes(raw)).identity
