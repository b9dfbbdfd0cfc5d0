"""The strict reader is only worth its name if it refuses what RFC 5545 forbids."""

import pytest

from convene.calendar.invite import request
from tests.calendar.examples import EVENT, GUEST
from tests.calendar.readers import strict

GOOD = request(EVENT, GUEST)


@pytest.mark.parametrize(
    ("found", "put"),
    [
        (b"\r\n", b"\n"),
        (b"VERSION:2.0\r\n", b"VERSION:2.0\r\n\r\n"),
        (b"LOCATION:Hall", b"LOCATION:" + b"x" * 70),
        (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
        (b"LOCATION:Hall", b"LOCATION:Ha\x00ll"),
        (b"LOCATION:Hall", b"LOCATION Hall"),
        ("Zoë Marsh".encode(), "Zo\u00eb".encode()[:-1] + b"\r\n " + "ë".encode()[1:]),
        (b'CN="Ann Lee"', b'CN="Ann "Lee"'),
        (b"END:VEVENT\r\n", b""),
    ],
)
def test_a_broken_file_is_refused(found: bytes, put: bytes) -> None:
    assert found in GOOD
    with pytest.raises((AssertionError, UnicodeDecodeError)):
        strict(GOOD.replace(found, put, 1) if found != b"\r\n" else GOOD.replace(found, put))


@pytest.mark.parametrize("value", [b"one, two", b"one\\two", b"one; two"])
def test_text_that_was_not_escaped_is_refused(value: bytes) -> None:
    (part,) = strict(GOOD.replace(b"LOCATION:Hall\\, 1 High Street", b"LOCATION:" + value)).components
    with pytest.raises(AssertionError):
        part.one("LOCATION").text()


def test_a_good_file_is_read() -> None:
    assert [part.name for part in strict(GOOD).components] == ["VEVENT"]
