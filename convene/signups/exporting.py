"""Signups as a table that leaves the house: read in batches, so that fifty thousand weigh no more than fifty."""

import csv
import io
from collections.abc import Iterator, Sequence

from sqlalchemy import Select, or_, select

from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.people.models import Person
from convene.signups import questions
from convene.signups.models import Attendance, Question, Response, Signup

BATCH = 500
HEADS = (
    "Event", "Starts", "Name", "Called", "Email", "State", "Comes", "Signed up", "Affiliation", "Field", "Based in",
    "First time", "Access needs", "On the day",
)  # fmt: skip
WAYS = {False: "to the room", True: "online"}
# What a spreadsheet reads as the start of a formula, full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BOM = "\ufeff"  # by which spreadsheets know UTF-8


def safe(cell: str) -> str:
    """The cell as text, whatever a spreadsheet might make of it."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def table(organisation_id: int, event_id: int | None, zone: str) -> Iterator[list[list[str]]]:
    """The signups of one event, or of all, in batches of rows; the heads are the first row of the first batch."""
    asked = questions.ever_asked(organisation_id, event_id)
    columns = [(one.id, one.words) for one in asked]
    first = [[safe(text) for text in (*HEADS, *(words for _, words in columns))]]
    last = 0
    while True:
        rows = db.session.execute(batch(organisation_id, event_id, last)).all()
        answers = responses([row.id for row in rows]) if columns else {}
        yield first + [
            cells(row, [answers.get((row.id, id_), "") for id_, _ in columns], zone) for row in rows
        ]
        if len(rows) < BATCH:
            return
        first, last = [], rows[-1].id


def batch(organisation_id: int, event_id: int | None, after: int) -> Select:
    online = or_(Signup.attends_online, Event.format == "online")
    rows = select(
        Signup.id, Event.title, Event.starts_at, Person.name, Person.called, Person.address_typed,
        Signup.state, online.label("online"), Signup.started_at, Person.affiliation, Person.field, Person.place,
        Signup.first_time, Signup.access_needs, Attendance.state.label("here"),
    )  # fmt: skip
    rows = rows.join(Event, Signup.event_id == Event.id).join(Person, Signup.person_id == Person.id)
    rows = rows.outerjoin(Attendance, Attendance.signup_id == Signup.id)
    rows = rows.where(Event.organisation_id == organisation_id, Signup.id > after, Person.state != "erased")
    if event_id is not None:
        rows = rows.where(Signup.event_id == event_id)
    return rows.order_by(Signup.id).limit(BATCH)


def responses(signup_ids: Sequence[int]) -> dict[tuple[int, int], str]:
    rows = select(Response.signup_id, Response.question_id, Response.words)
    rows = rows.join(Question, Response.question_id == Question.id).where(Response.signup_id.in_(signup_ids))
    return {
        (signup, question): words.replace("\n", "; ") for signup, question, words in db.session.execute(rows)
    }


def cells(row: tuple, answers: list[str], zone: str) -> list[str]:
    _, title, starts, name, called, address, state, online, started, *rest, first_time, needs, here = row
    plain = [title, day(starts, zone), name, called, address, state, WAYS[online], day(started, zone), *rest]
    plain += [{True: "yes", False: "no"}.get(first_time, ""), needs, (here or "").replace("_", " "), *answers]
    return [safe(text or "") for text in plain]


def day(moment, zone: str) -> str:  # type: ignore[no-untyped-def] # a datetime, as the row has it
    return zones.local(moment, zone).strftime("%Y-%m-%d %H:%M")


def as_csv(batches: Iterator[list[list[str]]]) -> Iterator[str]:
    """CSV (RFC 4180) in UTF-8, one piece a batch."""
    yield BOM
    for rows in batches:
        piece = io.StringIO()
        csv.writer(piece).writerows(rows)
        yield piece.getvalue()
