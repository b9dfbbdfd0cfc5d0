"""Refusals are written down: who tries out deals, moves and merges to find out who is kept apart should be seen to."""

from datetime import timedelta

from flask import g

from convene import clock
from convene.access import audit
from convene.extensions import db, start_write
from convene.groups.queries import REFUSED, refusals
from convene.people.queries import in_organisation

LOOKED_BACK = timedelta(days=30)


def refused(event_id: int) -> None:
    """Give up what was begun, and write down that a rule, or what might be one, stood against it.

    Whichever it was: a line for keep-apart rules alone would tell of them.
    """
    write_down(f"event:{event_id}")


def refused_to_merge(person_id: int) -> None:
    """As `refused`, for two entries that a rule says are two people."""
    write_down(f"person:{person_id}")


def write_down(subject: str) -> None:
    start_write()
    audit.record(g.desk.organisation_id, g.desk.actor, REFUSED, subject, clock.now())
    db.session.commit()


def by_whom() -> list[tuple[str, int]]:
    """How often something was refused in the last thirty days, by the name of who pressed; the most often first."""
    found = refusals(g.desk.organisation_id, clock.now() - LOOKED_BACK)
    ids = {actor: int(actor.removeprefix("person:")) for actor, _ in found if actor.startswith("person:")}
    names = {one.id: one.name for one in in_organisation(g.desk.organisation_id, list(ids.values()))}
    return [(names.get(ids.get(actor, 0), "Somebody who has left"), number) for actor, number in found]
