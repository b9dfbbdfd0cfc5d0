"""Addresses that asked never to be mailed, or that bounce: kept as keyed hashes, asked before every letter."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, select

from convene.extensions import affected, db, upsert
from convene.links import keyed_hash
from convene.mail.models import Suppression

BARRED = select(Suppression.address_hash, Suppression.reason)
BARRED = BARRED.where(Suppression.address_hash.in_(bindparam("hashes", expanding=True)))


def fold(address: str) -> str:
    return address.strip().casefold()


def suppress(address: str, reason: str, now: datetime) -> None:
    row = upsert(Suppression).values(
        address_hash=keyed_hash("address", fold(address)), reason=reason, created_at=now
    )
    db.session.execute(row.on_conflict_do_nothing(index_elements=["address_hash"]))


def reason_for(address: str) -> str | None:
    """Why this address must not be mailed, or none."""
    return reasons_for([address]).get(address)


def reasons_for(addresses: Iterable[str]) -> dict[str, str]:
    """Of these addresses, those that must not be mailed, and why."""
    hashes = {address: keyed_hash("address", fold(address)) for address in addresses}
    rows = db.session.execute(BARRED, {"hashes": list(set(hashes.values()))})
    found = {hash_: reason for hash_, reason in rows}
    return {address: found[hash_] for address, hash_ in hashes.items() if hash_ in found}


# A link that somebody asked for a moment ago, to sign in with: "never" was said to strangers' letters, not to these.
ASKED_FOR = ("sign_in", "new_device")


def bars(reason: str | None, letter: str) -> bool:
    """Whether a suppression for this reason stops a letter of this kind."""
    return reason is not None and not (reason == "never" and letter in ASKED_FOR)


def lift(address: str) -> bool:
    """Let mail go to this address again; False if nothing stood against it."""
    mine = delete(Suppression).where(Suppression.address_hash == keyed_hash("address", fold(address)))
    return affected(mine) > 0


def bar_on_row() -> ColumnElement[Any]:
    """In SQL: the reason that bars a letter whose `facts_for_bar` are the statement's values, else NULL."""
    mine = Suppression.address_hash == bindparam("bar_hash"), Suppression.reason != bindparam("bar_forgiven")
    return select(Suppression.reason).where(*mine).scalar_subquery()


def facts_for_bar(address: str, letter: str) -> dict[str, str]:
    """What `bar_on_row` asks for, for a letter of this kind to this address."""
    forgiven = "never" if letter in ASKED_FOR else ""
    return {"bar_hash": keyed_hash("address", fold(address)), "bar_forgiven": forgiven}


def not_sent(refusal: Any) -> Any:
    """What stands in the log of a letter that was barred; of a reason in SQL, the same in SQL."""
    return "not sent: this address is on the " + refusal + " list"
