"""What people said of an event, as its hosts may read it: without names, and only once enough of them answered."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from convene.extensions import db
from convene.nudges.models import Answer
from convene.signups.models import Signup

# Under this many answers a host could guess whose word is whose.
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Said:
    """`asked` people had a place, `answered` of them pressed something; the rest is silent, not content."""

    asked: int
    answered: int
    faces: dict[str, int]
    words: list[str]

    @property
    def enough(self) -> bool:
        return self.answered >= ENOUGH


def said(event_id: int) -> Said:
    """The answers to "How was it?" of one event; words in an order that tells nothing of who or when."""
    # In whole fives, as they first came (by id: a change keeps its place): what happens between two looks, an answer
    # more or one of the shown ones saved again, brings nobody else's to light.
    answers = select(Answer.value, Answer.words).where(
        Answer.event_id == event_id, Answer.question == "helped"
    )
    rows = db.session.execute(answers.order_by(Answer.id)).all()
    shown = rows[: len(rows) // ENOUGH * ENOUGH]
    asked = select(func.count()).where(Signup.event_id == event_id, Signup.state == "confirmed")
    return Said(
        asked=db.session.scalar(asked) or 0,
        answered=len(rows),
        faces=dict(Counter(value for value, _ in shown)),
        words=sorted(words for _, words in shown if words),
    )
