"""Hosts and speakers named on an event's page: written as lines, a name and after a comma who that is."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select

from convene.events.models import Event, Speaker
from convene.extensions import db

PARTS = ("host", "speaker")
MOST = 20  # of each part
NAME, ABOUT = 120, 400  # characters


# Every event's page asks this, so it is written out once.
TABLE = Speaker.__table__.c
NAMED = select(TABLE.part, TABLE.name, TABLE.about).where(TABLE.event_id == bindparam("event_id"))
NAMED = NAMED.order_by(TABLE.position, TABLE.id)


class Named(NamedTuple):
    """Somebody named on an event's page."""

    name: str
    about: str


def of(event_id: int) -> dict[str, list[Named]]:
    """Those of each part, in order."""
    found = db.session.execute(NAMED, {"event_id": event_id}).all()
    return {part: [Named(name, about) for part_, name, about in found if part_ == part] for part in PARTS}


def named_at(event: Event) -> dict[str, list[Named]]:
    """The same, without asking where the event was read with the word that there are none."""
    return of(event.id) if event.has_speakers is not False else {part: [] for part in PARTS}


def as_lines(named: Sequence[Named]) -> str:
    return "\n".join(line(one.name, one.about) for one in named)


def line(name: str, about: str) -> str:
    return f"{name}, {about}" if about else name


def read(lines: str) -> list[tuple[str, str]]:
    """The (name, about) of each line that is not empty."""
    pairs = (line.partition(",") for line in lines.splitlines() if line.strip(" ,"))
    return [(name.strip(), about.strip()) for name, _, about in pairs]


def write(event: Event, part: str, named: Sequence[tuple[str, str]]) -> None:
    """These stand for those of this part that stood there before."""
    db.session.execute(delete(Speaker).where(Speaker.event_id == event.id, Speaker.part == part))
    for position, (name, about) in enumerate(named):
        db.session.add(Speaker(event_id=event.id, part=part, position=position, name=name, about=about))
