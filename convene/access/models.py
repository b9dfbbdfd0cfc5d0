"""Who is signed in, what was asked how often, and what was done: the rows that guard the house."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from convene.extensions import db


class SignIn(db.Model):
    """One device on which an organiser is signed in; the cookie's value is kept as a hash only."""

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(
        String(254), index=True
    )  # folded; one address may serve several hosts
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    device: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]  # when an app, a key or a code on paper vouched for this device


class Token(db.Model):
    """A one-time secret sent by mail, kept as a hash: an organiser's sign-in link."""

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(254), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Code(db.Model):
    """Six digits in a letter, for mail read on another device; bound to the browser that asked for it."""

    id: Mapped[int] = mapped_column(primary_key=True)
    browser_hash: Mapped[str] = mapped_column(String(64), unique=True, index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(20))  # signup, sign_in
    subject_id: Mapped[int]  # of the signup or the token
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class Authenticator(db.Model):
    """An app that shows six digits (RFC 6238), as second factor; its secret is encrypted."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), unique=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int] = mapped_column(default=0)  # the step last used: no code counts twice
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class Passkey(db.Model):
    """A key in a device (WebAuthn), as second factor."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RecoveryCode(db.Model):
    """One of ten codes on paper that stand in once for a lost second factor."""

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(254), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RateCount(db.Model):
    """How often something was asked in one window of time, counted across processes and restarts."""

    __table_args__ = (UniqueConstraint("name", "subject", "window_start"), Index(None, "window_end"))

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(64))  # a keyed hash: no address is kept for counting
    window_start: Mapped[datetime]
    window_end: Mapped[datetime]
    count: Mapped[int]


class AuditEntry(db.Model):
    """What was done, by whom, to which row, and when; never the content. Append-only."""

    __table_args__ = (Index(None, "organisation_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    actor: Mapped[str] = mapped_column(String(40))  # "person:12", "worker", "command"
    verb: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))  # "event:7"
