"""Finding what circles ask between sessions: an action due, a member who was missed, sessions without an action."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from convene.calendar import zones
from convene.circles import missing
from convene.circles.models import Action, Circle, CircleSession, Member
from convene.events.models import Event
from convene.extensions import db
from convene.nudges.finding import GRACE, Case, Look, of_interest
from convene.nudges.of_circles import hosts_of
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
    rows = (
        select(Action, Circle).join(Circle, Circle.id == Action.circle_id).where(Action.due_on.is_not(None))
    )
    if look.held is not None:
        rows = rows.where(Action.id.in_({one.subject_id for one in look.held}))
    else:
        first, last = look.now.date() - FEW_DAYS - longest - DAY, look.by.date() + longest + DAY
        rows = rows.where(Action.state.in_(("owned", "doing")), Action.due_on.between(first, last))
        rows = rows.where(Action.owner_id.is_not(None), Circle.state != "ended")
    owners = {} if look.held is None else {(one.subject_id, one.step): one.person_id for one in look.held}
    found = []
    for action, circle in db.session.execute(rows.order_by(Action.id)):
        timing = look.settings.timing("action_due", circle.organisation_id, None, circle.id)
        if look.held is None and not timing.on:
            continue
        for step in (1, 2):
            if step == 2 and timing.again is None and look.held is None:
                continue
            person_id = owners.get((action.id, str(step)), action.owner_id)
            if person_id is None or action.due_on is None:
                continue
            mine = action.owner_id == person_id
            ends = end_of(action.due_on, circle.zone)
            call = rules.action_due(Due(ends, action.state, action.owned_at, mine), timing, step)
            case = of_circle("action_due", action.id, str(step), person_id, circle, call)
            if is_due(case, look):
                found.append(case)
    return of_interest(found, look)


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

    The step is the number of the later session, so that it is said once of each two.
    """
    found = []
    for circle in in_motion(look, "missed_two"):
        timing = look.settings.timing("missed_two", circle.organisation_id, None, circle.id)
        held = over(circle.id, look.now)[:LAST]
        if len(held) < LAST or (look.held is None and not timing.on):
            continue
        last = held[0]
        gone = [{one.id for one in missing.without_a_word(event)} for event in held]
        both = set.intersection(*gone)
        whom = both | {one.subject_id for one in look.held or ()}
        rows = select(Member, Person.name, Person.called).join(Person, Person.id == Member.person_id)
        rows = rows.where(Member.id.in_(whom), Member.circle_id == circle.id)
        for member, name, called in db.session.execute(rows.order_by(Member.id)):
            for host_id in hosts_of(circle):
                told = Missed(
                    last.ends_at, member.id in both, member.state == "member", host_id == member.person_id
                )
                call = rules.missed_two(told, timing)
                about = (circle.slug, called or name)
                case = of_circle("missed_two", member.id, str(last.id), host_id, circle, call, about)
                if is_due(case, look):
                    found.append(case)
    return of_interest(found, look)


def over(circle_id: int, now: datetime) -> list[Event]:
    """The sessions that were held, the latest first."""
    rows = select(Event).where(Event.circle_id == circle_id, Event.state == "published", Event.ends_at <= now)
    return list(db.session.scalars(rows.order_by(Event.starts_at.desc(), Event.id.desc()).limit(LAST)))


def in_motion(look: Look, kind: str) -> Iterable[Circle]:
    """Circles of which a session was held a short while ago, or is near; those that were asked about."""
    if look.held is not None:
        ids = {one.circle_id for one in look.held if one.circle_id}
        return db.session.scalars(select(Circle).where(Circle.id.in_(ids)).order_by(Circle.id)).all()
    _, longest = look.settings.reach(kind)
    near = Event.starts_at.between(look.now - LATELY - longest, look.by + longest)
    rows = select(Circle).join(CircleSession, CircleSession.circle_id == Circle.id)
    rows = rows.join(Event, Event.id == CircleSession.event_id).where(Circle.state == "open", near)
    return db.session.scalars(rows.distinct().order_by(Circle.id)).all()


# N20


def without_action(look: Look) -> list[Case]:
    """Circles whose last two sessions led to nothing that somebody took on, before the next; the subject is that."""
    found = []
    for circle in in_motion(look, "no_action"):
        timing = look.settings.timing("no_action", circle.organisation_id, None, circle.id)
        next_ = coming(circle.id, look.now)
        held = over(circle.id, look.now)
        if next_ is None or (look.held is None and not timing.on):
            continue
        without = LAST if len(held) == LAST and not made_since(circle.id, held[-1].starts_at) else 0
        if look.held is None and not without:
            continue
        call = rules.no_action_yet(NoAction(next_.starts_at, without, has_open(circle.id)), timing)
        for host_id in hosts_of(circle):
            case = of_circle("no_action", next_.id, "1", host_id, circle, call, circle.slug)
            if is_due(case, look):
                found.append(case)
    return of_interest(found, look)


def coming(circle_id: int, now: datetime) -> Event | None:
    rows = select(Event).where(
        Event.circle_id == circle_id, Event.state == "published", Event.starts_at > now
    )
    return db.session.scalar(rows.order_by(Event.starts_at, Event.id).limit(1))


def made_since(circle_id: int, moment: datetime) -> bool:
    rows = select(func.count()).where(Action.circle_id == circle_id, Action.created_at >= moment)
    return bool(db.session.scalar(rows))


def has_open(circle_id: int) -> bool:
    rows = select(func.count()).where(Action.circle_id == circle_id, Action.state.in_(("owned", "doing")))
    return bool(db.session.scalar(rows))
