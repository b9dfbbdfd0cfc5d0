"""Finding challenges and circles."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.circles.models import Challenge, Circle
from convene.extensions import db


def gathering() -> Sequence[Circle]:
    """Circles that people can find: forming or open, around a challenge that is open."""
    rows = select(Circle).join(Circle.challenge)
    rows = rows.where(Circle.state.in_(("forming", "open")), Challenge.state == "open")
    return db.session.scalars(rows.options(joinedload(Circle.challenge)).order_by(Circle.id)).all()


def public(slug: str) -> Circle | None:
    """Any circle by its address, with its challenge and host."""
    whole = (joinedload(Circle.challenge), joinedload(Circle.organisation))
    return db.session.scalar(select(Circle).where(Circle.slug == slug).options(*whole))
