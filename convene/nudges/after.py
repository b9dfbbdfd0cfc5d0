"""How many at an event found each other: told in fives and at set days, so that no figure tells of anybody.

What is private is not a number but a change in it. A host who looks before and after one person answered could read
their answer off the difference, so the count moves in whole fives, and only at moments that no answer brings about.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from convene.events.models import Event
from convene.extensions import db
from convene.nudges.models import Answer
from convene.nudges.said import ENOUGH, Said

# Counted as it stood so long after the end: the last is when an answer can bring two together no more.
COUNTED = (timedelta(days=3), timedelta(days=7), timedelta(days=14), timedelta(days=30), timedelta(days=60))
WELL, ILL = ("glad", "good"), ("so_so", "not_for_me")


@dataclass(frozen=True, slots=True)
class BothYes:
    """Pairs who both said yes, down to the next five; 0 stands for anything from nobody to four.

    as_of is the moment of the count, none before the first; next is the moment of the next, none after the last.
    """

    at_least: int
    as_of: datetime | None
    next: datetime | None


@dataclass(frozen=True, slots=True)
class Share:
    """Of how many it holds, in whole percent: at least, if it holds for nobody silent; at most, if for all of them."""

    least: int
    most: int


def both_yes(event: Event, now: datetime) -> BothYes:
    """As it stood at the last day of counting; what happened since is not in it, whoever looks."""
    moments = [event.ends_at + span for span in COUNTED]
    past = [moment for moment in moments if moment <= now]
    ahead = next((moment for moment in moments if moment > now), None)
    if not past:
        return BothYes(0, None, ahead)
    rows = select(Answer.person_id, Answer.about_id).where(
        Answer.event_id == event.id, Answer.question == "touch", Answer.released_at <= past[-1]
    )
    found = {frozenset(both) for both in db.session.execute(rows)}
    return BothYes(len(found) // ENOUGH * ENOUGH, past[-1], ahead)


def went_well(said: Said) -> Share | None:
    """The share of those asked who were glad or found it good; none until enough answered.

    Who skipped the question is as silent as who never opened the letter. Made of the figures that the event's own
    page shows and no others, so that the two pages side by side say no more than either.
    """
    if not said.enough:
        return None
    asked = max(said.asked, said.answered)
    well = sum(said.faces.get(face, 0) for face in WELL)
    ill = sum(said.faces.get(face, 0) for face in ILL)
    return share(well, asked - ill, asked)


def share(least: int, most: int, of: int) -> Share:
    """Rounded outwards: the truth is never outside the bounds that are told."""
    whole = max(1, of)
    return Share(least * 100 // whole, -(-most * 100 // whole))
