"""The list of the erased, in a file beside the database: a backup does not know of it, so it is applied on restore.

Numbers and moments alone stand in it. A person is known by the number and the moment of their row, so that the list of
one installation harms nobody in another.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from convene.extensions import db, start_write
from convene.people.models import Person
from convene.privacy.erasure import StillOrganises, erase


def note(file: Path | None, person_id: int, created_at: datetime, now: datetime) -> None:
    """Add one, before the erasure is committed: it is then kept, or was refused. Raises OSError."""
    if file is None:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"person": person_id, "known_since": created_at.isoformat(), "at": now.isoformat()})
    with file.open("a", encoding="ascii") as list_:
        list_.write(line + "\n")
        list_.flush()
        os.fsync(list_.fileno())


def listed(file: Path | None) -> dict[int, str]:
    """Each person of the list and the moment they came to be known; a line cut off in mid-word counts for none."""
    found: dict[int, str] = {}
    if file is None or not file.exists():
        return found
    for line in file.read_text(encoding="ascii", errors="replace").splitlines():
        try:
            one = json.loads(line)
            found[int(one["person"])] = str(one["known_since"])
        except (ValueError, KeyError, TypeError):
            continue
    return found


def of_list(file: Path | None) -> list[int]:
    """The people of the list who are back in this database."""
    known = listed(file)
    numbers, back = sorted(known), []
    for first in range(0, len(numbers), 500):
        rows = select(Person.id, Person.created_at).where(
            Person.id.in_(numbers[first : first + 500]), Person.state != "erased"
        )
        back += [one for one, since in db.session.execute(rows) if since.isoformat() == known[one]]
    db.session.rollback()
    return sorted(back)


def apply_again(person_id: int, now: datetime) -> bool:
    """Erase somebody of the list once more, in a transaction of its own that the caller commits."""
    start_write()
    try:
        return erase(person_id, "command", now)
    except (
        StillOrganises
    ):  # they were made an organiser after they were erased: nobody is locked out by a list
        return False
