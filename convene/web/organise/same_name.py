"""Who is meant by a name without an address: somebody the host knows, or somebody else of that name.

A person made anew is under no rule. So the organiser is always asked, in the same words whether or not any rule
exists: the question tells nobody that one does.
"""

from collections.abc import Sequence

from flask import abort, g, request

from convene.people.models import Person
from convene.people.queries import of_name
from convene.people.words import folded_name
from convene.signups.queries import at_events

SOMEBODY_ELSE = "else"


def answer(name: str) -> str:
    """What was pressed when asked about this very name: a person's id, SOMEBODY_ELSE, or nothing yet."""
    about = folded_name(request.form.get("known_as", ""))
    return request.form.get("known", "") if about == folded_name(name) else ""


def of_this_name(name: str) -> Sequence[Person]:
    """Whom the desk may know by it; a host of single events knows nobody but the people of these."""
    found = of_name(g.desk.organisation_id, name)
    if g.desk.event_ids is None:
        return found
    known = at_events(g.desk.event_ids)
    return [one for one in found if one.id in known]


def to_ask(name: str, address: str) -> Sequence[Person]:
    """Those of this name to ask about; nobody if there is an address, or the organiser has answered."""
    if address or answer(name):
        return []
    return of_this_name(name)


def chosen(name: str, address: str) -> Person | None:
    """Whom the organiser pressed; none if nobody was. 404 for somebody not of this name or not of this host."""
    pressed = answer(name)
    if address or pressed in ("", SOMEBODY_ELSE):
        return None
    people = {str(person.id): person for person in of_this_name(name)}
    return people.get(pressed) or abort(404)
