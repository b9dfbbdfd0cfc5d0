"""What the groups of an event were when a page was shown, so that a press from an older page does nothing else.

Ids alone cannot say it: SQLite gives the ids of rows that went to the next rows that come, so that after a deal the
number of somebody's seat is the number of somebody else's.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select

from convene.events.models import Event
from convene.extensions import db
from convene.groups import queries
from convene.groups.actions import Changed
from convene.groups.models import Round, Snapshot


def revision(event: Event, rounds: Sequence[Round], kept: Sequence[Snapshot] | None = None) -> str:
    """A word for all rounds of an event (`queries.rounds`) as they were read, drafts and told: every act changes it.

    The newest snapshot is in it too: an act that was undone and done anew has the same number and another time.
    Read after the rounds, it makes a page that was read while somebody pressed an outdated one. `kept` are all
    snapshots, where a page has read them already.
    """
    last = next(iter(kept), None) if kept is not None else newest(event.id)
    facts = [
        (
            (round_.id, round_.number, round_.state, round_.has_begun, round_.created_at.isoformat()),
            [
                (group.id, group.pinned, [(seat.id, seat.person_id, seat.pinned) for seat in group.seats])
                for group in round_.groups
            ],
        )
        for round_ in rounds
    ]
    word = repr((facts, (last.id, last.made_at.isoformat()) if last else None))
    return hashlib.sha256(word.encode()).hexdigest()[:16]


def newest(event_id: int) -> Row[int, datetime] | None:
    rows = select(Snapshot.id, Snapshot.made_at).where(Snapshot.event_id == event_id)
    return db.session.execute(rows.order_by(Snapshot.id.desc()).limit(1)).first()


def refuse_outdated(event: Event, shown: str) -> None:
    """Raises Changed unless the groups are still what the page showed. The event row must be locked."""
    if revision(event, queries.rounds(event.id)) != shown:
        raise Changed
