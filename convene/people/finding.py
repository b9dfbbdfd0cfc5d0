"""Finding people by a part of a name or address among a hundred thousand, however the name is spelt.

The names are fetched anew for each search, as one text that the index alone gives (12 ms for a hundred thousand), so
that nothing found is ever out of date. What costs is to write them plainly; that is kept for as long as the text is the
same.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import func, select

from convene.extensions import db, dialect
from convene.people.models import Person, Tagged
from convene.people.words import SPELT_OUT, folded_name, is_found, plain

BETWEEN = "\n"  # no name holds it (words.tidy)
USUAL = re.compile(r"[a-z0-9 .]*")


def search(
    organisation_id: int, text: str, *, limit: int = 50, tag_id: int | None = None
) -> Sequence[Person]:
    """People by a part of their name or address, and under a tag if one is named, in order of name."""
    mine = (Person.organisation_id == organisation_id, Person.state != "erased")
    ordered = select(Person).where(*mine).order_by(Person.name_folded, Person.id)
    if tag_id is not None:
        tagged = ordered.where(Person.id.in_(select(Tagged.person_id).where(Tagged.tag_id == tag_id)))
        everybody = db.session.scalars(tagged)
        return list(islice((one for one in everybody if not text or fits(one, text)), limit))
    if text:
        names = list(islice(names_with(text, spelt(names_of(organisation_id))), limit))
        by_name = select(Person.id).where(*mine, Person.name_folded.in_(names)).order_by(Person.name_folded)
        ids = list(db.session.scalars(by_name.limit(limit)))
        if len(ids) < limit:
            ids += with_address(organisation_id, folded_name(text), limit)
        people = db.session.scalars(select(Person).where(Person.id.in_(ids), *mine[1:]))
        return sorted(people, key=lambda one: (one.name_folded, one.id))[:limit]
    return db.session.scalars(ordered.limit(limit)).all()


def fits(person: Person, text: str) -> bool:
    return is_found(text, person.name) or folded_name(text) in person.reachable


def names_of(organisation_id: int) -> str:
    """Every folded name at this host, one a line, in order."""
    joined: Any = func.aggregate_strings(Person.name_folded, BETWEEN)
    # The index that SQLite reads is in order; asking for that again costs half as much more.
    if dialect() != "sqlite":
        joined = joined.aggregate_order_by(Person.name_folded)
    return db.session.scalar(select(joined).where(Person.organisation_id == organisation_id)) or ""


@lru_cache(maxsize=4)
def spelt(names: str) -> str:
    """Each name in every way it is looked for by, one a line: plainly, spelt out, and last as it is."""
    return BETWEEN.join(map(ways, names.split(BETWEEN)))


def ways(name: str) -> str:
    if USUAL.fullmatch(name):
        return name
    return "\t".join(dict.fromkeys((plain(name), plain(name.translate(SPELT_OUT)), name)))


def names_with(text: str, lines: str) -> Iterator[str]:
    """The folded names that are found by this text, each once, in order."""
    sought, last, place = plain(text) or folded_name(text), None, -1
    while (place := lines.find(sought, place + 1)) >= 0:
        start = lines.rfind(BETWEEN, 0, place) + 1
        end = lines.find(BETWEEN, place)
        place = end if end >= 0 else len(lines)
        name = lines[start:place].rpartition("\t")[2]
        if name != last and is_found(text, name):
            last = name
            yield name


def with_address(organisation_id: int, part: str, limit: int) -> list[int]:
    """The ids of those in whose folded address this stands, also one that they share."""
    if " " in part:
        return []
    holds = func.instr if dialect() == "sqlite" else func.strpos
    own = select(Person.id).where(Person.organisation_id == organisation_id, holds(Person.address, part) > 0)
    # Few share a mailbox: asked for by that alone, as the organisation would lead through everybody.
    shared = select(Person.id, Person.organisation_id).where(Person.mailbox_id.is_not(None))
    others = db.session.execute(shared.where(holds(Person.reachable, part) > 0))
    return [*db.session.scalars(own.limit(limit)), *(id_ for id_, host in others if host == organisation_id)]
