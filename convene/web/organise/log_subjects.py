"""What a line of the log is about, in words that the desk knows it by: the log itself keeps kinds and ids alone."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Integer, Select, String, cast, literal, null, select, union_all
from sqlalchemy.orm import aliased

from convene.calendar import zones
from convene.circles.models import Challenge, Circle
from convene.events import queries as events
from convene.events.models import Event
from convene.extensions import db
from convene.mail.models import OutgoingMail
from convene.mail.wording import LETTERS
from convene.messages.models import Message
from convene.nudges.rules.registry import RULES
from convene.offers.models import Term
from convene.people.models import Involvement, Lock, Person, Separation, Worry
from convene.signups.models import HelperLink, Invitation, Question, Signup
from convene.web.organise.outbox import LETTERS as SENT

# What stands where a row is gone, or has no words of its own.
OTHERWISE = {
    "person": "Somebody who is gone", "event": "An event that is gone", "circle": "A circle that is gone",
    "challenge": "A challenge that is gone", "signup": "A sign-up that is gone",
    "invitation": "An invitation that is gone", "helper": "A link that is gone",
    "question": "A question that is gone", "term": "A word that is gone", "involvement": "Somebody who is gone",
    "lock": "A rule that is gone", "separation": "A rule that is gone", "worry": "Somebody, in confidence",
    "mail": "A letter that is gone", "message": "A message that is gone", "letter": "A letter", "rule": "A letter",
    "organisation": "Your whole organisation", "sign_in": "A device of their own",
}  # fmt: skip
LEAD_ONLY = ("separation", "worry")
FIXED = {
    "rule": {one.kind: one.title for one in RULES},
    "letter": {name: kind.title for name, kind in LETTERS.items()},
}
FIRST, SECOND = aliased(Person), aliased(Person)
NO_EVENT = cast(null(), Integer)


def of_two(rule: type[Lock] | type[Separation]) -> Select[int, str, int | None]:
    names = FIRST.name + " and " + SECOND.name
    rows = select(rule.id, names, NO_EVENT).join(FIRST, FIRST.id == rule.first_id)
    return rows.join(SECOND, SECOND.id == rule.second_id)


# How each kind is found: the id, its words and the event that it belongs to; by whose id; whose it must be.
FOUND: dict[str, tuple[Any, Any, Any]] = {
    "person": (select(Person.id, Person.name, NO_EVENT), Person.id, Person.organisation_id),
    "event": (select(Event.id, literal(""), Event.id), Event.id, Event.organisation_id),
    "circle": (select(Circle.id, Circle.title, NO_EVENT), Circle.id, Circle.organisation_id),
    "challenge": (select(Challenge.id, Challenge.title, NO_EVENT), Challenge.id, Challenge.organisation_id),
    "signup": (
        select(Signup.id, Person.name, Signup.event_id).join(Person),
        Signup.id,
        Person.organisation_id,
    ),
    "invitation": (
        select(Invitation.id, Invitation.name, Invitation.event_id).join(
            Event, Event.id == Invitation.event_id
        ),
        Invitation.id,
        Event.organisation_id,
    ),
    "helper": (
        select(HelperLink.id, HelperLink.label, HelperLink.event_id).join(
            Event, Event.id == HelperLink.event_id
        ),
        HelperLink.id,
        Event.organisation_id,
    ),
    "question": (
        select(Question.id, Question.words, Question.event_id),
        Question.id,
        Question.organisation_id,
    ),
    "term": (select(Term.id, Term.name, NO_EVENT), Term.id, Term.organisation_id),
    "involvement": (
        select(Involvement.id, Person.name, NO_EVENT).join(Person, Person.id == Involvement.person_id),
        Involvement.id,
        Involvement.organisation_id,
    ),
    "mail": (
        select(OutgoingMail.id, OutgoingMail.letter, OutgoingMail.event_id),
        OutgoingMail.id,
        OutgoingMail.organisation_id,
    ),
    "message": (select(Message.id, Message.subject, Message.event_id), Message.id, Message.organisation_id),
    "lock": (of_two(Lock), Lock.id, Lock.organisation_id),
    "separation": (of_two(Separation), Separation.id, Separation.organisation_id),
    "worry": (
        select(Worry.id, Person.name, NO_EVENT).join(Person, Person.id == Worry.person_id),
        Worry.id,
        Worry.organisation_id,
    ),
}


def named(organisation_id: int, subjects: Collection[str], zone: str, *, is_lead: bool) -> dict[str, str]:
    """Each subject ("circle:2") in words, by two statements for all.

    Of another host's it tells nothing, and of what the lead alone reads nothing to others.
    """
    asked: dict[str, set[int]] = {}
    for kind, number in map(split, subjects):
        if kind in FOUND and (is_lead or kind not in LEAD_ONLY):
            asked.setdefault(kind, set()).add(number)
    parts = [rows(kind, organisation_id, ids) for kind, ids in sorted(asked.items())]
    found = db.session.execute(union_all(*parts)).all() if parts else []
    titles = titles_of(organisation_id, {event_id for *_, event_id in found if event_id}, zone)
    known = {}
    for kind, id_, words, event_id in found:
        words = SENT.get(words, "A letter") if kind == "mail" else words
        told = (words, titles.get(event_id, ""))
        known[f"{kind}:{id_}"] = ", ".join(one for one in told if one)
    return {one: known.get(one) or otherwise(one) for one in subjects}


def rows(kind: str, organisation_id: int, ids: Collection[int]) -> Any:
    found, id_, owner = FOUND[kind]
    found = found.with_only_columns(cast(literal(kind), String), *found.selected_columns)
    return found.where(owner == organisation_id, id_.in_(sorted(ids)))


def split(subject: str) -> tuple[str, int]:
    """The kind, and the number after it: 0 if there is none."""
    kind, _, last = subject.rpartition(":")
    return kind, int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0


def otherwise(subject: str) -> str:
    kind, _, name = subject.partition(":")
    return FIXED.get(kind, {}).get(name) or OTHERWISE.get(kind) or subject.replace(":", " ").replace("_", " ")


def titles_of(organisation_id: int, ids: Collection[int], zone: str) -> dict[int, str]:
    """Title and day: the dates of a series are all called the same."""
    if not ids:
        return {}
    return {
        id_: f"{title}, {zones.spoken_date(starts_at, zone)}"
        for id_, title, starts_at in events.titles(organisation_id, sorted(ids))
    }
