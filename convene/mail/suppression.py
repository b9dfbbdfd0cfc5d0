"""Addresses that asked never to be mailed, or that bounce: kept as keyed hashes, asked before every letter."""

from datetime import datetime

from sqlalchemy import select

from convene.extensions import db, upsert
from convene.links import keyed_hash
from convene.mail.models import Suppression


def fold(address: str) -> str:
    return address.strip().casefold()


def suppress(address: str, reason: str, now: datetime) -> None:
    row = upsert(Suppression).values(
        address_hash=keyed_hash("address", fold(address)), reason=reason, created_at=now
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["address_hash"]))


def reason_for(address: str) -> str | None:
    """Why this address must not be mailed, or none."""
    hash_ = keyed_hash("address", fold(address))
    return db.session.scalar(select(Suppression.reason).where(Suppression.address_hash == hash_))
