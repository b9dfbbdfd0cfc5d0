"""What a circle keeps besides: its questions, what it came to see, how each sees that, and links."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from convene.circles.models import CircleQuestion, Insight, Resource, Stance
from convene.circles.stances import FRESH
from convene.extensions import db

MOST_OPEN = 20  # questions that a circle works on at a time

Kept = TypeVar("Kept", CircleQuestion, Insight, Resource)


class TooMany(Exception):
    """A circle works on MOST_OPEN questions at a time; others can be asked when some are settled."""


def kept(made: Kept) -> Kept:
    """The row, with its number."""
    db.session.add(made)
    db.session.flush()
    return made


def questions(circle_id: int) -> Sequence[CircleQuestion]:
    """Open ones first, in the order they were raised."""
    rows = select(CircleQuestion).where(CircleQuestion.circle_id == circle_id)
    rows = rows.order_by(CircleQuestion.state, CircleQuestion.position, CircleQuestion.id)
    return db.session.scalars(rows).all()


def question(circle_id: int, question_id: int) -> CircleQuestion | None:
    return db.session.scalar(
        select(CircleQuestion).where(CircleQuestion.circle_id == circle_id, CircleQuestion.id == question_id)
    )


def refuse_too_many(circle_id: int) -> None:
    mine = (CircleQuestion.circle_id == circle_id, CircleQuestion.state == "open")
    if (db.session.scalar(select(func.count(CircleQuestion.id)).where(*mine)) or 0) >= MOST_OPEN:
        raise TooMany


def ask(circle_id: int, words: str, author_id: int, event_id: int | None, now: datetime) -> CircleQuestion:
    """Raises TooMany."""
    refuse_too_many(circle_id)
    last = select(func.max(CircleQuestion.position)).where(CircleQuestion.circle_id == circle_id)
    made = CircleQuestion(
        circle_id=circle_id,
        event_id=event_id,
        position=1 + (db.session.scalar(last) or 0),
        words=words,
        author_id=author_id,
        created_at=now,
    )
    return kept(made)


def settle(asked: CircleQuestion, settled: bool, now: datetime) -> None:
    """Raises TooMany where it would be open again as one too many."""
    if not settled and asked.state != "open":
        refuse_too_many(asked.circle_id)
    asked.state, asked.settled_at = ("settled", now) if settled else ("open", None)


def insights(
    circle_id: int, *, since: datetime | None = None, before: int = 0, most: int | None = None
) -> Sequence[Insight]:
    """The newest first, with what everybody said of each: three queries, however many. `before`: an id."""
    rows = select(Insight).where(Insight.circle_id == circle_id, Insight.removed_at.is_(None)).limit(most)
    if since is not None:
        rows = rows.where(Insight.created_at >= since)
    if before:
        rows = rows.where(Insight.id < before)
    rows = rows.options(joinedload(Insight.author), selectinload(Insight.stances))
    return db.session.scalars(rows.order_by(Insight.id.desc())).all()


def insight(circle_id: int, insight_id: int) -> Insight | None:
    rows = select(Insight).where(Insight.circle_id == circle_id, Insight.id == insight_id)
    return db.session.scalar(rows.where(Insight.removed_at.is_(None)).options(selectinload(Insight.stances)))


def insight_to_change(circle_id: int, insight_id: int) -> Insight | None:
    """The same with its row locked: of two who press at once the second counts the first."""
    mine = select(Insight.id).where(Insight.circle_id == circle_id, Insight.id == insight_id)
    db.session.execute(mine.with_for_update())
    return insight(circle_id, insight_id)


def see(
    circle_id: int,
    words: str,
    author_id: int,
    now: datetime,
    event_id: int | None = None,
    question_id: int | None = None,
) -> Insight:
    made = Insight(
        circle_id=circle_id,
        event_id=event_id,
        question_id=question_id,
        words=words,
        author_id=author_id,
        created_at=now,
    )
    return kept(made)


def take_stance(seen: Insight, person_id: int, stance: str, words: str, now: datetime) -> None:
    """How somebody sees it, in place of what they said before; an empty stance takes it back. The row must be locked.

    What the circle is told of it is counted anew once FRESH people have said something new since the last time.
    """
    mine = next((one for one in seen.stances if one.person_id == person_id), None)
    if not stance:
        if mine is not None:
            seen.stances.remove(mine)
        return
    if mine is None:
        mine = Stance(person_id=person_id, stance=stance, words=words, said_at=now)
        seen.stances.append(mine)
    elif mine.stance != stance:
        mine.said_at = now
    mine.stance, mine.words = stance, words
    told_at = seen.told_at
    if sum(told_at is None or one.said_at > told_at for one in seen.stances) >= FRESH:
        seen.told, seen.told_at = dict(Counter(said(seen).values())), now


def said(seen: Insight) -> dict[int, str]:
    """What each said; who was erased counts under a number that is nobody's."""
    return {stance.person_id or -stance.id: stance.stance for stance in seen.stances}


def resources(circle_id: int) -> Sequence[Resource]:
    rows = select(Resource).where(Resource.circle_id == circle_id).options(joinedload(Resource.author))
    return db.session.scalars(rows.order_by(Resource.id.desc())).all()


def resource(circle_id: int, resource_id: int) -> Resource | None:
    return db.session.scalar(
        select(Resource).where(Resource.circle_id == circle_id, Resource.id == resource_id)
    )


def keep_link(
    circle_id: int,
    title: str,
    url: str,
    words: str,
    author_id: int,
    now: datetime,
    question_id: int | None = None,
) -> Resource:
    made = Resource(
        circle_id=circle_id,
        title=title,
        url=url,
        words=words,
        author_id=author_id,
        created_at=now,
        question_id=question_id,
    )
    return kept(made)
