"""Kept apart, and in one circle: what the line makes of it, what the safeguarding lead is asked, and what they said.

Their answer is kept beside what is told in confidence, as numbers alone. Nothing here tells anybody else anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import and_, exists, func, or_, select

from convene.access import audit
from convene.circles import queries
from convene.circles.line import HOLDS, Line, Pair, Place
from convene.circles.models import HOLDING, Circle, Member
from convene.extensions import db
from convene.people.models import Person, Separation, Worry
from convene.people.queries import all_pairs, in_organisation
from convene.people.worries import CIRCLE, noted

Word = Literal["in", "out"]  # the lead lets them in, or leaves them in line
STANDING = ("member", "waiting", "asked")
ASIDE = ("member", "declined")  # in these states nobody has a number in line


def line_of(circle: Circle, now: datetime, newcomer: int = 0) -> Line:
    """The circle's line as it is. It asks the same of the database whoever is meant, so that all wait as long."""
    db.session.flush()
    inside = select(Member.person_id).where(Member.circle_id == circle.id, Member.state.in_(HOLDING))
    people = {*db.session.scalars(inside), *([circle.host_id] if circle.host_id else [])}
    rows = select(Member).where(Member.circle_id == circle.id, Member.queue_number.is_not(None))
    rows = rows.where(Member.state.not_in(ASIDE)).order_by(Member.queue_number)
    places = tuple(
        Place(one.person_id, one.queue_number or 0, one.state == "waiting", is_fresh(one, now))
        for one in db.session.scalars(rows)
    )
    ids = sorted({*people, *(one.person for one in places), newcomer})
    told = said(circle.organisation_id)
    return Line(
        inside=frozenset(people),
        places=places,
        apart=frozenset(held_by(ids)),
        let_in=frozenset(pair for of, pair, word, _ in told if of == circle.id and word == "in"),
        left_in_line=frozenset(pair for of, pair, word, _ in told if of == circle.id and word == "out"),
    )


def held_by(ids: Sequence[int]) -> list[tuple[int, int]]:
    """Among these people, who is held because of whom: each by the other, but nobody by a rule of their own."""
    rows = select(Separation).where(Separation.first_id.in_(ids), Separation.second_id.in_(ids))
    rules = db.session.scalars(rows).all()
    both = [(one, two, rule) for rule in rules for one, two in sides(rule)]
    return [(one, two) for one, two, rule in both if not is_own(rule, one)]


def sides(rule: Separation) -> tuple[tuple[int, int], tuple[int, int]]:
    return (rule.first_id, rule.second_id), (rule.second_id, rule.first_id)


def is_own(rule: Separation, person_id: int) -> bool:
    """Whether this person made the rule, by one press about somebody they had met."""
    return rule.created_by == f"person:{person_id}"


def is_fresh(member: Member, now: datetime) -> bool:
    return member.asked_at is not None and member.asked_at > now - HOLDS


def said(organisation_id: int) -> list[tuple[int, Pair, str, int]]:
    """What the lead said: the circle, the two people, the word, and which of them it let in or left in line."""
    rows = select(Worry.person_id, Worry.words)
    rows = rows.where(Worry.organisation_id == organisation_id, noted(CIRCLE)).order_by(Worry.id)
    found = []
    for person_id, words in db.session.execute(rows):
        circle, other, word = words.decode().split(":")[1:]
        found.append((int(circle), frozenset((person_id or 0, int(other))), word, person_id or 0))
    return found


@dataclass(frozen=True, slots=True)
class Case:
    """Two who are kept apart, with one circle between them: `standing` is the newcomer's, or member if both are in."""

    circle: Circle
    newcomer: Person
    other: Person
    standing: str

    @property
    def name(self) -> str:
        """The same for as long as it waits."""
        low, high = sorted((self.newcomer.id, self.other.id))
        return f"circle:{self.circle.id}:{low}:{high}"


def cases(organisation_id: int, now: datetime) -> list[Case]:
    """What the lead has yet to answer, by circle."""
    rules = all_pairs(Separation, organisation_id)
    ids = sorted({one for rule in rules for one in (rule.first_id, rule.second_id)})
    found = []
    for circle, standings in concerned(organisation_id, ids, now) if ids else ():
        for rule in rules:
            # By how they stand, those who are in it last; of two who are in, the one known longer is asked about.
            two = sorted((rule.first_id, rule.second_id), key=lambda one: standings.get(one) == "member")
            both_in = standings.get(two[0]) == "member"
            if (
                standings.get(two[1]) == "member"
                and (both_in or not is_own(rule, two[0]))
                and two[0] in standings
            ):
                found.append((circle, two[0], two[1], standings[two[0]]))
    if not found:
        return []
    people = {one.id: one for one in in_organisation(organisation_id, ids)}
    answered = {(of, pair, word, person) for of, pair, word, person in said(organisation_id)}

    def is_answered(circle: Circle, newcomer: int, other: int) -> bool:
        pair = frozenset((newcomer, other))
        words = [("in", newcomer), ("in", other), ("out", newcomer)]
        return any((circle.id, pair, word, person) in answered for word, person in words)

    return [
        Case(circle, people[newcomer], people[other], standing)
        for circle, newcomer, other, standing in found
        if not is_answered(circle, newcomer, other)
    ]


def in_one_circle(organisation_id: int) -> bool:
    """Whether any two who are kept apart have to do with one circle, whatever the lead said of them."""
    rows = select(Circle.id).where(Circle.organisation_id == organisation_id, Circle.state.in_(queries.LIVE))
    rows = rows.join(Separation, Separation.organisation_id == Circle.organisation_id)
    for one in (Separation.first_id, Separation.second_id):
        stands = or_(Member.state.in_(STANDING), Member.queue_number.is_not(None))
        mine = exists().where(Member.circle_id == Circle.id, Member.person_id == one, stands)
        rows = rows.where(or_(mine, Circle.host_id == one))
    return db.session.scalar(rows.limit(1)) is not None


def concerned(organisation_id: int, ids: Sequence[int], now: datetime) -> list[tuple[Circle, dict[int, str]]]:
    """The circles that go on, with how each of these people stands there: member, waiting, asked, or left the line."""
    rows = select(Circle).where(Circle.organisation_id == organisation_id, Circle.state.in_(queries.LIVE))
    circles = {one.id: one for one in db.session.scalars(rows.order_by(func.lower(Circle.title), Circle.id))}
    if not circles:
        return []
    found: dict[int, dict[int, str]] = {circle_id: {} for circle_id in circles}
    went = and_(Member.queue_number.is_not(None), Member.asked_at > now - HOLDS)
    stands = or_(Member.state.in_(STANDING), went)
    members = select(Member).where(Member.person_id.in_(ids), Member.circle_id.in_(circles), stands)
    for member in db.session.scalars(members):
        state = member.state if member.state in STANDING else "left"
        found[member.circle_id][member.person_id] = state
    for circle in circles.values():
        if circle.host_id in ids:
            found[circle.id][circle.host_id or 0] = "member"
    return [(circles[circle_id], standings) for circle_id, standings in found.items() if standings]


def things(organisation_id: int, now: datetime) -> list[str]:
    """A name for each case, the same for as long as it waits."""
    return [one.name for one in cases(organisation_id, now)]


def note(case: Case, word: Word, actor: str, now: datetime) -> None:
    """Keep what the lead said of these two in this circle; not asked again."""
    organisation_id = case.circle.organisation_id
    db.session.add(
        Worry(
            organisation_id=organisation_id,
            person_id=case.newcomer.id,
            words=CIRCLE + f"{case.circle.id}:{case.other.id}:{word}".encode(),
            state="set_aside",
            created_at=now,
            handled_at=now,
            handled_by=actor,
        )
    )
    db.session.flush()
    audit.record(organisation_id, actor, f"circle_apart.{word}", f"circle:{case.circle.id}", now)
