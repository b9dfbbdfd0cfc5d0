"""Hosts and speakers named on an event's page: written as lines, a name and after a comma who that is."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from convene.events.models import Event, Speaker
from convene.extensions import db

PARTS = ("host", "speaker")
MOST = 20  # of each part
NAME, ABOUT = 120, 400  # characters


def of(event_id: int) -> dict[str, list[Speaker]]:
    """Those of each part, in order."""
    rows = select(Speaker).where(Speaker.event_id == event_id).order_by(Speaker.position, Speaker.id)
    found = db.session.scalars(rows).all()
    return {part: [one for one in found if one.part == part] for part in PARTS}


def as_lines(named: Sequence[Speaker]) -> str:
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
