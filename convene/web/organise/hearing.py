"""Who hears of a change and when, in words for the organiser who made it."""

from collections.abc import Collection
from datetime import datetime

from flask import g

from convene.calendar import zones
from convene.events.models import Event
from convene.extensions import db
from convene.signups import queries as signups
from convene.signups import upheaval

NOBODY = "Nobody needs to be told of this."


def offered(event_id: int) -> int:
    """How many places are offered to somebody just now."""
    db.session.flush()
    return signups.states([event_id])[event_id].get("offered", 0)


def saved_in_words(
    event: Event, changed: set[str], told: Collection[str], now: datetime, offers: int = 0
) -> str:
    """What saving did, how many places were offered by it, and who hears of it when."""
    if not changed:
        return "Nothing was different, so nothing was changed."
    if offers > 0:
        made = "1 place was" if offers == 1 else f"{offers} places were"
        saved = of_change(event, changed, told, now).removesuffix(NOBODY).rstrip()
        return f"{saved} {made} offered to the first in line, by mail."
    return of_change(event, changed, told, now)


def of_change(event: Event, changed: set[str], told: Collection[str], now: datetime) -> str:
    if event.state != "published" or event.ends_at <= now or not changed & set(told):
        return f"Saved. {NOBODY}"
    if event.tell_at is None:  # it starts soon, and they were told already
        states = upheaval.audience(changed & set(told))
        people = [signup.person for signup in signups.in_state(event.id, *states)]
        number = sum(bool(person.reachable) for person in people)
        return f"Saved. {count(number, 'is', 'are')} told of the change by mail." if number else "Saved."
    number = upheaval.will_hear(event)
    if not number:
        return "Saved."
    return (
        f"Saved. {count(number, 'hears', 'hear')} of it by mail at {clock_time(event.tell_at, g.desk.zone)}."
    )


def count(number: int, one: str, many: str) -> str:
    return f"1 person {one}" if number == 1 else f"{number} people {many}"


def clock_time(moment: datetime, zone: str) -> str:
    """The time of day alone, on the wall of this zone: 18.40."""
    return f"{zones.local(moment, zone):%H.%M}"
