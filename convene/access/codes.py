"""Six digits in a letter, for mail read on another device: typed where they were asked for, they do what the link does.

Only keyed hashes are kept: of the digits, and of a secret that stands in the cookie of the browser that asked. The
digits are worth nothing to anybody else, and five wrong tries end them.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, select, update

from convene.access.models import Code
from convene.extensions import db, dialect, upsert
from convene.links import keyed_hash

TRIES = 5
TABLE = cast(Table, Code.__table__)
GIVEN = ("browser_hash", "code_hash", "purpose", "subject_id", "created_at", "expires_at")
NOBODY = 0  # no row has this number: a code for it is never right, and its tries are counted as any other's


class Wrong(Exception):
    """These are not the digits that this browser asked for; `left` tries remain, and none ends the code."""

    def __init__(self, left: int):
        super().__init__(left)
        self.left = left


def of_browser(browser: str, purpose: str, about: str) -> str:
    return keyed_hash("browser", f"{purpose}:{about}:{browser}")


def of_digits(browser_hash: str, digits: str) -> str:
    return keyed_hash("code", f"{browser_hash}:{digits}")


def make(browser: str, purpose: str, about: str, subject_id: int, until: datetime, now: datetime) -> str:
    """New digits for this browser; those it had for the same thing are dead. `about` tells things apart (a slug)."""
    mine = of_browser(browser, purpose, about)
    digits = f"{secrets.randbelow(1_000_000):06}"
    add(mine, of_digits(mine, digits), purpose, subject_id, until, now)
    return digits


def pretend(browser: str, purpose: str, about: str, until: datetime, now: datetime) -> None:
    """Where no new letter was sent: the code that stands is left as it is, and where there is none, tries count."""
    mine = of_browser(browser, purpose, about)
    if db.session.scalar(select(Code.id).where(Code.browser_hash == mine, Code.expires_at > now)) is None:
        add(mine, of_digits(mine, secrets.token_hex(16)), purpose, NOBODY, until, now)


def add(
    browser_hash: str, code_hash: str, purpose: str, subject_id: int, until: datetime, now: datetime
) -> None:
    facts = (browser_hash, code_hash, purpose, subject_id, now, until)
    db.session.execute(anew(dialect()), dict(zip(GIVEN, facts, strict=True)))


@lru_cache
def anew(dialect: str) -> Any:
    """The statement that puts a code in place of this browser's last, written out once for each kind of database."""
    row = upsert(TABLE).values({name: bindparam(name) for name in GIVEN})
    fresh = {name: row.excluded[name] for name in GIVEN}
    return row.on_conflict_do_update(
        index_elements=["browser_hash"], set_={**fresh, "tries": 0, "used_at": None}
    )


def subject(browser: str, purpose: str, about: str, typed: str, now: datetime) -> int:
    """What the code was made for: the id of a signup or of a token. Raises Wrong; the try counts once it is committed.

    Pressed twice, the right digits give the same answer: that a token works once is the token's own affair. Each try
    is counted before it is judged, so that many at once are no more than five.
    """
    mine = of_browser(browser, purpose, about)
    rows = update(Code).where(Code.browser_hash == mine, Code.purpose == purpose)
    counted = rows.where(Code.expires_at > now, Code.tries < TRIES).values(tries=Code.tries + 1)
    row = db.session.execute(
        counted.returning(Code.id, Code.code_hash, Code.subject_id, Code.tries)
    ).one_or_none()
    if row is None:
        raise Wrong(0)
    code_id, code_hash, subject_id, tries = row
    digits = "".join(one for one in typed if one.isascii() and one.isdigit())
    if not hmac.compare_digest(of_digits(mine, digits), code_hash) or subject_id == NOBODY:
        raise Wrong(TRIES - tries)
    db.session.execute(update(Code).where(Code.id == code_id).values(tries=Code.tries - 1, used_at=now))
    return int(subject_id)


def end(purpose: str, subject_id: int) -> None:
    """End the codes for one thing, as its link ends."""
    db.session.execute(delete(Code).where(Code.purpose == purpose, Code.subject_id == subject_id))


def forget(now: datetime) -> None:
    """Delete codes a day after their end."""
    db.session.execute(delete(Code).where(Code.expires_at < now - timedelta(hours=24)))
