"""A second step cannot be guessed, used twice or read from the database, and paper stands in for it once."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene import aside
from convene.access import passkeys, second_factor
from convene.access.credential import Refused
from convene.access.limits import TooMany
from convene.access.models import Authenticator, RecoveryCode

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
STEP = timedelta(seconds=30)
OLIVE, ADA = "olive@example.org", "ada@example.org"


def digits(secret: str, when: datetime) -> str:
    return pyotp.TOTP(secret).at(when)


@pytest.fixture
def secret(session: scoped_session[Session]) -> str:
    """An app that is set up since an hour ago."""
    made = second_factor.begin_authenticator(OLIVE, NOW)
    before = NOW - timedelta(hours=1)
    second_factor.confirm_authenticator(OLIVE, digits(made, before), before)
    return made


def test_an_app_counts_once_its_first_digits_were_right(session: scoped_session[Session]) -> None:
    made = second_factor.begin_authenticator(OLIVE, NOW)
    assert not second_factor.has(OLIVE)
    assert second_factor.begin_authenticator(OLIVE, NOW) == made, "a page that is loaded again shows the same"
    with pytest.raises(second_factor.Wrong):
        second_factor.spend_digits(OLIVE, digits(made, NOW), NOW)
    second_factor.confirm_authenticator(OLIVE, f" {digits(made, NOW)[:3]} {digits(made, NOW)[3:]}", NOW)
    assert second_factor.has(OLIVE) and not second_factor.has(ADA)
    with pytest.raises(second_factor.Wrong):
        second_factor.begin_authenticator(OLIVE, NOW)


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_the_digits_of_half_a_minute_before_or_after_count_too(secret: str, late: int) -> None:
    second_factor.spend_digits(OLIVE, digits(secret, NOW + late * STEP), NOW)


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "١٢٣٤٥٦", "\x00" * 6, "9" * 5000])
def test_anything_else_is_wrong(secret: str, typed: str) -> None:
    with pytest.raises(second_factor.Wrong):
        second_factor.spend_digits(OLIVE, typed, NOW)
    with pytest.raises(second_factor.Wrong):
        second_factor.spend_digits(OLIVE, digits(secret, NOW - 3 * STEP), NOW)


def test_digits_that_somebody_looked_at_over_a_shoulder_are_spent(secret: str) -> None:
    second_factor.spend_digits(OLIVE, digits(secret, NOW), NOW)
    with pytest.raises(second_factor.Wrong):
        second_factor.spend_digits(OLIVE, digits(secret, NOW), NOW)
    with pytest.raises(second_factor.Wrong):
        second_factor.spend_digits(OLIVE, digits(secret, NOW - STEP), NOW)


def test_guessing_ends_after_ten_tries(secret: str) -> None:
    right = digits(secret, NOW)
    for _ in range(10):
        with pytest.raises(second_factor.Wrong):
            second_factor.spend_digits(OLIVE, "x", NOW)
    with pytest.raises(TooMany):
        second_factor.spend_digits(OLIVE, right, NOW)
    with pytest.raises(TooMany):
        second_factor.spend_code(OLIVE, "aaaa-bbbb-cccc", NOW)


def test_each_of_ten_codes_on_paper_lets_in_once(secret: str, session: scoped_session[Session]) -> None:
    codes = second_factor.new_codes(OLIVE, NOW)
    assert len(set(codes)) == 10 == second_factor.codes_left(OLIVE)
    second_factor.spend_code(OLIVE, codes[0].upper().replace("-", " "), NOW)
    assert second_factor.codes_left(OLIVE) == 9
    for who, code in ((OLIVE, codes[0]), (ADA, codes[1]), (OLIVE, "")):
        with pytest.raises(second_factor.Wrong):
            second_factor.spend_code(who, code, NOW)
    second_factor.new_codes(OLIVE, NOW)
    with pytest.raises(second_factor.Wrong):
        second_factor.spend_code(OLIVE, codes[2], NOW)


def test_neither_secret_nor_code_is_in_the_database(secret: str, session: scoped_session[Session]) -> None:
    codes = second_factor.new_codes(OLIVE, NOW)
    assert secret.encode() not in session.scalars(select(Authenticator.secret)).one()
    kept = " ".join(session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in kept for code in codes)


def test_the_operator_can_let_somebody_in_who_lost_everything(secret: str) -> None:
    second_factor.new_codes(OLIVE, NOW)
    second_factor.forget_all(OLIVE)
    assert not second_factor.has(OLIVE)
    assert second_factor.codes_left(OLIVE) == 0


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", '{"response": {"clientDataJSON": "e30"}}', "[" * 9999, "\x00"]
)
def test_what_no_browser_sends_is_refused_as_a_key(session: scoped_session[Session], sent: str) -> None:
    for act in (lambda: passkeys.keep(OLIVE, sent, "Phone", NOW), lambda: passkeys.take(OLIVE, sent, NOW)):
        with pytest.raises(Refused):
            act()


@pytest.mark.usefixtures("begun_asides")
def test_a_fault_in_a_process_aside_comes_back_as_it_was() -> None:
    with pytest.raises(Refused):
        aside.run("convene.access.webauthn:new_key", {}, b"challenge", "localhost", "http://localhost")
    with pytest.raises(aside.Aside):
        aside.run("os:_exit", 3)


def test_a_secret_that_nobody_finished_with_is_not_shown_an_hour_later(
    session: scoped_session[Session],
) -> None:
    made = second_factor.begin_authenticator(OLIVE, NOW)
    assert second_factor.begin_authenticator(OLIVE, NOW + timedelta(minutes=59)) == made
    session.expire_all()
    assert second_factor.begin_authenticator(OLIVE, NOW + timedelta(minutes=61)) != made


def test_a_credential_too_deep_to_be_one_is_refused(session: scoped_session[Session]) -> None:
    challenge = passkeys.text(b"x")
    said = passkeys.text(f'{{"challenge": "{challenge}"}}'.encode())
    deep = '{"a":' * 900 + "1" + "}" * 900
    with pytest.raises(Refused):
        passkeys.keep(OLIVE, f'{{"response": {{"clientDataJSON": "{said}"}}, "deep": {deep}}}', "Phone", NOW)
