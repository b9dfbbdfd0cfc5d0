"""A secret sent by mail is spent once, however many press at once, and dies when its time is over."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from convene.access import tokens
from convene.access.models import Token
from convene.extensions import begin_write, db
from tests.crowd import at_once, faults

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)


def test_a_secret_gives_its_address_once(session: scoped_session[Session]) -> None:
    secret = tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    assert tokens.spend("sign_in", secret, NOW) == "olive@example.org"
    with pytest.raises(tokens.Unusable):
        tokens.spend("sign_in", secret, NOW)


def test_looking_at_a_secret_does_not_spend_it(session: scoped_session[Session]) -> None:
    secret = tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    assert all(tokens.usable("sign_in", secret, NOW) for _ in range(3))
    tokens.spend("sign_in", secret, NOW)
    assert not tokens.usable("sign_in", secret, NOW)


def test_a_secret_works_until_its_last_moment_and_not_at_it(session: scoped_session[Session]) -> None:
    secret = tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    assert not tokens.usable("sign_in", secret, NOW + TEN_MINUTES)
    with pytest.raises(tokens.Unusable):
        tokens.spend("sign_in", secret, NOW + TEN_MINUTES)
    assert tokens.spend("sign_in", secret, NOW + TEN_MINUTES - timedelta(seconds=1))


@pytest.mark.parametrize("secret", ["", "x" * 100_000, "\x00", "\ud800", "' or 1=1 --"])
def test_what_was_never_issued_is_unusable(session: scoped_session[Session], secret: str) -> None:
    tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    with pytest.raises(tokens.Unusable):
        tokens.spend("sign_in", secret, NOW)


def test_a_secret_is_for_one_purpose_only(session: scoped_session[Session]) -> None:
    secret = tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    with pytest.raises(tokens.Unusable):
        tokens.spend("erase", secret, NOW)
    assert tokens.spend("sign_in", secret, NOW)


def test_only_a_hash_of_the_secret_is_kept(session: scoped_session[Session]) -> None:
    secret = tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    row = session.scalars(select(Token)).one()
    assert secret not in {str(value) for value in vars(row).values()}
    assert len(secret) >= 32, "192 bits in base64"


def test_of_ten_presses_at_once_one_gets_in(app: Flask) -> None:
    with app.app_context():
        begin_write()
        secret = tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
        db.session.commit()

    def press(_: int) -> str:
        begin_write()
        address = tokens.spend("sign_in", secret, NOW)
        db.session.commit()
        return address

    results = at_once(app, 10, press)
    assert faults(results, tokens.Unusable) == []
    assert [one for one in results if isinstance(one, str)] == ["olive@example.org"]


def test_dead_secrets_are_forgotten_a_day_later(session: scoped_session[Session]) -> None:
    tokens.issue("sign_in", "old@example.org", TEN_MINUTES, NOW - timedelta(days=1, minutes=11))
    tokens.issue("sign_in", "olive@example.org", TEN_MINUTES, NOW)
    tokens.forget(NOW)
    assert session.scalars(select(Token.address)).all() == ["olive@example.org"]
