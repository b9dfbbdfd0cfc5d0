"""What circles keep about a person: put together for that person, and taken off their name when they are erased.

What somebody wrote belongs to a conversation that others were part of: it stays, and stands under no name.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Text, and_, delete, literal, select, union_all, update

from convene.circles.models import (
    Action,
    Circle,
    CircleQuestion,
    CircleSession,
    Insight,
    Member,
    Mention,
    Note,
    NoteVersion,
    PollMark,
    Post,
    Resource,
    Skip,
    Stance,
    Thread,
)
from convene.events.models import Event
from convene.extensions import db

# Columns that say whose something is; without anybody in them it is nobody's.
NAMED = (
    Action.owner_id,
    Action.author_id,
    CircleQuestion.author_id,
    CircleSession.host_id,
    Insight.author_id,
    Note.edited_by_id,
    NoteVersion.author_id,
    Post.author_id,
    Resource.author_id,
    Stance.person_id,
    Thread.author_id,
)
UNDONE = ("owned", "doing")


def moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def of(person_id: int) -> list[dict[str, Any]]:
    """Each circle that they have to do with, and what is theirs in it; nothing that others wrote."""
    rows = select(Member, Circle).join(Circle, Circle.id == Member.circle_id)
    found = db.session.execute(rows.where(Member.person_id == person_id).order_by(Member.id)).all()
    theirs = written(person_id) if found else {}
    return [
        {
            "circle": circle.title,
            "state": member.state,
            "words_to_the_host": member.words,
            "asked": moment(member.asked_at),
            "joined": moment(member.joined_at),
            "left": moment(member.left_at),
            "agreed_to_version": member.agreed_version,
            "agreed": moment(member.agreed_at),
            "posts_come": member.delivery,
            "written": theirs.get(circle.id, []),
        }
        for member, circle in found
    ]


def memberships(person_id: int) -> list[int]:
    """Where they are in a circle, wait or ask, in the order in which circles are locked."""
    rows = select(Member.id).where(Member.person_id == person_id, Member.state.not_in(("left", "declined")))
    return list(db.session.scalars(rows.order_by(Member.circle_id)))


def written(person_id: int) -> dict[int, list[dict[str, Any]]]:
    """By circle: what they wrote, said they would do or cannot make, in one question to the database."""
    nothing = literal("", Text)
    rows: CompoundSelect[Any] = union_all(
        select(literal("Post", Text).label("kind"), Thread.circle_id, Post.words, nothing, Post.written_at)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Post.author_id == person_id, Post.removed_at.is_(None)),
        select(literal("Note", Text), Event.circle_id, NoteVersion.words, nothing, NoteVersion.written_at)
        .join(Note, Note.id == NoteVersion.note_id)
        .join(Event, Event.id == Note.event_id)
        .where(NoteVersion.author_id == person_id),
        select(literal("Insight", Text), Insight.circle_id, Insight.words, nothing, Insight.created_at).where(
            Insight.author_id == person_id, Insight.removed_at.is_(None)
        ),
        select(literal("Stance", Text), Insight.circle_id, Stance.words, Stance.stance, Stance.said_at)
        .join(Insight, Insight.id == Stance.insight_id)
        .where(Stance.person_id == person_id),
        select(
            literal("Action", Text), Action.circle_id, Action.words, Action.state, Action.created_at
        ).where(Action.owner_id == person_id),
        select(literal("Session skipped", Text), Event.circle_id, Event.title, nothing, Event.starts_at)
        .join(Skip, Skip.event_id == Event.id)
        .where(Skip.person_id == person_id),
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for kind, circle_id, words, state, at in db.session.execute(rows):
        found.setdefault(circle_id, []).append(
            {"what": kind, "words": words, "state": state, "when": moment(at)}
        )
    for ones in found.values():
        ones.sort(key=lambda one: str(one["when"]))
    return found


def blank(person_id: int) -> None:
    """Take their name off everything; what they undertook and had not done is open to others again."""
    quiet = {"synchronize_session": False}
    theirs = and_(Action.owner_id == person_id, Action.state.in_(UNDONE))
    db.session.execute(update(Action).where(theirs).values(state="proposed"), execution_options=quiet)
    said = update(Stance).where(Stance.person_id == person_id).values(words="")
    db.session.execute(said, execution_options=quiet)
    for column in NAMED:
        named = update(column.class_).where(column == person_id).values({column.key: None})
        db.session.execute(named, execution_options=quiet)
    for table in (Skip, PollMark, Mention):
        db.session.execute(delete(table).where(table.person_id == person_id), execution_options=quiet)
    hosted = update(Circle).where(Circle.host_id == person_id).values(host_id=None)
    db.session.execute(hosted, execution_options=quiet)
    gone = update(Member).where(Member.person_id == person_id)
    gone = gone.values(words="", delivery="none", queue_number=None, generation=Member.generation + 1)
    db.session.execute(gone, execution_options=quiet)
    # Who never pressed the button has told us nothing that is counted.
    unheard = (Member.person_id == person_id, Member.state == "started")
    db.session.execute(delete(Member).where(*unheard), execution_options=quiet)
    db.session.expire_all()
