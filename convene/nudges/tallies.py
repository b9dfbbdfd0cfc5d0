"""Counting what came of a quarter's events, with who answered a letter at all: the silent are never counted as a no."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from convene.extensions import db
from convene.network import came
from convene.network.rules import Told, told
from convene.nudges.models import Answer
from convene.people.models import Organisation


def count(organisation_id: int, period: str, as_of: datetime) -> None:
    """Count one quarter of one host as it stood then; the measure of feeling only where the host asked for it."""
    facts = came.read(organisation_id, period, as_of)
    answers = select(Answer.person_id).where(Answer.event_id.in_(facts.events), Answer.question == "helped")
    answered = set(db.session.scalars(answers.where(Answer.answered_at <= as_of)))
    host = db.session.get_one(Organisation, organisation_id)
    felt = feeling(facts, as_of) if host.asks_feeling else None
    came.count(organisation_id, period, as_of, answered, felt)


def feeling(facts: came.Facts, as_of: datetime) -> Told:
    """Of those who came, who feel more connected than before: each person's newest word."""
    here: set[int] = set().union(*(facts.here[event] for event in facts.events))
    rows = select(Answer.person_id, Answer.value).where(Answer.event_id.in_(facts.events))
    rows = rows.where(Answer.question == "feeling", Answer.answered_at <= as_of)
    said = {
        person: value for person, value in db.session.execute(rows.order_by(Answer.answered_at, Answer.id))
    }
    words = Counter(value for person, value in said.items() if person in here)
    return told(words["more"], len(here) - words["same"] - words["less"], len(here))
