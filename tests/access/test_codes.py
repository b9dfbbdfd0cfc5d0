"""Six digits are worth five tries in the browser that asked for them, and nothing anywhere else."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.access import codes
from convene.access.models import Code
from convene.extensions import begin_write, db
from tests.crowd import at_once, faults

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


def made(browser: str = "a browser", about: str = "tea", subject_id: int = 7) -> str:
    return codes.make(browser, "signup", about, subject_id, LATER, NOW)


def typed(digits: str, browser: str = "a browser", about: str = "tea", now: datetime = NOW) -> int:
    return codes.subject(browser, "signup", about, digits, now)


def other(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06}"


def test_the_right_digits_give_what_they_were_made_for_however_they_are_spaced(
    session: scoped_session[Session],
) -> None:
    digits = made()
    assert len(digits) == 6 and digits.isdigit()
    assert typed(f" {digits[:3]} {digits[3:]}\n") == 7
    assert typed(digits) == 7, "pressed twice, they do the same"


def test_neither_the_digits_nor_the_browsers_secret_are_kept(session: scoped_session[Session]) -> None:
    digits = made()
    row = db.session.scalars(select(Code)).one()
    assert digits not in f"{row.code_hash}{row.browser_hash}"[:12] and len(row.code_hash) == 64
    assert "a browser" not in row.browser_hash


def test_another_browser_another_event_another_purpose_and_another_hour_get_nothing(
    session: scoped_session[Session],
) -> None:
    digits = made()
    for asked in (
        {"browser": "another"},
        {"about": "coffee"},
        {"now": LATER},
    ):
        with pytest.raises(codes.Wrong) as wrong:
            typed(digits, **asked)
        assert wrong.value.left == 0
    with pytest.raises(codes.Wrong):
        codes.subject("a browser", "sign_in", "tea", digits, NOW)
    assert typed(digits) == 7


def test_five_wrong_tries_end_it_for_the_right_digits_too(session: scoped_session[Session]) -> None:
    digits = made()
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(codes.Wrong) as wrong:
            typed(other(digits))
        assert wrong.value.left == left
    with pytest.raises(codes.Wrong):
        typed(digits)
    assert typed(made()) == 7, "new digits have tries of their own"


def test_new_digits_end_the_old_ones(session: scoped_session[Session]) -> None:
    first = made()
    second = made(subject_id=8)
    if first != second:
        with pytest.raises(codes.Wrong):
            typed(first)
    assert typed(second) == 8


def test_where_nothing_was_sent_tries_are_counted_alike_and_what_stands_is_left(
    session: scoped_session[Session],
) -> None:
    codes.pretend("nobody", "signup", "tea", LATER, NOW)
    with pytest.raises(codes.Wrong) as wrong:
        typed("123456", browser="nobody")
    assert wrong.value.left == 4
    digits = made()
    codes.pretend("a browser", "signup", "tea", LATER, NOW)
    assert typed(digits) == 7
    unknown = codes.make("x", "signup", "tea", codes.NOBODY, LATER, NOW)
    with pytest.raises(codes.Wrong):
        typed(unknown, browser="x")


def test_many_guesses_at_once_are_no_more_than_five(app: Flask, session: scoped_session[Session]) -> None:
    digits = made()
    db.session.commit()

    def guess(number: int) -> None:
        begin_write()
        with contextlib.suppress(codes.Wrong):
            typed(other(digits))
        db.session.commit()

    assert faults(at_once(app, 12, guess)) == []
    begin_write()
    assert db.session.scalars(select(Code.tries)).one() == codes.TRIES


def test_a_code_is_forgotten_a_day_after_its_end(session: scoped_session[Session]) -> None:
    made()
    codes.forget(LATER + timedelta(hours=23))
    assert db.session.scalar(select(Code.id))
    codes.forget(LATER + timedelta(hours=25))
    assert db.session.scalar(select(Code.id)) is None
