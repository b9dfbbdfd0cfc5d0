"""What stands behind a signed link: one law for all, so that none that was replaced, or whose person was erased, opens
anything anywhere."""

from collections.abc import Callable
from typing import TypeVar

from convene import links
from convene.circles.models import Member
from convene.extensions import db
from convene.nudges.models import Nudge
from convene.people.models import Person
from convene.signups.models import Signup

Found = TypeVar("Found", Person, Signup, Member, Nudge)


def behind(
    purpose: str, token: str, find: Callable[[int], Found | None], more: int | None = 0
) -> tuple[Found, list[int]]:
    """The row that a link of this purpose names, and the `more` numbers signed into it after that (none: any number).

    Raises Forged, in the same words for a link that is forged, replaced, of nothing, or of somebody erased.
    """
    parts = links.read(purpose, token)
    if len(parts) < 2 or (more is not None and len(parts) != 2 + more):
        raise links.Forged
    found = find(parts[0])
    if found is None or found.generation != parts[1]:
        raise links.Forged
    if (found if isinstance(found, Person) else found.person).state == "erased":
        raise links.Forged
    return found, parts[2:]


def one_person(number: int) -> Person | None:
    return db.session.get(Person, number)
