"""All of a circle to take away: one document to read (Markdown), and tables for a spreadsheet (CSV)."""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.calendar import zones
from convene.circles import queries
from convene.circles.models import (
    Action,
    Circle,
    CircleQuestion,
    Insight,
    Note,
    Post,
    Resource,
    Stance,
    Thread,
)
from convene.circles.stances import summary
from convene.extensions import db
from convene.signups.exporting import BOM, safe

NOBODY = "somebody no longer here"
STANCES = {
    "agree": "agree",
    "disagree": "disagree",
    "unsure": "not sure",
    "differently": "see it differently",
}
TABLES = ("sessions", "members", "questions", "insights", "actions", "resources", "posts")

Table = list[list[str]]


def named(person: Any) -> str:
    return (person.called or person.name) if person is not None else NOBODY


def day(at: datetime | None, circle: Circle) -> str:
    return f"{zones.local(at, circle.zone):%Y-%m-%d %H:%M}" if at else ""


def rows_of(circle: Circle, what: str) -> Table:
    """One of TABLES with its head; times by the circle's clocks."""
    makers = {
        "sessions": sessions,
        "members": members,
        "questions": questions,
        "insights": insights,
        "actions": actions,
        "resources": resources,
        "posts": posts,
    }
    return makers[what](circle)


def as_csv(table: Iterable[list[str]]) -> str:
    """CSV (RFC 4180) that no spreadsheet takes for a formula."""
    piece = io.StringIO()
    csv.writer(piece).writerows([safe(cell) for cell in row] for row in table)
    return BOM + piece.getvalue()


def all_of(table: Any, circle: Circle) -> list[Any]:
    rows = select(table).where(table.circle_id == circle.id).order_by(table.id)
    return list(db.session.scalars(rows))


def question_words(circle: Circle) -> dict[int | None, str]:
    return {one.id: one.words for one in all_of(CircleQuestion, circle)}


def notes(circle: Circle) -> dict[int, str]:
    ids = [one.event_id for one in queries.sessions(circle.id)]
    rows = select(Note.event_id, Note.words).where(Note.event_id.in_(ids))
    return {event_id: words for event_id, words in db.session.execute(rows)}


def sessions(circle: Circle) -> Table:
    kept = notes(circle)
    return [
        ["starts", "ends", "state", "host", "decided", "notes"],
        *(
            [day(one.event.starts_at, circle), day(one.event.ends_at, circle), one.event.state.replace("_", " "),
             named(one.host) if one.host else "", one.decided, kept.get(one.event_id, "")]
            for one in queries.sessions(circle.id)
        ),
    ]  # fmt: skip


def members(circle: Circle) -> Table:
    found = queries.members(circle.id, "member", "waiting", "asked", "left")
    return [
        ["name", "state", "joined", "left", "agreed to version"],
        *(
            [one.person.name, one.state, day(one.joined_at, circle), day(one.left_at, circle),
             str(one.agreed_version or "")]
            for one in found
        ),
    ]  # fmt: skip


def questions(circle: Circle) -> Table:
    found = all_of(CircleQuestion, circle)
    return [
        ["question", "about", "state", "raised by", "raised"],
        *([one.words, one.about, one.state, named(one.author), day(one.created_at, circle)] for one in found),
    ]


def insights(circle: Circle) -> Table:
    asked = question_words(circle)
    rows = select(Insight).where(Insight.circle_id == circle.id, Insight.removed_at.is_(None))
    whole = (joinedload(Insight.author), joinedload(Insight.stances).joinedload(Stance.person))
    found = db.session.scalars(rows.options(*whole).order_by(Insight.id)).unique().all()
    # What was pressed is told as on the pages: never of whom, nor of so few, nor so soon, that it would point to one.
    told = {one.id: summary(one.told).counts for one in found}
    return [
        ["insight", "question", "by", "when", *STANCES.values(), "what they say"],
        *(
            [one.words, asked.get(one.question_id, ""), named(one.author), day(one.created_at, circle),
             *(str(told[one.id].get(kind, "")) for kind in STANCES),
             "; ".join(f"{named(stance.person)}: {stance.words}" for stance in one.stances if stance.words)]
            for one in found
        ),
    ]  # fmt: skip


def actions(circle: Circle) -> Table:
    asked = question_words(circle)
    return [
        ["action", "owner", "due", "state", "what came of it", "question", "said", "closed"],
        *(
            [one.words, named(one.owner) if one.owner_id else "", one.due_on.isoformat() if one.due_on else "",
             one.state, one.reason, asked.get(one.question_id, ""), day(one.created_at, circle),
             day(one.closed_at, circle)]
            for one in all_of(Action, circle)
        ),
    ]  # fmt: skip


def resources(circle: Circle) -> Table:
    return [
        ["title", "link", "about", "by", "when"],
        *([one.title, one.url, one.words, named(one.author), day(one.created_at, circle)]
          for one in all_of(Resource, circle)),
    ]  # fmt: skip


def posts(circle: Circle) -> Table:
    rows = select(Post, Thread.title).join(Thread, Thread.id == Post.thread_id)
    rows = rows.where(Thread.circle_id == circle.id, Post.removed_at.is_(None)).options(
        joinedload(Post.author)
    )
    return [
        ["conversation", "by", "when", "words"],
        *(
            [title, named(post.author), day(post.written_at, circle), post.words]
            for post, title in db.session.execute(rows.order_by(Thread.id, Post.id))
        ),
    ]


def as_markdown(circle: Circle) -> str:
    """The whole circle as one document, in the order in which it happened."""
    parts = [f"# {circle.title}", f"> {circle.challenge.question}", circle.about]
    agreed = queries.agreement(circle.id)
    for heading, words in (
        ("Who it is for", circle.for_whom),
        ("How it runs", circle.how_it_runs),
        ("What we agree on", agreed.words if agreed else ""),
    ):
        parts += [f"## {heading}", words] if words else []
    people = [f"- {one.person.name}" for one in queries.members(circle.id)]
    parts += ["## Who is in it", "\n".join(people)] if people else []
    parts += told_sessions(circle)
    for heading, what, line in (
        ("Questions", "questions", lambda row: f"- {row[0]} ({row[2]})"),
        ("Insights", "insights", told_insight),
        ("Actions", "actions", told_action),
        ("Resources", "resources", lambda row: f"- [{row[0]}]({row[1]}) {row[2]}".rstrip()),
    ):
        lines = [line(row) for row in rows_of(circle, what)[1:]]
        parts += [f"## {heading}", "\n".join(lines)] if lines else []
    parts += told_posts(circle)
    learnt = queries.learning(circle.id)
    if learnt is not None:
        parts += ["## What we learnt"]
        for heading, words in (
            ("What we hoped", learnt.hoped),
            ("What happened", learnt.happened),
            ("What we would do again", learnt.again),
        ):
            parts += [f"### {heading}", words] if words else []
    return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"


def told_sessions(circle: Circle) -> list[str]:
    kept, parts = notes(circle), ["## Sessions"]
    for one in queries.sessions(circle.id):
        event = one.event
        off = " (called off)" if event.state == "called_off" else ""
        parts.append(f"### {zones.spoken(event.starts_at, event.ends_at, event.zone)}{off}")
        if one.host is not None:
            parts.append(f"Hosted by {named(one.host)}.")
        parts += [kept.get(one.event_id, ""), f"Decided: {one.decided}" if one.decided else ""]
    return parts if len(parts) > 1 else []


def told_insight(row: list[str]) -> str:
    counts = [f"{number} {kind}" for kind, number in zip(STANCES.values(), row[4:8], strict=True) if number]
    said = f" ({', '.join(counts)})" if counts else ""
    return f"- {row[0]}{said}" + (f" {row[8]}" if row[8] else "")


def told_action(row: list[str]) -> str:
    facts = [part for part in (row[1], f"due {row[2]}" if row[2] else "", row[3]) if part]
    return f"- {row[0]} ({', '.join(facts)})" + (f": {row[4]}" if row[4] else "")


def told_posts(circle: Circle) -> list[str]:
    parts: list[str] = []
    last = None
    for title, by, at, words in rows_of(circle, "posts")[1:]:
        if title != last:
            parts += [*([] if parts else ["## Conversations"]), f"### {title}"]
            last = title
        parts.append(f"**{by}**, {at}:\n\n{words}")
    return parts
