"""The note of a session, saved as people write: nothing that anybody typed is lost, whoever saves first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import defer, joinedload

from convene.circles import both
from convene.circles.models import Note, NoteVersion
from convene.extensions import db


class TooLong(Exception):
    """A note holds at most so many characters (both.MOST)."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one saving.

    merged      somebody else had saved since: the note now holds both
    clashed     both changed the same place, so the two stand one below the other
    mine        the number of the version that holds what was just typed, alone
    difference  from their text to that which holds both; empty unless merged
    """

    note: Note
    mine: int
    merged: bool = False
    clashed: bool = False
    difference: tuple[both.Piece, ...] = ()


def of(event_id: int) -> Note | None:
    return db.session.scalar(select(Note).where(Note.event_id == event_id))


def versions(note: Note, most: int) -> Sequence[NoteVersion]:
    """The newest savings, the newest first, with who wrote each; the words of none, as all together can be large."""
    rows = select(NoteVersion).where(NoteVersion.note_id == note.id)
    rows = rows.options(joinedload(NoteVersion.author), defer(NoteVersion.words))
    return db.session.scalars(rows.order_by(NoteVersion.version.desc()).limit(most)).all()


def version(note: Note, number: int) -> NoteVersion | None:
    return db.session.scalar(
        select(NoteVersion).where(NoteVersion.note_id == note.id, NoteVersion.version == number)
    )


def save(event_id: int, person_id: int, words: str, based_on: int, now: datetime) -> Saved:
    """Keep what somebody typed, begun from the version they had before them. Raises TooLong.

    The event's row must be locked: two who save at once are put one after the other. Where both together would be
    too long, the note stays as it is and what was typed is kept as a version beside it.
    """
    if len(words) > both.MOST:
        raise TooLong
    note = of(event_id)
    if note is None:
        note = Note(event_id=event_id, words="", version=0, edited_at=now)
        db.session.add(note)
        db.session.flush()
    theirs = note.words
    if words == theirs:
        return Saved(note, note.version)
    if based_on == note.version:
        add(note, words, based_on, person_id, now)
        return Saved(note, note.version)
    began = version(note, based_on)
    found = both.merged(began.words if began else "", theirs, words)
    add(note, words, based_on, person_id, now)
    mine = note.version
    whole = found.text if len(found.text) <= both.MOST else theirs
    add(note, whole, mine, person_id, now)
    clashed = found.clashed or whole != found.text
    return Saved(note, mine, True, clashed, tuple(both.difference(theirs, whole)))


def add(note: Note, words: str, based_on: int, person_id: int, now: datetime) -> None:
    """One more version, and the note as it says; versions of long ago that nobody's page can hold are forgotten."""
    note.version += 1
    note.words, note.edited_at, note.edited_by_id = words, now, person_id
    db.session.add(
        NoteVersion(
            note_id=note.id,
            version=note.version,
            based_on=based_on,
            words=words,
            written_at=now,
            author_id=person_id,
        )
    )
    db.session.flush()
    rows = select(NoteVersion.version, NoteVersion.author_id, NoteVersion.written_at)
    old = rows.where(NoteVersion.note_id == note.id, NoteVersion.written_at < now - both.KEPT)
    kept = [both.Version(*row) for row in db.session.execute(old)]
    gone = both.needless(kept, now)
    if gone:
        db.session.execute(
            delete(NoteVersion).where(NoteVersion.note_id == note.id, NoteVersion.version.in_(gone))
        )
