"""How fast letters leave: so many a minute in all and to one domain, over all workers, and none while a domain rests.

A letter that is over the measure goes back to wait for the next minute; its tries are not raised. All that is due for
the same domain waits with it, so that the next look at the queue meets the others' letters at once.

A domain that says "too many" rests for 1, 5, then 15 minutes. Its rest has a row of its own, named with an @ before
the domain: `given` is then how many rests there were in a row, `window_start` when this one began.
"""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, and_, bindparam, case, delete, func, or_, select, update

from convene.extensions import db, dialect, upsert
from convene.mail.models import OutgoingMail, Pace

MINUTE = timedelta(minutes=1)
RESTS = (MINUTE, 5 * MINUTE, 15 * MINUTE)
TABLE = cast(Table, Pace.__table__)
ALL = ""  # the row that counts every domain together

CLAIMABLE = or_(
    and_(OutgoingMail.state.in_(("queued", "retry")), OutgoingMail.due_at <= bindparam("now")),
    and_(OutgoingMail.state == "sending", OutgoingMail.lease_until <= bindparam("now")),
)

FREED = case((OutgoingMail.state == "sending", "retry"), else_=OutgoingMail.state)

# What is full or rests already: looked at first, so that a minute that is over costs nobody a write.
STANDS = select(TABLE.c.domain, TABLE.c.window_start, TABLE.c.given, TABLE.c.rests_until)
STANDS = STANDS.where(or_(TABLE.c.domain == ALL, TABLE.c.rests_until > bindparam("now")))

# The server's words for "not so fast": 4.7.x is the class of policy (RFC 3463, 3.8).
HURRIED = re.compile(
    r"^4\d\d(?=.*(\b4\.7\.\d|too many|\brate\b|throttl|slow down))", re.IGNORECASE | re.DOTALL
)

Due = Sequence[tuple[int, str]]  # id and address, the first to leave first


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()


def allowed(due: Due, now: datetime) -> list[int] | None:
    """Of these letters the ids that may leave now, or none at all where this minute is over for every domain.

    In the caller's transaction: the claim that takes the letters counts them. Those that are over, and all that is due
    for the same domain, are put off.
    """
    per_domain, in_all = (current_app.config[f"MAIL_PER_{name}MINUTE"] for name in ("DOMAIN_", ""))
    window = minute_of(now)
    until: dict[str, datetime] = {}
    room = in_all or len(due)
    for domain, began, given, rests_until in db.session.execute(STANDS, {"now": now}):
        if domain != ALL:
            until[domain.removeprefix("@")] = rests_until
        elif in_all and began == window:
            room -= given
    if room <= 0:
        return None
    may: Due = [row for row in due if domain_of(row[1]) not in until][:room]
    if per_domain and may:
        given_to = count(by_domain(may), now)
        may, full = within(may, {domain: per_domain - number for domain, number in given_to.items()})
        until |= dict.fromkeys(full, window + MINUTE)
    if in_all and may:
        over = count(Counter({ALL: len(may)}), now)[ALL] - in_all  # another worker may have come between
        may = may[: max(0, len(may) - over)] if over > 0 else may
        if not may:
            return None
    taken = [mail_id for mail_id, _ in may]
    for domain in sorted(by_domain(due).keys() & until.keys()):
        held = [mail_id for mail_id, address in due if domain_of(address) == domain]
        put_off(domain, until[domain], now, held, taken)
    return taken


def within(rows: Due, room: dict[str, int]) -> tuple[Due, set[str]]:
    """Those that fit, and the domains that are full; a room below 0 says by how many they are too many."""
    left = {domain: size + min(0, room[domain]) for domain, size in by_domain(rows).items()}
    may = []
    for mail_id, address in rows:
        left[domain_of(address)] -= 1
        if left[domain_of(address)] >= 0:
            may.append((mail_id, address))
    return may, {domain for domain, number in left.items() if number < 0}


def by_domain(rows: Due) -> Counter[str]:
    return Counter(domain_of(address) for _, address in rows)


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def count(letters: Counter[str], now: datetime) -> dict[str, int]:
    """Add so many letters to each domain's minute; returns what each has been given in it. One statement.

    Sorted, so that two workers never wait for each other crosswise.
    """
    window = minute_of(now)
    rows = [
        {"domain": domain, "window_start": window, "given": letters[domain]} for domain in sorted(letters)
    ]
    return {domain: given for domain, given in db.session.execute(counting(dialect()), rows)}


@lru_cache
def counting(dialect: str) -> Any:
    """The statement that counts, put together once for each kind of database: it runs for every batch."""
    new = upsert(TABLE)
    same = TABLE.c.window_start == new.excluded.window_start
    total = case((same, TABLE.c.given + new.excluded.given), else_=new.excluded.given)
    begun = {"given": total, "window_start": new.excluded.window_start}
    return new.on_conflict_do_update(index_elements=["domain"], set_=begun).returning(
        TABLE.c.domain, TABLE.c.given
    )


def put_off(domain: str, until: datetime, now: datetime, held: Sequence[int], taken: Sequence[int]) -> None:
    """Let these, and all else that is due for their domain, wait; what another worker is claiming goes its way."""
    theirs = func.lower(OutgoingMail.to_address).endswith(f"@{domain}", autoescape=True)
    due = select(OutgoingMail.id).where(CLAIMABLE, or_(OutgoingMail.id.in_(held), theirs))
    due = due.where(OutgoingMail.id.not_in(taken)).with_for_update(skip_locked=True)
    rows = update(OutgoingMail).where(OutgoingMail.id.in_(due.scalar_subquery()))
    rows = rows.values(state=FREED, due_at=until, lease_until=None, lease_owner=None)
    db.session.execute(rows, {"now": now}, execution_options={"synchronize_session": False})


def resting(now: datetime) -> dict[str, datetime]:
    """The domains that asked for a rest, and until when."""
    rows = db.session.execute(STANDS.where(TABLE.c.domain != ALL).order_by(TABLE.c.domain), {"now": now})
    return {domain.removeprefix("@"): rests_until for domain, _, _, rests_until in rows}


def hurried(answer: str) -> bool:
    """Whether the server says that we send too fast, and not that something is wrong with the letter."""
    return HURRIED.match(answer) is not None


def rest(domain: str, now: datetime) -> datetime:
    """Let this domain rest, longer each time in a row; returns until when.

    In a row: the last rest ended less than the longest one ago. Letters that were in hand when it began change nothing.
    """
    name = f"@{domain}"[:254]
    # Two workers may hear it at the same moment: the row is there before either of them locks it.
    new = upsert(TABLE).values(domain=name, given=0, window_start=now)
    db.session.execute(new.on_conflict_do_nothing(index_elements=["domain"]))
    row = db.session.get_one(Pace, name, with_for_update=True, populate_existing=True)
    until = row.rests_until
    if until is None or until <= now:
        row.given = row.given + 1 if until is not None and now - until < RESTS[-1] else 1
        row.window_start = now
        until = row.rests_until = now + RESTS[min(row.given, len(RESTS)) - 1]
    return until


def forget(now: datetime) -> None:
    """Clear away the counts and rests of more than a day ago."""
    db.session.execute(delete(TABLE).where(TABLE.c.window_start < now - timedelta(days=1)))
