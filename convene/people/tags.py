"""A host's own words for some of its people."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from convene.access import audit
from convene.extensions import affected, db, upsert
from convene.people.models import Person, Tag, Tagged
from convene.people.words import folded_name

LONGEST = 40
MOST = 100  # tags of one host


class TooMany(Exception):
    """A host has as many tags as a list can hold."""


def of_host(organisation_id: int) -> list[tuple[Tag, int]]:
    """Every tag with how many people are under it, in order of name."""
    rows = select(Tag, func.count(Person.id)).outerjoin(Tagged, Tagged.tag_id == Tag.id)
    rows = rows.outerjoin(Person, (Person.id == Tagged.person_id) & (Person.state != "erased"))
    rows = rows.where(Tag.organisation_id == organisation_id).group_by(Tag.id).order_by(Tag.folded)
    return [(tag, number) for tag, number in db.session.execute(rows)]


def of_person(person_id: int) -> Sequence[Tag]:
    rows = select(Tag).join(Tagged, Tagged.tag_id == Tag.id).where(Tagged.person_id == person_id)
    return db.session.scalars(rows.order_by(Tag.folded)).all()


def one(organisation_id: int, tag_id: int) -> Tag | None:
    return db.session.scalar(select(Tag).where(Tag.id == tag_id, Tag.organisation_id == organisation_id))


def people(tag: Tag) -> set[int]:
    return set(db.session.scalars(select(Tagged.person_id).where(Tagged.tag_id == tag.id)))


def named(organisation_id: int, name: str) -> Tag:
    """The tag of this name, made if it is new, however it is cased. Raises TooMany."""
    folded = folded_name(name)[:LONGEST]
    mine = select(Tag).where(Tag.organisation_id == organisation_id)
    found = db.session.scalar(mine.where(Tag.folded == folded))
    if found is None:
        count = select(func.count()).where(Tag.organisation_id == organisation_id)
        if (db.session.scalar(count) or 0) >= MOST:
            raise TooMany
        found = Tag(organisation_id=organisation_id, name=name[:LONGEST], folded=folded)
        db.session.add(found)
        db.session.flush()
    return found


def put(person: Person, name: str, actor: str, now: datetime) -> Tag:
    """Put a person under a tag. Raises TooMany."""
    tag = named(person.organisation_id, name)
    row = upsert(Tagged).values(tag_id=tag.id, person_id=person.id).on_conflict_do_nothing()
    if affected(row):
        audit.record(person.organisation_id, actor, "person.tagged", f"person:{person.id}", now)
    return tag


def take_off(person: Person, tag: Tag, actor: str, now: datetime) -> None:
    """Take a person from under a tag; a tag with nobody left is gone."""
    gone = affected(delete(Tagged).where(Tagged.tag_id == tag.id, Tagged.person_id == person.id))
    if gone:
        audit.record(person.organisation_id, actor, "person.untagged", f"person:{person.id}", now)
    if not db.session.scalar(select(Tagged.person_id).where(Tagged.tag_id == tag.id).limit(1)):
        db.session.delete(tag)
