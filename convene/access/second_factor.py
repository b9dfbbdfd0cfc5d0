"""A second step at sign-in: an app that shows six digits, a key in a device, or a code on paper.

It belongs to an address, as a sign-in does, and serves it at every host. Sources: RFC 6238 (TOTP), WebAuthn level 3.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
from cryptography.fernet import Fernet
from flask import current_app
from sqlalchemy import and_, delete, exists, select, update

from convene.access import limits
from convene.access.models import Authenticator, Passkey, RecoveryCode, SignIn
from convene.access.tokens import hashed
from convene.extensions import affected, db, upsert

UNFINISHED = timedelta(hours=1)
STEP = 30  # seconds, as every such app has it
CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


class Wrong(Exception):
    """The digits are not those of now, or were used already."""


def cipher() -> Fernet:
    """For the apps' secrets, which must be readable to be checked; the key is outside the database."""
    key = hmac.new(
        current_app.config["SECRET_KEY"].encode(), b"convene.authenticator", hashlib.sha256
    ).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def has(address: str) -> bool:
    """Whether this address has a second step; an app counts once its first digits were right."""
    app = exists().where(Authenticator.address == address, Authenticator.confirmed_at.is_not(None))
    return bool(db.session.scalar(select(app | exists().where(Passkey.address == address))))


def vouch(sign_in_id: int, now: datetime) -> None:
    """This device has taken the second step."""
    db.session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(second_factor_at=now))


# An app


def authenticator(address: str) -> Authenticator | None:
    return db.session.scalar(select(Authenticator).where(Authenticator.address == address))


def begin_authenticator(address: str, now: datetime) -> str:
    """A secret for an app, in base32; the one that still waits for its first digits is given again.

    Raises Wrong where an app is set up.
    """
    secret = pyotp.random_base32()
    row = {"address": address, "secret": cipher().encrypt(secret.encode()), "created_at": now}
    new = upsert(Authenticator).values(last_step=0, **row)
    # Two presses at once are one; a secret that nobody finished with is not shown to whoever comes an hour later.
    stale = (Authenticator.confirmed_at.is_(None), Authenticator.created_at < now - UNFINISHED)
    db.session.execute(new.on_conflict_do_update(index_elements=["address"], set_=row, where=and_(*stale)))
    found = authenticator(address)
    if found is None or found.confirmed_at is not None:
        raise Wrong
    return cipher().decrypt(found.secret).decode()


def address_for_app(secret: str, address: str) -> str:
    """What the QR picture holds: an otpauth:// address."""
    return pyotp.TOTP(secret).provisioning_uri(name=address, issuer_name="Convene")


def confirm_authenticator(address: str, digits: str, now: datetime) -> None:
    """The first digits of a new app. Raises Wrong."""
    spend_digits(address, digits, now, confirmed=False)
    db.session.execute(update(Authenticator).where(Authenticator.address == address).values(confirmed_at=now))


def spend_digits(address: str, digits: str, now: datetime, *, confirmed: bool = True) -> None:
    """Take the six digits of now, or of half a minute before or after; each counts once.

    Raises Wrong, limits.TooMany.
    """
    limits.take(now, SECOND_STEPS=address)
    found = authenticator(address)
    if found is None or (found.confirmed_at is not None) != confirmed:
        raise Wrong
    clock = pyotp.TOTP(cipher().decrypt(found.secret).decode())
    typed = "".join(digits.split())
    now_step = int(now.timestamp()) // STEP
    for step in (now_step, now_step - 1, now_step + 1):
        if hmac.compare_digest(clock.generate_otp(step).encode(), typed.encode("utf-8", "replace")):
            newer = update(Authenticator).where(Authenticator.id == found.id, Authenticator.last_step < step)
            if affected(newer.values(last_step=step)) == 1:
                return
            break
    raise Wrong


def remove_authenticator(address: str) -> bool:
    return affected(delete(Authenticator).where(Authenticator.address == address)) > 0


# Codes on paper


def new_codes(address: str, now: datetime) -> list[str]:
    """Ten new codes, of which only hashes are kept; older ones are dead."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.address == address))
    codes = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3)) for _ in range(CODES)
    ]
    hashes = [of_code(address, code) for code in codes]
    db.session.add_all(RecoveryCode(address=address, code_hash=one, created_at=now) for one in hashes)
    db.session.flush()
    return codes


def of_code(address: str, code: str) -> str:
    return hashed(f"{address}:{''.join(c for c in code.casefold() if c.isalnum())}")


def spend_code(address: str, code: str, now: datetime) -> None:
    """Take one code on paper, once. Raises Wrong, limits.TooMany."""
    limits.take(now, SECOND_STEPS=address)
    mine = update(RecoveryCode).where(RecoveryCode.address == address, RecoveryCode.used_at.is_(None))
    if affected(mine.where(RecoveryCode.code_hash == of_code(address, code)).values(used_at=now)) != 1:
        raise Wrong


def codes_left(address: str) -> int:
    rows = select(RecoveryCode.id).where(RecoveryCode.address == address, RecoveryCode.used_at.is_(None))
    return len(db.session.scalars(rows).all())


def forget_all(address: str) -> None:
    """No second step any more: what the operator does for somebody who lost everything."""
    for table in (Authenticator, Passkey, RecoveryCode):
        db.session.execute(delete(table).where(table.address == address))


def passkeys(address: str) -> Sequence[Passkey]:
    return db.session.scalars(select(Passkey).where(Passkey.address == address).order_by(Passkey.id)).all()
