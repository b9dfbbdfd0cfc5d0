"""A circle's story: its sessions in order, what was decided, what people came to see, and what was done."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from convene import clock
from convene.circles import memory, promises, stances
from convene.circles.models import Action, CircleSession, Insight, Note
from convene.events.models import Event
from convene.extensions import db
from convene.web.forms import small
from convene.web.inside import entry
from convene.web.inside.entry import Inside

page = Blueprint("inside_story", __name__)

A_PAGE = 40  # chapters
ENOUGH = 25_000  # characters after which a page takes no earlier chapter
SEEN = 15  # insights in a chapter; the page of insights has them all


@dataclass(slots=True)
class Chapter:
    """One session held, and what came between it and the next; without an event: what came before the first."""

    event: Event | None
    decided: str = ""
    has_note: bool = False
    seen: list[tuple[Insight, stances.Summary]] = field(default_factory=list)
    done: list[Action] = field(default_factory=list)
    let_go: list[Action] = field(default_factory=list)


@page.get("/<token>/story")
def show(token: str) -> ResponseReturnValue:
    """The latest sessions, as a book is opened at its end; `?until=` turns back."""
    here = entry.of(token)
    found = chapters(here, clock.now())
    until = min(small(request.args.get("until")) or len(found), len(found))
    lengths = accumulate(length(one) for one in reversed(found[:until]))
    first = max(0, until - A_PAGE, until - 1 - sum(each <= ENOUGH for each in lengths))
    return render_template(
        "inside/story.html",
        inside=here,
        chapters=found[first:until],
        earlier=first,
        later=until < len(found),
        most=SEEN,
    )


def length(one: Chapter) -> int:
    """Characters that a chapter takes on the page, nearly."""
    seen = sum(len(insight.words) + 300 for insight, _ in one.seen[:SEEN])
    closed = sum(len(action.words) + len(action.reason) + 100 for action in (*one.done, *one.let_go))
    return 500 + len(one.decided) + seen + closed


def chapters(here: Inside, now: datetime) -> list[Chapter]:
    """A chapter for each session held, in order, with what was seen and done from it until the next."""
    rows = select(Event, CircleSession.decided, Note.version)
    rows = rows.outerjoin(CircleSession, CircleSession.event_id == Event.id)
    rows = rows.outerjoin(Note, Note.event_id == Event.id)
    rows = rows.where(Event.circle_id == here.circle.id, Event.state == "published", Event.starts_at <= now)
    held = db.session.execute(rows.order_by(Event.starts_at, Event.id)).all()
    found = [Chapter(event, decided or "", bool(version)) for event, decided, version in held]
    before = Chapter(None)
    starts = [event.starts_at for event, _, _ in held]

    def chapter(moment: datetime) -> Chapter:
        number = bisect_right(starts, moment)
        return found[number - 1] if number else before

    for one in reversed(memory.insights(here.circle.id)):
        chapter(one.created_at).seen.append((one, stances.summary(one.told)))
    for action in promises.of_circle(here.circle.id):
        if action.closed_at is not None:
            told = chapter(action.closed_at)
            (told.done if action.state == "done" else told.let_go).append(action)
    whole = [before, *found] if before.seen or before.done or before.let_go else found
    since = here.story_since
    return [one for one in whole if since is None or (one.event is not None and one.event.ends_at >= since)]
