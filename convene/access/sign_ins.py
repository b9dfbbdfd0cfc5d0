"""Organisers' signed-in devices, kept on the server so that each can be ended at once."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from convene.access.models import SignIn
from convene.access.tokens import hashed
from convene.extensions import affected, db

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)  # how fine `seen_at` is: a page view is not a write each time


def is_open(now: datetime) -> list:
    return [SignIn.revoked_at.is_(None), SignIn.expires_at > now, SignIn.seen_at > now - IDLE]


def open_sign_in(address: str, organisation_id: int, device: str, now: datetime) -> str:
    """Sign a device in; returns the cookie's value (256 bits), of which only the hash is kept."""
    secret = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(
            secret_hash=hashed(secret),
            address=address,
            organisation_id=organisation_id,
            device=device[:80] or "a device that did not say what it is",
            created_at=now,
            seen_at=now,
            expires_at=now + LONGEST,
        )
    )
    db.session.flush()
    return secret


def find(secret: str, now: datetime) -> SignIn | None:
    """The open sign-in behind a cookie, or none."""
    return db.session.scalar(select(SignIn).where(SignIn.secret_hash == hashed(secret), *is_open(now)))


def open_for(address: str, now: datetime) -> Sequence[SignIn]:
    """Every device signed in with this address, the newest first."""
    rows = select(SignIn).where(SignIn.address == address, *is_open(now)).order_by(SignIn.id.desc())
    return db.session.scalars(rows).all()


def seen(sign_in_id: int, now: datetime) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now))


def switch(sign_in_id: int, organisation_id: int) -> None:
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(organisation_id=organisation_id))


def end(address: str, now: datetime, sign_in_id: int | None = None) -> int:
    """End one device of this address, or all of them; returns how many were ended."""
    rows = update(SignIn).where(SignIn.address == address, SignIn.revoked_at.is_(None))
    if sign_in_id is not None:
        rows = rows.where(SignIn.id == sign_in_id)
    return affected(rows.values(revoked_at=now))


def forget(now: datetime) -> None:
    """Delete sign-ins a month after their end."""
    db.session.execute(delete(SignIn).where(SignIn.expires_at < now - timedelta(days=30)))
