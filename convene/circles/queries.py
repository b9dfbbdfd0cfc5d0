"""Finding challenges and circles."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.circles.models import Challenge, Circle
from convene.extensions import db

GATHERING = select(Circle).join(Circle.challenge).options(joinedload(Circle.challenge))
GATHERING = GATHERING.where(Circle.state.in_(("forming", "open")), Challenge.state == "open")
GATHERING = GATHERING.order_by(Circle.id)  # written out once, as in events.queries


def gathering() -> Sequence[Circle]:
    """Circles that people can find: forming or open, around a challenge that is open."""
    return db.session.scalars(GATHERING).all()


def public(slug: str) -> Circle | None:
    """Any circle by its address, with its challenge and host."""
    whole = (joinedload(Circle.challenge), joinedload(Circle.organisation))
    return db.session.scalar(select(Circle).where(Circle.slug == slug).options(*whole))
