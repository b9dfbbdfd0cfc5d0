"""Saying what one can give and what one seeks, keeping it up, and the glossary that a host joins words with."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from convene.extensions import affected, db
from convene.offers.models import Alias, Offer, Term
from convene.offers.rules import LONGEST, MOST, SHOWN, expires, folded, parts
from convene.people.models import Person

TERMS = 300  # of one host
ALIASES = 20  # of one term


class TooMany(Exception):
    """As many as one person, one host or one term may have."""


class Taken(Exception):
    """That name is a term of its own, or another name of one, already."""


def say(person: Person, kind: str, text: str, shown: str, now: datetime) -> int:
    """Keep each thing of this text, or renew it; returns how many there were. Raises TooMany, keeping none."""
    new = parts(text)
    held = {one.folded: one for one in mine(person.id, kind)}
    if len({*held, *map(folded, new)}) > MOST:
        raise TooMany
    for words in new:
        found = held.get(folded(words))
        if found is None:
            found = Offer(
                organisation_id=person.organisation_id, person_id=person.id, kind=kind, words=words,
                folded=folded(words), created_at=now, expires_at=expires(now), shown="nobody",
            )  # fmt: skip
            db.session.add(found)
        found.words, found.expires_at = words, expires(now)
        found.shown = shown if shown in SHOWN else "nobody"
    db.session.flush()
    return len(new)


def mine(person_id: int, kind: str) -> Sequence[Offer]:
    return db.session.scalars(select(Offer).where(Offer.person_id == person_id, Offer.kind == kind)).all()


def renew(person_id: int, offer_id: int, now: datetime) -> bool:
    """Another ninety days; False where it is not theirs, or gone."""
    found = db.session.scalar(select(Offer).where(Offer.id == offer_id, Offer.person_id == person_id))
    if found is not None:
        found.expires_at = expires(now)
    return found is not None


def renew_all(person_id: int, now: datetime) -> None:
    """All that stands of what they can give or seek stands for as long again; what they let run out stays so."""
    mine = update(Offer).where(Offer.person_id == person_id, Offer.expires_at > now)
    db.session.execute(mine.values(expires_at=expires(now)))


def remove(person_id: int, offer_id: int) -> bool:
    return affected(delete(Offer).where(Offer.id == offer_id, Offer.person_id == person_id)) == 1


def forget(now: datetime) -> None:
    """What ran out and was not renewed for as long again is gone."""
    db.session.execute(delete(Offer).where(Offer.expires_at < now - (expires(now) - now)))


# The glossary


def names_of(organisation_id: int) -> set[str]:
    """Every name that the glossary knows, as they are compared."""
    terms = select(Term.folded).where(Term.organisation_id == organisation_id)
    others = select(Alias.folded).join(Term, Term.id == Alias.term_id)
    others = others.where(Term.organisation_id == organisation_id)
    return {*db.session.scalars(terms), *db.session.scalars(others)}


def define(organisation_id: int, name: str, aliases: str) -> Term:
    """A term with its other names, or more names for one that there is. Raises TooMany, Taken."""
    key, known = folded(name), names_of(organisation_id)
    mine_ = select(Term).where(Term.organisation_id == organisation_id)
    found = db.session.scalar(mine_.where(Term.folded == key))
    if found is None:
        if key in known:
            raise Taken
        if (db.session.scalar(select(func.count()).select_from(mine_.subquery())) or 0) >= TERMS:
            raise TooMany
        found = Term(organisation_id=organisation_id, name=name[:LONGEST], folded=key)
        db.session.add(found)
        db.session.flush()
    held = {one.folded for one in found.aliases} | {key}
    new = [words for words in parts(aliases) if folded(words) not in held]
    if any(folded(words) in known for words in new):
        raise Taken
    if len(held) - 1 + len(new) > ALIASES:
        raise TooMany
    found.aliases += [Alias(name=words, folded=folded(words)) for words in new]
    db.session.flush()
    return found


def undefine(organisation_id: int, term_id: int) -> bool:
    """Take a term with its other names out of the glossary; what people said stays as they said it."""
    return affected(delete(Term).where(Term.id == term_id, Term.organisation_id == organisation_id)) == 1
