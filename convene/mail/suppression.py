"""Addresses that asked never to be mailed, bounce or complained: kept as keyed hashes, asked before every letter."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, select

from convene.extensions import affected, db, upsert
from convene.links import keyed_hash
from convene.mail.models import Suppression

BARRED = select(Suppression.address_hash, Suppression.reason)
BARRED = BARRED.where(Suppression.address_hash.in_(bindparam("hashes", expanding=True)))
BARRED_ONE = select(Suppression.reason).where(Suppression.address_hash == bindparam("hash"))


# What each reason overrules.
WEAKER: dict[str, tuple[str, ...]] = {
    "never": ("bounced", "complained"),
    "bounced": ("complained",),
    "complained": (),
}


def fold(address: str) -> str:
    return address.strip().casefold()


def suppress(address: str, reason: str, now: datetime) -> None:
    """Stop mail to this address for this reason, unless one stands that stops more: never, bounced, complained."""
    row = upsert(Suppression).values(
        address_hash=keyed_hash("address", fold(address)), reason=reason, created_at=now
    )
    more = row.on_conflict_do_update(
        index_elements=["address_hash"],
        set_={"reason": reason, "created_at": now},
        where=Suppression.reason.in_(WEAKER[reason]),
    )
    db.session.execute(more)


def reason_for(address: str) -> str | None:
    """Why this address must not be mailed, or none."""
    return db.session.scalar(BARRED_ONE, {"hash": keyed_hash("address", fold(address))})


def reasons_for(addresses: Iterable[str]) -> dict[str, str]:
    """Of these addresses, those that must not be mailed, and why."""
    hashes = {address: keyed_hash("address", fold(address)) for address in addresses}
    rows = db.session.execute(BARRED, {"hashes": list(set(hashes.values()))})
    found = {hash_: reason for hash_, reason in rows}
    return {address: found[hash_] for address, hash_ in hashes.items() if hash_ in found}


# A link that somebody asked for a moment ago, to sign in with: "never" was said to strangers' letters, not to these.
ASKED_FOR = ("sign_in", "new_device", "my_data", "address_changed")

# Whoever complained of a letter is told nothing more but what becomes of a place that they hold or wait for.
ABOUT_A_PLACE = ("place_confirmed", "place_link", "place_offered", "waitlisted", "asked", "not_this_time",
                 "changed", "cancelled", "declined",
                 "called_off", "your_group", "circle_joined", "circle_link", "circle_waiting", "circle_changed",
                 "circle_left", "circle_ended")  # fmt: skip


def forgiven(letter: str) -> tuple[str, str]:
    """The reasons that do not stop a letter of this kind; an empty text stands for none."""
    asked = letter in ASKED_FOR
    return "never" if asked else "", "complained" if asked or letter in ABOUT_A_PLACE else ""


def bars(reason: str | None, letter: str) -> bool:
    """Whether a suppression for this reason stops a letter of this kind."""
    return reason is not None and reason not in forgiven(letter)


def lift(address: str) -> bool:
    """Let mail go to this address again; False if nothing stood against it."""
    mine = delete(Suppression).where(Suppression.address_hash == keyed_hash("address", fold(address)))
    return affected(mine) > 0


def bar_on_row() -> ColumnElement[Any]:
    """In SQL: the reason that bars a letter whose `facts_for_bar` are the statement's values, else NULL."""
    stops = (
        Suppression.reason != bindparam("bar_forgiven"),
        Suppression.reason != bindparam("bar_forgiven_too"),
    )
    mine = Suppression.address_hash == bindparam("bar_hash")
    return select(Suppression.reason).where(mine, *stops).scalar_subquery()


def facts_for_bar(address: str, letter: str) -> dict[str, str]:
    """What `bar_on_row` asks for, for a letter of this kind to this address."""
    one, two = forgiven(letter)
    return {
        "bar_hash": keyed_hash("address", fold(address)),
        "bar_forgiven": one,
        "bar_forgiven_too": two,
    }


def not_sent(refusal: Any) -> Any:
    """What stands in the log of a letter that was barred; of a reason in SQL, the same in SQL."""
    return "not sent: this address is on the " + refusal + " list"
