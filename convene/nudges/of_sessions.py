"""Finding what circles ask between sessions: an action due, a member who was missed, sessions without an action."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, func, select

from convene.calendar import zones
from convene.circles import missing
from convene.circles.models import Action, Circle, CircleSession, Member
from convene.events.models import Event
from convene.extensions import db
from convene.nudges.finding import GRACE, Case, Look, of_interest
from convene.nudges.of_circles import hosted_by, hosts_of
from convene.nudges.rules import circles as rules
from convene.nudges.rules.base import Call
from convene.nudges.rules.circles import FEW_DAYS, Due, Missed, NoAction
from convene.people.models import Person

DAY = timedelta(days=1)
LATELY = timedelta(days=14)  # a session that was over longer ago is no news
LAST = 2  # sessions that are looked at


def is_due(case: Case, look: Look) -> bool:
    return look.held is not None or (case.call.due_at <= look.by and case.call.until > look.now - GRACE)


# N14


def actions(look: Look) -> list[Case]:
    """Each action that somebody took on and whose day is near, or has passed: to its owner alone."""
    _, longest = look.settings.reach("action_due")
    # Who has left a circle is not told what others there have made of it since.
    inside = (Member.circle_id == Circle.id, Member.person_id == Action.owner_id, Member.state == "member")
    rows = select(Action, Circle, Member.id, Member.generation).join(Circle, Circle.id == Action.circle_id)
    rows = rows.outerjoin(Member, and_(*inside))
    rows = rows.where(Action.due_on.is_not(None))
    if look.held is not None:
        rows = rows.where(Action.id.in_({one.subject_id for one in look.held}))
    else:
        first, last = look.now.date() - FEW_DAYS - longest - DAY, look.by.date() + longest + DAY
        rows = rows.where(Action.state.in_(("owned", "doing")), Action.due_on.between(first, last))
        rows = rows.where(Member.id.is_not(None), Circle.state != "ended")
        if look.people is not None:
            rows = rows.where(Action.owner_id.in_(look.people))
    owners = {} if look.held is None else {(one.subject_id, one.step): one.person_id for one in look.held}
    found = []
    for action, circle, member_id, generation in db.session.execute(rows.order_by(Action.id)):
        timing = look.settings.timing("action_due", circle.organisation_id, None, circle.id)
        if look.held is None and not timing.on:
            continue
        for step in (1, 2):
            if step == 2 and timing.again is None and look.held is None:
                continue
            person_id = owners.get((action.id, str(step)), action.owner_id)
            if person_id is None or action.due_on is None:
                continue
            mine = member_id is not None and action.owner_id == person_id
            ends = end_of(action.due_on, circle.zone)
            call = rules.action_due(Due(ends, action.state, action.owned_at, mine), timing, step)
            about = (member_id, generation) if mine else None
            case = of_circle("action_due", action.id, str(step), person_id, circle, call, about)
            if is_due(case, look):
                found.append(case)
    return of_interest(found, look)


def load_actions(cases: Sequence[Case]) -> Sequence[object]:
    """What letters about these actions are written from."""
    rows = select(Action, Circle).join(Circle, Circle.id == Action.circle_id)
    return db.session.execute(rows.where(Action.id.in_({one.subject_id for one in cases}))).all()


def end_of(day: date, zone: str) -> datetime:
    """The end of a day on the clocks of a zone."""
    wall = datetime.combine(day + DAY, time())
    try:
        return zones.utc(wall, zone)
    except zones.NoSuchTime:
        return zones.utc(wall + timedelta(hours=1), zone)


def of_circle(
    kind: str,
    subject_id: int,
    step: str,
    person_id: int,
    circle: Circle,
    call: Call,
    about: object = None,
) -> Case:
    return Case(
        kind=kind,
        subject_id=subject_id,
        step=step,
        person_id=person_id,
        host_id=circle.organisation_id,
        call=call,
        zone=circle.zone,
        circle_id=circle.id,
        title=circle.title,
        about=about,
    )


# N19


def missed(look: Look) -> list[Case]:
    """Members who were not at the last two sessions and said nothing, to the host; the subject is the member's row.

    The step is the number of the later session. Whoever missed the one before as well was told of then, and it is said
    once until they come again.
    """
    circles = in_motion(look, "missed_two")
    if not circles:
        return []
    held = over(circles, look.now)
    away = missing.without_a_word(one.id for sessions in held.values() for one in sessions)
    both: set[int] = set()
    for sessions in held.values():
        gone = [away.get(one.id, set()) for one in sessions]
        if len(gone) >= LAST:
            both |= set.intersection(*gone[:LAST]).difference(*gone[LAST:])
    whom = both | {one.subject_id for one in look.held or ()}
    rows = select(Member, Person.name, Person.called).join(Person, Person.id == Member.person_id)
    rows = rows.where(Member.id.in_(whom), Member.circle_id.in_(circles)).order_by(Member.id)
    told = db.session.execute(rows).all() if whom else []
    hosts = hosts_of({circles[member.circle_id] for member, *_ in told})
    found = []
    for member, name, called in told:
        circle, sessions = circles[member.circle_id], held.get(member.circle_id, [])
        if len(sessions) < LAST:
            continue
        timing = look.settings.timing("missed_two", circle.organisation_id, None, circle.id)
        for host_id in hosts[circle.id]:
            facts = Missed(
                sessions[0].ends_at, member.id in both, member.state == "member", host_id == member.person_id
            )
            call, about = rules.missed_two(facts, timing), (circle.slug, called or name)
            case = of_circle("missed_two", member.id, str(sessions[0].id), host_id, circle, call, about)
            if is_due(case, look):
                found.append(case)
    return of_interest(found, look)


def in_motion(look: Look, kind: str) -> dict[int, Circle]:
    """Those that want this rule and had a session a short while ago, or have one soon; or those of the held."""
    if look.held is not None:
        ids = {one.circle_id for one in look.held if one.circle_id}
        return {one.id: one for one in db.session.scalars(select(Circle).where(Circle.id.in_(ids)))}
    _, longest = look.settings.reach(kind)
    near = Event.starts_at.between(look.now - LATELY - longest, look.by + longest)
    rows = select(Circle).join(CircleSession, CircleSession.circle_id == Circle.id)
    rows = rows.join(Event, Event.id == CircleSession.event_id).where(Circle.state == "open", near)
    found = db.session.scalars(rows.where(*hosted_by(look)).distinct().order_by(Circle.id))
    return {one.id: one for one in found if look.settings.timing(kind, one.organisation_id, None, one.id).on}


def over(circle_ids: Iterable[int], now: datetime) -> dict[int, list[Any]]:
    """By circle the last three sessions that were held, the latest first, each with its id, starts_at and ends_at."""
    which = (Event.circle_id.in_(list(circle_ids)), Event.state == "published", Event.ends_at <= now)
    later = func.row_number().over(
        partition_by=Event.circle_id, order_by=(Event.starts_at.desc(), Event.id.desc())
    )
    ranked = select(Event.id, Event.circle_id, Event.starts_at, Event.ends_at, later.label("place"))
    rows = ranked.where(*which).subquery()
    found: dict[int, list[Any]] = {}
    for one in db.session.execute(select(rows).where(rows.c.place <= LAST + 1).order_by(rows.c.place)):
        found.setdefault(one.circle_id, []).append(one)
    return found


# N20


def without_action(look: Look) -> list[Case]:
    """Circles whose last two sessions led to nothing that somebody took on, before the next; the subject is that."""
    circles = in_motion(look, "no_action")
    if not circles:
        return []
    next_, held, taken = coming(circles, look.now), over(circles, look.now), taken_on(circles)
    hosts = hosts_of(one for one in circles.values() if one.id in next_)
    inside = members(circles, {host_id for ids in hosts.values() for host_id in ids})
    found = []
    for circle in circles.values():
        if circle.id not in next_:
            continue
        event_id, starts_at = next_[circle.id]
        last, has_open = taken.get(circle.id, (None, False))
        sessions = held.get(circle.id, [])[:LAST]
        nothing = len(sessions) == LAST and (last is None or last < sessions[-1].starts_at)
        if look.held is None and not nothing:
            continue
        timing = look.settings.timing("no_action", circle.organisation_id, None, circle.id)
        call = rules.no_action_yet(NoAction(starts_at, LAST if nothing else 0, has_open), timing)
        for host_id in hosts[circle.id]:
            about = circle.slug, inside.get((circle.id, host_id))
            case = of_circle("no_action", event_id, "1", host_id, circle, call, about)
            if is_due(case, look):
                found.append(case)
    return of_interest(found, look)


def members(circle_ids: Iterable[int], person_ids: Iterable[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """Of these people those who are in these circles, by both: the number and generation of their row there."""
    rows = select(Member.circle_id, Member.person_id, Member.id, Member.generation)
    rows = rows.where(Member.circle_id.in_(list(circle_ids)), Member.person_id.in_(list(person_ids)))
    rows = rows.where(Member.state == "member")
    return {
        (circle, person): (id_, generation) for circle, person, id_, generation in db.session.execute(rows)
    }


def coming(circle_ids: Iterable[int], now: datetime) -> dict[int, tuple[int, datetime]]:
    """By circle its next session: (number, start)."""
    rows = select(Event.circle_id, Event.id, Event.starts_at).where(
        Event.circle_id.in_(list(circle_ids)), Event.state == "published", Event.starts_at > now
    )
    found: dict[int, tuple[int, datetime]] = {}
    for circle_id, event_id, starts_at in db.session.execute(rows.order_by(Event.starts_at, Event.id)):
        found.setdefault(circle_id or 0, (event_id, starts_at))
    return found


def taken_on(circle_ids: Iterable[int]) -> dict[int, tuple[datetime, bool]]:
    """By circle when somebody last took something on, and whether anything is still to be done."""
    open_ = func.count().filter(Action.state.in_(("owned", "doing")))
    rows = select(Action.circle_id, func.max(Action.created_at), open_).group_by(Action.circle_id)
    rows = rows.where(Action.circle_id.in_(list(circle_ids)))
    return {circle_id: (last, number > 0) for circle_id, last, number in db.session.execute(rows)}
