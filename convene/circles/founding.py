"""A circle begins with three answers: which question, in what rhythm, for how many."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from convene.circles import queries
from convene.circles.models import Agreement, Challenge, Circle
from convene.extensions import db
from convene.people.actions import slug_of
from convene.people.models import Organisation

TITLE = 140


def free_slug(table: type[Challenge] | type[Circle], title: str) -> str:
    """A slug from the title, with a number where it is taken."""
    base = slug_of(title)
    taken = set(db.session.scalars(select(table.slug).where(table.slug.startswith(base))))
    candidates = [base, *(f"{base}-{number}" for number in range(2, 1000))]
    return next((slug for slug in candidates if slug not in taken), f"{base}-{uuid.uuid4().hex[:8]}")


def short(question: str) -> str:
    """A title from a question: its first words, whole ones."""
    if len(question) <= TITLE:
        return question
    return question[: TITLE - 2].rsplit(None, 1)[0] + " …"


def pose(host: Organisation, title: str, question: str, now: datetime, **more: str) -> Challenge:
    """A new challenge."""
    name = title or short(question)
    challenge = Challenge(
        organisation_id=host.id,
        slug=free_slug(Challenge, name),
        title=name,
        question=question,
        created_at=now,
        **more,
    )
    db.session.add(challenge)
    db.session.flush()
    return challenge


def found(host: Organisation, challenge: Challenge, facts: Mapping[str, Any], now: datetime) -> Circle:
    """A new circle, still forming: it opens with its first session."""
    title = facts.get("title") or short(challenge.title)
    columns = {name: value for name, value in facts.items() if name != "title"}
    circle = Circle(
        organisation_id=host.id,
        challenge=challenge,
        slug=free_slug(Circle, title),
        title=title,
        state="forming",
        created_at=now,
        **columns,
    )
    db.session.add(circle)
    db.session.flush()
    return circle


def write_agreements(circle: Circle, words: str, actor: str, now: datetime) -> Agreement | None:
    """A new wording, if it is another than the last; members accept it at their next visit."""
    newest = queries.agreement(circle.id)
    if (newest.words if newest else "") == words:
        return newest
    written = Agreement(
        circle_id=circle.id,
        version=newest.version + 1 if newest else 1,
        words=words,
        written_at=now,
        written_by=actor,
    )
    db.session.add(written)
    db.session.flush()
    return written
