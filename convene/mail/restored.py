"""Whether the database has gone back in time: a copy restored from a backup would send again what left since.

Each machine that sends keeps a mark outside the database: which letter it saw leave last. A database in which that
letter has not left is older than the machine's own memory. The mark holds no words and no address.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from convene.extensions import db
from convene.mail.models import OutgoingMail

LEFT = ("sent", "bounced")
# As mail.log.purge: an older letter is missing because it was cleared away. Nothing else deletes letters; what
# ever does must leave the envelope of the last letter, or this takes the database for a restored one.
KEPT = timedelta(days=44)


@dataclass(frozen=True, slots=True)
class Mark:
    """The last letter that left from here. `installation` tells a restored database from another, new one."""

    installation: str
    message_id: str
    posted_at: str
    sent_at: str


def keep(file: Path, mark: Mark) -> None:
    """Write the mark, whole or not at all. Raises OSError where nothing can be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(mark)))
    part.replace(file)


def read(file: Path) -> Mark | None:
    """The mark, or none where there is none that can be read."""
    try:
        return Mark(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def gone_back(mark: Mark, installation: str, now: datetime) -> bool:
    """Whether this database does not know what its own machine saw leave."""
    if mark.installation != installation:
        return False
    state = db.session.scalar(select(OutgoingMail.state).where(OutgoingMail.message_id == mark.message_id))
    if state is None:
        return now - datetime.fromisoformat(mark.posted_at) < KEPT
    return state not in LEFT


def in_words(mark: Mark) -> str:
    """The reason that stands in the switch, for organisers and the operator (at most 300 characters)."""
    return (
        f"The database does not know of a letter that left on {datetime.fromisoformat(mark.sent_at):%-d %B %Y at %H.%M}"
        " UTC, so it seems to be a restored backup, and what left since would leave twice. "
        "Look through the outbox, drop what people have had, then run: convene mail --resume"
    )
