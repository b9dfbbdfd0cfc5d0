"""Signups from a file that somebody else's program wrote: read with patience, each fault named by its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from convene.access import audit
from convene.events.capacity import Places
from convene.events.models import Event
from convene.events.queries import locked
from convene.extensions import db
from convene.people import merging
from convene.people.addresses import BadAddress, checked, folded
from convene.people.models import Person
from convene.people.words import BadWords, folded_name, tidy
from convene.signups import actions, queries
from convene.signups.exporting import FORMULA
from convene.signups.models import HOLDING, Signup

MOST_ROWS = 20_000
MOST_BYTES = 5_000_000
LONGEST = 120  # letters of a name, or of what is known beside it
CHUNK = 200
# What a head may be called, in small letters, and the column it stands for.
HEADS = {
    "name": ("name", "full name", "your name", "attendee", "attendee name", "guest", "guest name"),
    "first": ("first name", "firstname", "given name", "forename"),
    "last": ("last name", "lastname", "surname", "family name"),
    "address": ("email", "e-mail", "email address", "e-mail address", "mail", "address"),
    "affiliation": ("affiliation", "organisation", "organization", "company", "group"),
    "field": ("field", "field of work", "sector"),
    "place": ("place", "town", "city", "based in"),
}
SAID = {"address": "email address", "first": "first name", "last": "last name", "affiliation": "organisation"}
COLUMNS = {head: column for column, heads in HEADS.items() for head in heads}


class Unreadable(Exception):
    """The file as a whole cannot be taken; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: who it is about, or the fault that it has."""

    line: int
    name: str = ""
    address: str = ""
    affiliation: str = ""
    field: str = ""
    place: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What would happen with one line: new, known, already, ask, fault."""

    row: Row
    kind: str
    words: str


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Latin-1, with or without a byte-order mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")  # Latin-1 as Windows writes it


def read(data: bytes) -> list[Row]:
    """The rows of a CSV file, each tidied or with its fault. Raises Unreadable."""
    if len(data) > MOST_BYTES:
        raise Unreadable(
            "This file is larger than 5 MB. Split it, and bring the parts in one after the other."
        )
    text = decoded(data).replace("\0", "\ufffd")
    if not text.strip():
        raise Unreadable("This file is empty.")
    first = text.lstrip("\r\n").splitlines()[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        heads = columns(next(line for line in reader if any(cell.strip() for cell in line)))
        return list(rows(reader, heads))
    except csv.Error:
        raise Unreadable(
            f"Line {reader.line_num} cannot be read as CSV: perhaps a quotation mark is not closed."
        ) from None


def columns(line: Sequence[str]) -> dict[str, int]:
    """Which column of the file is which of ours. Raises Unreadable."""
    found: dict[str, int] = {}
    for number, cell in enumerate(line):
        head = COLUMNS.get(" ".join(cell.split()).casefold())
        if head in found:
            raise Unreadable(
                f"Two columns are both for the {SAID.get(head, head)}: “{cell.strip()[:40]}” and "
                f"“{line[found[head]].strip()[:40]}”. Take one of them away, or give it another head."
            )
        if head:
            found[head] = number
    if "name" not in found and "first" not in found:
        raise Unreadable(
            "No column is called “Name”. The first line of the file must name the columns: Name, Email, and if you "
            "like Organisation, Field and Town. An XLSX file must be saved as CSV first."
        )
    return found


def rows(reader: Iterator[list[str]], heads: dict[str, int]) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for number, cells in enumerate((one for one in reader if any(cell.strip() for cell in one)), start=1):
        if number > MOST_ROWS:
            raise Unreadable(
                f"This file has more than {MOST_ROWS:,} lines. Split it, and bring the parts in one after the other."
            )
        line: int = reader.line_num  # type: ignore[attr-defined] # it is csv's own reader
        made = row(line, {name: cells[at] if at < len(cells) else "" for name, at in heads.items()})
        if made.address and not made.fault:
            earlier = seen.setdefault(folded(made.address), line)
            if earlier != line:
                made = Row(line, made.name, made.address, fault=f"The same address stands in line {earlier}")
        yield made


def row(line: int, cells: dict[str, str]) -> Row:
    try:
        plain = {name: tidy(unguarded(cell)) for name, cell in cells.items()}
        name = plain.pop("name", "") or f"{plain.get('first', '')} {plain.get('last', '')}".strip()
        plain = {key: text for key, text in plain.items() if key not in ("first", "last")}
        if not name:
            return Row(line, fault="There is no name")
        if (
            max(
                len(text)
                for text in (name, *(plain.get(key, "") for key in ("affiliation", "field", "place")))
            )
            > LONGEST
        ):
            return Row(line, name[:LONGEST], fault=f"Something is longer than {LONGEST} letters")
        address = checked(plain.pop("address")) if plain.get("address") else ""
    except BadWords:
        return Row(line, fault="It holds letters that are broken or cannot be shown")
    except BadAddress:
        return Row(line, name[:LONGEST], fault="The address is not one")
    plain.pop("address", None)
    return Row(line, name, address, **plain)


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from reading it as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def known(organisation_id: int, some: Sequence[Row]) -> tuple[dict[str, Person], set[str]]:
    """People known by the addresses of these rows, and the folded names known among those without one."""
    addresses = [folded(one.address) for one in some if one.address]
    names = [folded_name(one.name) for one in some if one.name and not one.address]
    mine = (Person.organisation_id == organisation_id, Person.state != "erased")
    people = {
        one.address or "": one
        for one in db.session.scalars(select(Person).where(*mine, Person.address.in_(addresses)))
    }
    alike = select(Person.name_folded).where(*mine, Person.name_folded.in_(names)) if names else None
    return people, set(db.session.scalars(alike)) if alike is not None else set()


def signups_of(event_id: int, people: Sequence[Person]) -> dict[int, Signup]:
    ids = [one.id for one in people]
    rows = select(Signup).where(Signup.event_id == event_id, Signup.person_id.in_(ids))
    return {one.person_id: one for one in db.session.scalars(rows)}


def plan(event: Event, rows: Sequence[Row]) -> list[Outcome]:
    """What would happen with each row, in few queries; nothing is changed."""
    found = []
    for some in chunks(rows):
        people, alike = known(event.organisation_id, some)
        there = signups_of(event.id, list(people.values()))
        found += [outcome(one, people, alike, there) for one in some]
    return found


def seats(planned: Sequence[Outcome], places: Places) -> tuple[int, int]:
    """How many of those to be brought in would get a place, and how many come into line: never past those in it."""
    coming = sum(one.kind in ("new", "known") for one in planned)
    given = min(coming, places.left) if places.open_to_new else 0
    return given, coming - given


def outcome(one: Row, people: dict[str, Person], alike: set[str], there: dict[int, Signup]) -> Outcome:
    if one.fault:
        return Outcome(one, "fault", one.fault)
    person = people.get(folded(one.address)) if one.address else None
    if person is None and not one.address and folded_name(one.name) in alike:
        # Somebody made anew is under no rule: who is meant is asked, whether or not there is one.
        return Outcome(
            one, "ask", "We know somebody of that name: add them by hand, where you are asked who is meant"
        )
    if person is None:
        return Outcome(one, "new", "Somebody new" if one.address else "Somebody new, told by you")
    signup = there.get(person.id)
    if signup is not None and signup.state in (*HOLDING, "waitlisted"):
        return Outcome(one, "already", "Has a place already, or is in line")
    return Outcome(one, "known", "Known here already; their name stays as it is")


def bring_in(event_id: int, some: Sequence[Row], with_letters: bool, now: datetime) -> int:
    """Give these people a place, or one in line, in the order of the file; returns how many had none before.

    Rows with a fault, and names that have to be asked about, are left out. Raises actions.NotOpen.
    """
    event = locked(event_id)
    actions.refuse_unless_open(event, now)
    people, alike = known(event.organisation_id, some)
    there = signups_of(event.id, list(people.values()))
    places = queries.places(event).of(False)
    merged = merging.ever(event.organisation_id)
    left, waits, added = places.left, places.waiting > 0, 0
    for one in some:
        if outcome(one, people, alike, there).kind not in ("new", "known"):
            continue
        person = people.get(folded(one.address)) if one.address else None
        if person is None and merged and one.address:
            person = merging.formerly(event.organisation_id, folded(one.address))
        person = person or new_person(event, one, now)
        added += 1
        if with_letters:
            db.session.flush()
            actions.bring_in_person(event, person, now)
            continue
        signup = there.get(person.id) if person.id else None
        if signup is None:
            signup = Signup(event=event, person=person, started_at=now)
            db.session.add(signup)
        elif signup.state in (*HOLDING, "waitlisted"):
            continue
        person.state = "active"
        if left > 0 and not waits:
            signup.state, signup.confirmed_at, left = "confirmed", now, left - 1
        else:
            signup.state, signup.queue_number, waits = "waitlisted", event.next_in_line, True
            event.next_in_line += 1
    db.session.flush()
    return added


def new_person(event: Event, one: Row, now: datetime) -> Person:
    made = Person(
        organisation_id=event.organisation_id, name=one.name, state="active", created_at=now,
        address=folded(one.address) if one.address else None, address_typed=one.address or None,
        affiliation=one.affiliation or None, field=one.field or None, place=one.place or None,
    )  # fmt: skip
    db.session.add(made)
    return made


def note(event: Event, actor: str, now: datetime) -> None:
    audit.record(event.organisation_id, actor, "signups.imported", f"event:{event.id}", now)
