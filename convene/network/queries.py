"""Reading one person's own side of their ties."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from convene.extensions import db
from convene.network.models import Tie
from convene.people.models import Person, Separation


def of_person(person_id: int) -> Sequence[Tie]:
    """Those that this person has not ended, with whom, the newest first; whoever asked to be erased is not known."""
    rows = (
        select(Tie)
        .join(Person, Person.id == Tie.other_id)
        .options(joinedload(Tie.other), joinedload(Tie.person))
    )
    rows = rows.where(Tie.person_id == person_id, Tie.ended_at.is_(None), Person.state != "erased")
    return db.session.scalars(rows.order_by(Tie.made_at.desc(), Tie.id.desc())).all()


def side(tie_id: int) -> Tie | None:
    """One side by its number, if it is not ended and both people are known, with both."""
    whole = (joinedload(Tie.person).joinedload(Person.organisation), joinedload(Tie.other))
    found = db.session.scalar(select(Tie).where(Tie.id == tie_id).options(*whole))
    if found is None or found.ended_at or "erased" in (found.person.state, found.other.state):
        return None
    return found


def told(organisation_id: int, use: str) -> list[str]:
    """What people let be told in this way, in an order that says nothing of who or when; a hundred at most."""
    rows = select(Tie.words).join(Person, Person.id == Tie.person_id)
    rows = rows.where(Tie.organisation_id == organisation_id, Tie.use == use, Tie.words != "")
    rows = rows.where(Tie.ended_at.is_(None), Person.state != "erased")
    return sorted(db.session.scalars(rows.limit(100)))


def other_side(tie: Tie) -> Tie | None:
    """The other's row, whatever they did with it."""
    mine = (Tie.person_id == tie.other_id, Tie.other_id == tie.person_id)
    return db.session.scalar(select(Tie).where(*mine))


def reaches(tie: Tie) -> bool:
    """Whether what this side writes would reach the other: nobody who writes is told."""
    theirs = other_side(tie)
    low, high = min(tie.person_id, tie.other_id), max(tie.person_id, tie.other_id)
    rule = select(Separation.id).where(Separation.first_id == low, Separation.second_id == high)
    apart = db.session.scalar(rule) is not None  # asked in any case: an end shows in no time that is saved
    return theirs is not None and theirs.ended_at is None and not apart
