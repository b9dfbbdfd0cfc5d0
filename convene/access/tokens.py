"""One-time secrets sent by mail: kept as a hash, spent once, dead when their time is over."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from convene.access.models import Token
from convene.extensions import db


class Unusable(Exception):
    """The secret is unknown, was used already, or its time is over: nobody is told which."""


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def issue(purpose: str, address: str, lifetime: timedelta, now: datetime) -> str:
    """A new secret of 192 bits for this address."""
    secret = secrets.token_urlsafe(24)
    db.session.add(
        Token(
            secret_hash=hashed(secret),
            purpose=purpose,
            address=address,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    db.session.flush()
    return secret


def usable(purpose: str, secret: str, now: datetime) -> bool:
    """Whether spending this secret would work, without spending it (a page to look at may ask this)."""
    rule = (
        Token.secret_hash == hashed(secret),
        Token.purpose == purpose,
        Token.used_at.is_(None),
        Token.expires_at > now,
    )
    return db.session.scalar(select(Token.id).where(*rule)) is not None


def spend(purpose: str, secret: str, now: datetime) -> str:
    """The address this secret was sent to. Of ten presses at once one gets it; the others raise Unusable."""
    return spent(Token.secret_hash == hashed(secret), purpose, now)


def spent(which: ColumnElement[bool], purpose: str, now: datetime) -> str:
    once = update(Token).where(which, Token.purpose == purpose)
    once = once.where(Token.used_at.is_(None), Token.expires_at > now).values(used_at=now)
    address = db.session.execute(once.returning(Token.address)).scalar_one_or_none()
    if address is None:
        raise Unusable
    return str(address)


def id_of(secret: str) -> int:
    """The number of a secret that was issued a moment ago."""
    return db.session.scalars(select(Token.id).where(Token.secret_hash == hashed(secret))).one()


def spend_by_id(purpose: str, token_id: int, now: datetime) -> str:
    """As `spend`, for a token that was found by a code. Raises Unusable."""
    return spent(Token.id == token_id, purpose, now)


def forget(now: datetime) -> None:
    """Delete secrets a day after their end."""
    db.session.execute(delete(Token).where(Token.expires_at < now - timedelta(hours=24)))
