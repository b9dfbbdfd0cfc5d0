"""A host's own questions to those who sign up: each with its purpose, who sees the answer, and how long it is kept."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select
from sqlalchemy.orm import joinedload

from convene.access import audit
from convene.events.models import Event
from convene.extensions import db
from convene.offers import actions as offers
from convene.signups.models import Question, Response, Signup

MOST = 10  # of one event, those for all events counted
OPTIONS = (2, 12)
LONGEST = 1000  # letters of an answer
KINDS = {
    "text": "In their own words",
    "one": "One of a list",
    "several": "Several of a list",
    "yes_no": "Yes or no",
}
SEEN_BY = {"organisers": "Organisers only", "hosts": "Organisers, and the host of that event"}
ASKED = ("kind", "words", "options", "purpose", "seen_by", "kept_days", "feeds")
YES_NO = ("Yes", "No")
FEEDS = {
    "": "As an answer, and no more",
    "offer": "Also as what they can give",
    "ask": "Also as what they seek",
}


# Every place's page asks the last two.
OF_HOST = select(Question).where(Question.organisation_id == bindparam("organisation_id"))
OF_HOST = OF_HOST.where(Question.retired_at.is_(None))
OF_HOST = OF_HOST.order_by(Question.event_id.is_not(None), Question.position, Question.id)
ASKED_AT = OF_HOST.where(or_(Question.event_id.is_(None), Question.event_id == bindparam("event_id")))
ANSWERS = select(Response.question_id, Response.words).where(Response.signup_id == bindparam("signup_id"))


class TooMany(Exception):
    """Ten questions are asked already at some event that this one would be asked at."""


class NoSuchAnswer(Exception):
    """What was sent is none of the answers that were offered, or is too long."""


def of_host(organisation_id: int) -> Sequence[Question]:
    """Those that are asked now, for all events first."""
    return db.session.scalars(OF_HOST, {"organisation_id": organisation_id}).all()


def asked_at(event: Event) -> Sequence[Question]:
    """Those asked of whoever signs up to this event."""
    asked = {"organisation_id": event.organisation_id, "event_id": event.id}
    return db.session.scalars(ASKED_AT, asked).all()


def asked_alone_at(event: Event) -> list[Question]:
    """Those of them that no other event asks."""
    return [one for one in asked_at(event) if one.event_id is not None]


def copy(event: Event, made: Event, actor: str, now: datetime) -> None:
    """Ask at a copy of an event what is asked at that event alone."""
    for one in asked_alone_at(event):
        ask(event.organisation_id, {**as_asked(one), "event_id": made.id}, actor, now)


def as_asked(question: Question) -> dict[str, Any]:
    """All that makes the question, but for where it is asked."""
    return {name: getattr(question, name) for name in ASKED}


def one(organisation_id: int, question_id: int) -> Question | None:
    mine = (Question.id == question_id, Question.organisation_id == organisation_id)
    return db.session.scalar(select(Question).where(*mine, Question.retired_at.is_(None)))


def was_asked(organisation_id: int, question_id: int) -> bool:
    """Whether this is or was a question of this host's."""
    mine = (Question.id == question_id, Question.organisation_id == organisation_id)
    return db.session.scalar(select(Question.id).where(*mine)) is not None


def choices(question: Question) -> list[str]:
    return list(YES_NO) if question.kind == "yes_no" else question.options.splitlines()


def ask(organisation_id: int, facts: Mapping[str, Any], actor: str, now: datetime) -> Question:
    """A new question; `facts` are columns of Question. Raises TooMany."""
    asked = of_host(organisation_id)
    everywhere = sum(one.event_id is None for one in asked)
    of_one = [
        sum(one.event_id == event for one in asked) for event in {one.event_id for one in asked} - {None}
    ]
    if facts.get("event_id") is not None:
        of_one = [sum(one.event_id == facts["event_id"] for one in asked)]
    if everywhere + max(of_one, default=0) >= MOST:
        raise TooMany
    made = Question(organisation_id=organisation_id, position=len(asked), created_at=now, **facts)
    db.session.add(made)
    db.session.flush()
    audit.record(organisation_id, actor, "question.asked", f"question:{made.id}", now)
    return made


def change(question: Question, facts: Mapping[str, Any], actor: str, now: datetime) -> Question:
    """Change a question. Once answered it is replaced: old answers keep the words and promises they were given to."""
    if all(getattr(question, name) == value for name, value in facts.items()):
        return question
    if not is_answered(question):
        for name, value in facts.items():
            setattr(question, name, value)
        audit.record(question.organisation_id, actor, "question.changed", f"question:{question.id}", now)
        return question
    question.retired_at = now
    made = Question(
        organisation_id=question.organisation_id, position=question.position, created_at=now,
        **{**as_asked(question), "event_id": question.event_id, **facts},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(question.organisation_id, actor, "question.replaced", f"question:{made.id}", now)
    return made


def is_answered(question: Question) -> bool:
    return (
        db.session.scalar(select(Response.id).where(Response.question_id == question.id).limit(1)) is not None
    )


def retire(question: Question, actor: str, now: datetime) -> None:
    """Ask no more; what was answered stays as long as was promised."""
    question.retired_at = now
    audit.record(question.organisation_id, actor, "question.retired", f"question:{question.id}", now)


def answers_of(signup_id: int) -> dict[int, str]:
    """What this person answered, by question."""
    return {question: words for question, words in db.session.execute(ANSWERS, {"signup_id": signup_id})}


def answer(signup: Signup, question: Question, given: Sequence[str], now: datetime) -> None:
    """Keep what they answered; nothing takes an earlier answer back. Raises NoSuchAnswer."""
    words = [text.strip() for text in given if text.strip()]
    if question.kind == "text":
        words = ["\n".join(words)] if words else []
        if words and len(words[0]) > LONGEST:
            raise NoSuchAnswer
    elif not set(words) <= set(choices(question)) or (question.kind != "several" and len(words) > 1):
        raise NoSuchAnswer
    mine = (Response.signup_id == signup.id, Response.question_id == question.id)
    found = db.session.scalar(select(Response).where(*mine))
    if not words:
        db.session.execute(delete(Response).where(*mine))
    elif found is None:
        made = Response(question_id=question.id, signup_id=signup.id, words="\n".join(words), answered_at=now)
        db.session.add(made)
    elif found.words != "\n".join(words):
        found.words, found.answered_at = "\n".join(words), now
    else:
        return
    if question.feeds and words:
        feed(signup, question, words, now)


def feed(signup: Signup, question: Question, words: Sequence[str], now: datetime) -> None:
    """Keep the answer among what they can give or seek too, for the hosts it was told to and the deal."""
    with suppress(offers.TooMany):  # they have said as much as one person may: the answer itself is kept
        offers.say(signup.person, question.feeds, "\n".join(words), "hosts", now)


def answers_at(event_id: int, readers: Sequence[str]) -> list[tuple[Question, list[tuple[Signup, str]]]]:
    """Each question that was answered at an event, in its own words, with the answers; for those who may read them."""
    rows = select(Question, Signup, Response.words).options(joinedload(Signup.person))
    rows = rows.join(Response, Response.question_id == Question.id)
    rows = rows.join(Signup, Response.signup_id == Signup.id).where(Signup.event_id == event_id)
    rows = rows.where(Question.seen_by.in_(readers)).order_by(Question.position, Question.id, Signup.id)
    found: dict[int, tuple[Question, list[tuple[Signup, str]]]] = {}
    for question, signup, words in db.session.execute(rows):
        found.setdefault(question.id, (question, []))[1].append((signup, words))
    return list(found.values())


def ever_asked(organisation_id: int, event_id: int | None) -> Sequence[Question]:
    """Every question, also of before, that somebody answered at this event, or at any."""
    rows = select(Question).where(Question.organisation_id == organisation_id)
    answered = select(Response.question_id)
    if event_id is not None:
        answered = answered.join(Signup, Response.signup_id == Signup.id).where(Signup.event_id == event_id)
        rows = rows.where(or_(Question.event_id.is_(None), Question.event_id == event_id))
    return db.session.scalars(
        rows.where(Question.id.in_(answered)).order_by(Question.position, Question.id)
    ).all()


def forget(now: datetime) -> int:
    """Delete answers once they have been kept as long as was promised; returns how many."""
    gone = 0
    for question in db.session.scalars(
        select(Question).where(Question.id.in_(select(Response.question_id)))
    ).all():
        over = select(Signup.id).join(Event, Signup.event_id == Event.id)
        over = over.where(Event.ends_at < now - timedelta(days=question.kept_days))
        old = (Response.question_id == question.id, Response.signup_id.in_(over))
        gone += db.session.scalar(select(func.count()).select_from(Response).where(*old)) or 0
        db.session.execute(delete(Response).where(*old))
    return gone
