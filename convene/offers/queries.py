"""Reading offers and asks that still stand, for whom each was meant."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from convene.extensions import db
from convene.offers.models import Alias, Offer, Term
from convene.offers.rules import Wares, term_of
from convene.people.models import Person

TO_GROUP = ("group",)
TO_HOSTS = ("group", "hosts")
TO_DEAL = ("group", "hosts", "nobody")


def of_person(person_id: int) -> Sequence[Offer]:
    """Everything this person said, what has run out included, offers first."""
    rows = select(Offer).where(Offer.person_id == person_id)
    return db.session.scalars(rows.order_by(Offer.kind.desc(), Offer.folded)).all()


def standing(organisation_id: int, now: datetime, shown: Collection[str]) -> Sequence[Offer]:
    """Of this host's people, what stands and may be seen by such readers, with each person."""
    rows = select(Offer).join(Person, Person.id == Offer.person_id).options(joinedload(Offer.person))
    rows = rows.where(Offer.organisation_id == organisation_id, Offer.expires_at > now)
    rows = rows.where(Offer.shown.in_(shown), Person.state != "erased")
    return db.session.scalars(rows.order_by(Offer.folded, Person.name, Offer.id)).all()


def glossary(organisation_id: int) -> dict[str, str]:
    """Every name that this host joined to another, to the term it stands for; both as they are compared."""
    rows = select(Alias.folded, Term.folded).join(Term, Term.id == Alias.term_id)
    return {
        name: term for name, term in db.session.execute(rows.where(Term.organisation_id == organisation_id))
    }


def terms(organisation_id: int) -> Sequence[Term]:
    """The host's glossary in the order of its terms, with their other names."""
    rows = select(Term).where(Term.organisation_id == organisation_id).options(selectinload(Term.aliases))
    return db.session.scalars(rows.order_by(Term.folded)).all()


def wares(
    organisation_id: int, person_ids: Collection[int], now: datetime, shown: Collection[str]
) -> Mapping[int, Wares]:
    """What these people can give and seek, each as term -> their word, as far as such readers may know: two queries."""
    rows = select(Offer.person_id, Offer.kind, Offer.words).where(Offer.person_id.in_(person_ids))
    rows = rows.where(Offer.expires_at > now, Offer.shown.in_(shown)).order_by(Offer.id)
    said = db.session.execute(rows).all()
    names = glossary(organisation_id) if said else {}
    found: dict[int, Wares] = {}
    for person_id, kind, words in said:
        mine = found.setdefault(person_id, Wares({}, {}))
        things = dict(mine.offers if kind == "offer" else mine.asks)
        things.setdefault(term_of(words, names), words)
        found[person_id] = Wares(things, mine.asks) if kind == "offer" else Wares(mine.offers, things)
    return found
