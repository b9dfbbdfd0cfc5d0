"""Finding whom to ask what came of a mutual yes: by their own side alone, all they met at one event at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from convene.extensions import db
from convene.mail.letter import Letter
from convene.network.models import Tie
from convene.nudges import letters
from convene.nudges.finding import Case, Look, of_interest
from convene.nudges.models import Nudge
from convene.nudges.rules.people import CAME_LASTS, Agreed, what_came
from convene.nudges.rules.registry import OF
from convene.nudges.settings import Settings
from convene.people.models import Person

KIND = "what_came"
STEPS = (1, 2)


def find(look: Look) -> list[Case]:
    """As nudges.finding asks. The subject is the first tie that this person has from that event.

    What the other side did or said is not looked at: the letter comes, or does not, all the same.
    """
    groups = grouped(look.now, look.by, look.settings, look.people, look.held)
    cases = [case for sides in groups.values() for case in cases_of(sides, look.settings)]
    if look.held is None:
        cases = [one for one in cases if one.call.due_at <= look.by and look.now < one.call.until]
    return of_interest(cases, look)


def grouped(
    now: datetime,
    by: datetime,
    settings: Settings,
    people: Sequence[int] | Select[Any] | None,
    held: Sequence[Nudge] | None,
) -> dict[tuple[int, int], list[Tie]]:
    """All ties of one person from one event, for everybody who may be asked about one of them now."""
    near = select(Tie.person_id, Tie.event_id).where(Tie.event_id.is_not(None))
    if held is not None:
        near = near.where(Tie.id.in_([one.subject_id for one in held]))
    else:
        shortest, longest = settings.reach(KIND)
        half_year = OF[KIND].timing.again or longest
        first = Tie.made_at.between(now - longest - CAME_LASTS, by - shortest)
        second = Tie.made_at.between(now - half_year - CAME_LASTS, by - half_year)
        near = near.where(or_(first, second), Tie.ended_at.is_(None))
    if people is not None:
        near = near.where(Tie.person_id.in_(people))
    pairs = {(person_id, event_id) for person_id, event_id in db.session.execute(near.distinct())}
    if not pairs:
        return {}
    whole = (joinedload(Tie.person).joinedload(Person.organisation), joinedload(Tie.other))
    rows = select(Tie).where(Tie.person_id.in_({person for person, _ in pairs})).options(*whole)
    found: dict[tuple[int, int], list[Tie]] = {}
    for side in db.session.scalars(rows.where(Tie.event_id.is_not(None)).order_by(Tie.id)):
        key = (side.person_id, side.event_id or 0)
        if key in pairs:
            found.setdefault(key, []).append(side)
    return found


def cases_of(sides: Sequence[Tie], settings: Settings) -> list[Case]:
    """Both questions about one event, whatever their time; none where nobody is left to ask about."""
    first, person = sides[0], sides[0].person
    live = alive(sides)
    since = min(one.made_at for one in live or sides)
    timing = settings.timing(KIND, first.organisation_id)
    zone = person.zone or person.organisation.zone
    found = []
    for step in STEPS if timing.again else STEPS[:1]:
        away = timing.away if step == 1 or timing.again is None else timing.again
        said = [one.answered_at for one in live if one.answered_at]
        answered = len(said) == len(live) and min(said, default=since) >= since + away
        facts = Agreed(since, answered=bool(live) and answered, ended=not live)
        call = what_came(facts, timing, step)
        found.append(
            # Without the event: hosts read what is about one, and who found somebody is none of that.
            Case(KIND, first.id, str(step), person.id, first.organisation_id, call, zone, about=live)
        )
    return found


def alive(sides: Sequence[Tie]) -> list[Tie]:
    return [one for one in sides if one.ended_at is None and one.other.state != "erased"]


def write(nudge: Nudge, case: Case, own_words: str) -> Letter:
    sides: list[Tie] = case.about
    return letters.what_came(nudge, sides[0].person, sides, case.zone, case.call.until)
