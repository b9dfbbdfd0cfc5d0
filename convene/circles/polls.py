"""A small poll to find the first date: the host offers times, members say when they can, the host picks one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from convene.circles import letters, queries
from convene.circles.models import Circle, Member, PollMark, PollOption, TimePoll
from convene.circles.posting import post
from convene.extensions import db, upsert

MARKS = ("yes", "if_need_be", "no")
MOST = 12  # times in one poll


class Closed(Exception):
    """The poll is over, or was never opened; or the circle is over, and nobody in it is asked anything."""


class BadTimes(ValueError):
    """No time to come, the same twice, or more than MOST."""


@dataclass(frozen=True, slots=True)
class Tally:
    """One time and what people said of it."""

    option: PollOption
    yes: int
    if_need_be: int
    no: int


def open_poll(circle: Circle, times: Sequence[datetime], now: datetime) -> TimePoll:
    """Ask all members, and those who come in until it is closed. Raises BadTimes, Closed. The circle must be locked."""
    if circle.state == "ended":
        raise Closed
    if not 1 <= len(set(times)) <= MOST or min(times) <= now:
        raise BadTimes
    close(circle.id, now)
    asked = TimePoll(circle_id=circle.id, opened_at=now)
    asked.options = [PollOption(starts_at=at) for at in sorted(set(times))]
    db.session.add(asked)
    db.session.flush()
    for member in queries.members(circle.id):
        post(letters.poll(member, asked), member, now)
    return asked


def running(circle_id: int) -> TimePoll | None:
    rows = select(TimePoll).where(TimePoll.circle_id == circle_id, TimePoll.closed_at.is_(None))
    return db.session.scalar(rows.order_by(TimePoll.id.desc()).limit(1))


def close(circle_id: int, now: datetime, picked: PollOption | None = None) -> None:
    asked = running(circle_id)
    if asked is not None:
        asked.closed_at, asked.picked_id = now, picked.id if picked else None
        db.session.flush()


def mark(member: Member, said: Mapping[int, str], now: datetime) -> None:
    """Write down when this member can come, by option. Raises Closed; what is no option or mark is left out."""
    asked = running(member.circle_id)
    if asked is None or member.state != "member":
        raise Closed
    options = {option.id for option in asked.options}
    rows = [
        {"option_id": option_id, "person_id": member.person_id, "mark": one, "marked_at": now}
        for option_id, one in said.items()
        if option_id in options and one in MARKS
    ]
    if rows:
        new = upsert(PollMark).values(rows)
        new = new.on_conflict_do_update(
            index_elements=["option_id", "person_id"],
            set_={"mark": new.excluded.mark, "marked_at": new.excluded.marked_at},
        )
        db.session.execute(new)


def marks_of(asked: TimePoll, person_id: int) -> dict[int, str]:
    rows = select(PollMark.option_id, PollMark.mark).where(PollMark.person_id == person_id)
    rows = rows.where(PollMark.option_id.in_([option.id for option in asked.options]))
    return {option_id: said for option_id, said in db.session.execute(rows)}


def tally(asked: TimePoll) -> list[Tally]:
    """The times with what was said of each, the one that suits most people first."""
    ids = [option.id for option in asked.options]
    rows = select(PollMark.option_id, PollMark.mark).where(PollMark.option_id.in_(ids))
    said: dict[int, list[str]] = {option_id: [] for option_id in ids}
    for option_id, one in db.session.execute(rows):
        said[option_id].append(one)
    found = [Tally(option, *(said[option.id].count(kind) for kind in MARKS)) for option in asked.options]
    return sorted(found, key=lambda one: (-(one.yes + one.if_need_be), -one.yes, one.option.starts_at))


def pick(circle: Circle, option_id: int, now: datetime) -> PollOption:
    """Close the poll with this time; the host plans the rhythm from it. Raises Closed. The circle must be locked."""
    asked = running(circle.id)
    option = next((one for one in asked.options if one.id == option_id), None) if asked else None
    if option is None:
        raise Closed
    close(circle.id, now, option)
    return option
